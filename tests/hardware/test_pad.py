"""A pad on a real pseudo-terminal, read by the real thread through pyserial."""

import errno
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

import hardware.pad
from hardware.clock import boottime_ns
from hardware.errors import PadBusy, PadError, PadNotFound
from hardware.events import Ambiguous, InputEvent, Level, Press, ServiceGesture, Source, Trouble, TroubleKind
from hardware.fakes.pad import PtyPad
from hardware.frames import Button, encode
from hardware.pad import Backoff, PadMode, PadSettings, Port, SerialPad, candidates, open_port
from tests.hardware.inbox import LONG_S, Inbox, until
from tests.hardware.padbench import SOON, Bench


@pytest.fixture
def framed(tmp_path: Path) -> Iterator[Bench]:
    with PtyPad(tmp_path, heartbeat_s=0.1) as pad:
        bench = Bench(pad)
        bench.source.start(bench.inbox)
        assert pad.wait_acknowledged(1)
        yield bench
        bench.source.close()


def test_each_button_of_a_framed_pad_is_its_level_and_acknowledged(framed: Bench) -> None:
    for level in Level:
        before_ns = boottime_ns()
        framed.pad.press(level)
        press = framed.press()
        assert (press.level, press.source) == (level, Source.PAD)
        assert before_ns <= press.boottime_ns <= boottime_ns()
    assert framed.pad.wait_acknowledged(11)
    assert set(framed.pad.acknowledged) == set(range(11))


def test_two_buttons_at_once_are_ambiguous(framed: Bench) -> None:
    framed.pad.send(encode(Button(1, Level.GOOD, True)) + encode(Button(2, Level.POOR, True)))
    event = framed.inbox.next()
    assert isinstance(event, Ambiguous)
    assert event.levels == (Level.GOOD, Level.POOR)


def test_both_outer_buttons_held_for_six_seconds_are_the_service_gesture(framed: Bench) -> None:
    framed.pad.down(Level.VERY_POOR)
    first = framed.press()
    framed.pad.down(Level.EXCELLENT)
    second = framed.press()
    gesture = framed.inbox.next()
    assert isinstance(gesture, ServiceGesture)
    assert gesture.presses == (first, second)
    assert gesture.boottime_ns - second.boottime_ns >= 6_000_000_000


def test_a_press_is_counted_once_however_often_the_pad_repeats_it(framed: Bench) -> None:
    framed.pad.deaf = True
    framed.pad.press(Level.GOOD)
    assert framed.press().level is Level.GOOD
    threading.Event().wait(0.5)  # meanwhile the pad repeats both frames several times
    framed.pad.deaf = False
    assert framed.pad.wait_acknowledged(3)
    framed.pad.press(Level.POOR)
    assert framed.press().level is Level.POOR


def test_a_press_in_a_hole_of_the_line_arrives_when_the_pad_repeats_it(framed: Bench) -> None:
    framed.pad.mute = True
    framed.pad.press(Level.GOOD)
    framed.pad.mute = False
    assert framed.press().level is Level.GOOD


def test_split_frames_are_put_together(framed: Bench) -> None:
    wire = encode(Button(1, Level.GOOD, True))
    for byte in wire:
        framed.pad.send(bytes((byte,)))
        threading.Event().wait(0.005)
    # A heartbeat of the pad may have come in between; then its frame is what is found, and the pad repeats.
    framed.pad.send(wire)
    assert framed.press().level is Level.GOOD


def test_noise_at_full_speed_does_not_vote_and_does_not_hide_a_press(framed: Bench) -> None:
    for _ in range(40):
        framed.pad.send(os.urandom(2880))
    framed.pad.press(Level.EXCELLENT)
    assert framed.press().level is Level.EXCELLENT


def test_a_wrong_checksum_is_no_press(framed: Bench) -> None:
    wire = bytearray(encode(Button(1, Level.GOOD, True)))
    wire[-1] ^= 1
    framed.pad.send(bytes(wire))
    framed.pad.press(Level.POOR)
    assert framed.press().level is Level.POOR


