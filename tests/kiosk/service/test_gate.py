"""Whoever guesses waits, whatever they do in between: start the program again, pull the plug, harm the file."""

from pathlib import Path

import pytest

from kiosk.controller.rules import S
from kiosk.service.gate import FREE, LONGEST_WAIT_S, NAME, Gate, wait_s
from kiosk.service.pin import hash_of
from tests.kiosk.fakes import FakeClock

KEPT = hash_of("4711", 2)


def gate(folder: Path, clock: FakeClock) -> Gate:
    return Gate(KEPT, folder / NAME, clock)


def test_the_wait_begins_with_the_third_and_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [wait_s(wrong) for wrong in range(10)] == [0, 0, 0, 30, 60, 120, 240, 480, 900, 900]
    assert wait_s(10**6) == LONGEST_WAIT_S


def test_the_right_one_lets_in_and_forgets_the_wrong_ones(tmp_path: Path) -> None:
    clock = FakeClock()
    at = gate(tmp_path, clock)
    assert [at.try_pin(pin).right for pin in ("0000", "1111", "4711", "0000", "1111", "4711")] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]
    assert at.until_ns == 0


def test_a_thousand_wrong_pins_take_ten_days_and_none_gets_in(tmp_path: Path) -> None:
    """The program is started again before each of them, the machine before each tenth: the wait goes on, or anew."""
    clock = FakeClock()
    waited_s = 0.0
    for n in range(1000):
        if n % 10 == 9:
            clock.reboot(f"boot-{n}")
        at = gate(tmp_path, clock)
        wait_ns = max(0, at.until_ns - clock.boottime_ns())
        if wait_ns:
            refused = at.try_pin("4711")
            assert not refused.right, "during a wait not even the right one is looked at"
            clock.advance(wait_ns / S)
            waited_s += wait_ns / S
        assert not gate(tmp_path, clock).try_pin(f"{n:04d}" if n != 4711 else "0000").right
    assert waited_s > (1000 - FREE - 6) * LONGEST_WAIT_S
    at = gate(tmp_path, clock)
    clock.advance(LONGEST_WAIT_S)
    assert at.try_pin("4711").right, "the technician gets in once the wait is over"


def test_a_try_is_counted_before_it_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()

    def plug_pulled(*_: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("kiosk.service.gate.matches", plug_pulled)
    for _ in range(FREE):
        with pytest.raises(KeyboardInterrupt):
            gate(tmp_path, clock).try_pin("0000")
    assert gate(tmp_path, clock).until_ns == clock.boottime_ns() + 30 * S


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"wrong": "x"}', b"\xff"])
def test_a_file_that_says_nothing_counts_as_three_wrong_ones(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    clock = FakeClock()
    assert gate(tmp_path, clock).until_ns == clock.boottime_ns() + 30 * S


def test_a_forged_wait_ends_when_a_true_one_would(tmp_path: Path) -> None:
    clock = FakeClock()
    forged = f'{{"boot_id": "{clock.boot_id()}", "wrong": 3, "until_ns": {10**18}}}'
    (tmp_path / NAME).write_text(forged)
    assert gate(tmp_path, clock).until_ns == clock.boottime_ns() + 30 * S


def test_where_nothing_can_be_written_the_wait_holds_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    clock = FakeClock()
    at = Gate(KEPT, tmp_path / "file" / NAME, clock)
    for _ in range(FREE):
        assert not at.try_pin("0000").right
    assert at.until_ns == clock.boottime_ns() + 30 * S