def test_a_missing_pad_is_a_trouble_and_comes_by_itself(tmp_path: Path) -> None:
    inbox = Inbox()
    source = SerialPad(PadSettings(str(tmp_path / "pad")), backoff=SOON)
    source.start(inbox)
    try:
        lost = inbox.next()
        assert isinstance(lost, Trouble)
        assert (lost.kind, lost.active, lost.level) == (TroubleKind.LOST, True, None)
        assert str(tmp_path / "pad") in lost.detail
        assert source.alive()
        with PtyPad(tmp_path, heartbeat_s=0.1) as pad:
            back = inbox.next()
            assert isinstance(back, Trouble)
            assert not back.active
            pad.press(Level.GOOD)
            assert isinstance(inbox.next(), Press)
    finally:
        source.close()


@pytest.mark.parametrize("mode", list(PadMode))
def test_an_unplugged_pad_is_lost_and_back_again_and_again(mode: PadMode, tmp_path: Path) -> None:
    with PtyPad(tmp_path, mode=mode, heartbeat_s=0.1) as pad:
        bench = Bench(pad, mode)
        bench.source.start(bench.inbox)
        try:
            assert until(lambda: bench.source._link.up)
            for _ in range(3):
                pad.unplug()
                assert bench.trouble().active
                pad.replug()
                assert not bench.trouble().active
                pad.press(Level.GOOD)
                assert bench.press().level is Level.GOOD
        finally:
            bench.source.close()


def test_a_pad_unplugged_in_the_middle_of_a_frame_leaves_nothing_behind(framed: Bench) -> None:
    wire = encode(Button(1, Level.GOOD, True))
    framed.pad.send(wire[:5])
    framed.pad.unplug()
    assert framed.trouble().active
    framed.pad.replug()
    assert not framed.trouble().active
    framed.pad.send(wire[5:])
    framed.pad.press(Level.POOR)
    assert framed.press().level is Level.POOR


def test_a_button_that_was_down_at_the_unplugging_works_at_once_afterwards(framed: Bench) -> None:
    framed.pad.down(Level.GOOD)
    assert framed.press().level is Level.GOOD
    framed.pad._held.clear()
    framed.pad.unplug()
    assert framed.trouble().active
    framed.pad.replug()
    assert not framed.trouble().active
    framed.pad.press(Level.GOOD)
    assert framed.press().level is Level.GOOD


def test_a_silent_pad_is_lost_and_heard_again_is_back(framed: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.padlink.SILENT_NS", 500_000_000)
    framed.pad.mute = True
    lost = framed.trouble()
    assert lost.active
    assert "no sign of life" in lost.detail
    framed.pad.mute = False
    assert not framed.trouble().active
    framed.pad.press(Level.GOOD)
    assert framed.press().level is Level.GOOD


def test_a_pad_of_another_version_is_lost_with_that_reason(tmp_path: Path) -> None:
    with PtyPad(tmp_path, version=9) as pad:
        bench = Bench(pad)
        bench.source.start(bench.inbox)
        assert "version 9" in bench.trouble().detail
        bench.source.close()


def test_a_port_that_another_program_holds_is_a_trouble_until_it_is_free(tmp_path: Path) -> None:
    with PtyPad(tmp_path, heartbeat_s=0.1) as pad:
        other = serial.Serial(str(pad.path), exclusive=True)
        with pytest.raises(PadBusy, match="another program holds"):
            open_port(PadSettings(str(pad.path)))
        bench = Bench(pad)
        bench.source.start(bench.inbox)
        try:
            assert "another program holds" in bench.trouble().detail
            other.close()
            assert not bench.trouble().active
        finally:
            bench.source.close()


def test_a_missing_port_names_what_is_plugged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert candidates(tmp_path / "nothing") == []
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    (by_id / "usb-Pad_5-if00").touch()
    monkeypatch.setattr(hardware.pad.candidates, "__defaults__", (by_id,))
    with pytest.raises(PadNotFound, match="usb-Pad_5-if00") as caught:
        open_port(PadSettings(str(tmp_path / "gone")))
    assert isinstance(caught.value, FileNotFoundError)


def test_a_file_that_is_no_serial_port_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PadError, match="cannot be opened"):
        open_port(PadSettings(str(tmp_path / "file")))


def test_a_port_without_permission_names_the_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise serial.SerialException(errno.EACCES, "Permission denied")

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(PadError, match="dialout"):
        open_port(PadSettings(str(tmp_path / "x")))


def test_an_error_nobody_thought_of_is_logged_and_the_pad_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tries = iter([True])

    def opener(settings: PadSettings) -> Port:
        if next(tries, False):
            raise ZeroDivisionError
        return open_port(settings)

    inbox = Inbox()
    with PtyPad(tmp_path, heartbeat_s=0.1) as pad:
        source = SerialPad(PadSettings(str(pad.path)), backoff=SOON, opener=opener)
        source.start(inbox)
        lost, back = inbox.next(), inbox.next()
        assert isinstance(lost, Trouble)
        assert isinstance(back, Trouble)
        assert (lost.active, back.active) == (True, False)
        assert source.alive()
        source.close()
    assert "reading the pad failed: ZeroDivisionError" in caplog.text


def test_an_event_that_cannot_be_handed_on_does_not_end_the_input(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox()

    def emit(event: InputEvent) -> None:
        inbox(event)
        raise RuntimeError(f"no room for {event}")

    with PtyPad(tmp_path, heartbeat_s=0.1) as pad:
        source = SerialPad(PadSettings(str(pad.path)), backoff=SOON)
        source.start(emit)
        assert pad.wait_acknowledged(1)
        for level in (Level.GOOD, Level.POOR):
            pad.press(level)
            event = inbox.next()
            assert isinstance(event, Press)
            assert event.level is level
        assert source.alive()
        source.close()
    assert "GOOD" not in caplog.text


def test_nothing_that_is_logged_names_a_level(framed: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for level in Level:
        framed.pad.press(level)
        framed.inbox.next()
    framed.pad.unplug()
    framed.trouble()
    assert "pad lost" in caplog.text
    assert not any(level.name in caplog.text for level in Level)


def test_close_may_be_called_twice_and_repr_afterwards(framed: Bench) -> None:
    assert framed.source.alive()
    with pytest.raises(RuntimeError, match="already"):
        framed.source.start(framed.inbox)
    framed.source.close()
    framed.source.close()
    assert not framed.source.alive()
    assert "not running" in repr(framed.source)


def test_a_closed_source_has_given_the_port_back_and_can_be_started_again(framed: Bench) -> None:
    framed.source.close()
    open_port(PadSettings(str(framed.pad.path))).close()
    framed.source.start(framed.inbox)
    assert until(lambda: framed.source._link.up)
    framed.pad.press(Level.GOOD)
    assert framed.press().level is Level.GOOD


def test_close_from_the_emitting_thread_does_not_wait_for_itself(tmp_path: Path) -> None:
    done = threading.Event()
    source = SerialPad(PadSettings(str(tmp_path / "none")))

    def emit(_event: InputEvent) -> None:
        source.close()
        done.set()

    source.start(emit)
    assert done.wait(LONG_S)
    assert not source.alive()


def test_no_file_is_left_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with PtyPad(tmp_path, heartbeat_s=0.1) as pad:
            bench = Bench(pad)
            bench.source.start(bench.inbox)
            assert pad.wait_acknowledged(1)
            pad.unplug()
            bench.trouble()
            bench.source.close()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_the_tries_become_rarer_up_to_the_limit_that_keeps_the_promise() -> None:
    delays = [Backoff().delay_s(failures) for failures in range(1, 2000)]
    assert delays[:5] == [0.5, 1.0, 2.0, 4.0, 5.0]
    assert max(delays) == 5.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"port": ""}, "no name"),
        ({"characters": "1234"}, "five or six different"),
        ({"characters": "12344"}, "five or six different"),
        ({"characters": "123 5"}, "five or six different"),
        ({"characters": "1234é"}, "five or six different"),
        ({"baud": 0}, "impossible"),
        ({"mode": PadMode.PATTERN}, "groups are needed"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PadSettings(**{"port": "/dev/x", **settings})  # type: ignore[arg-type]
