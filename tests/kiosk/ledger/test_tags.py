"""The tag of the last entry is that of the formula, whatever happened to the file of the key, and never a wrong one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ledger.chain import Entry
from kiosk.ledger.closing import closed_files
from kiosk.ledger.evolve import Evolving, begin, next_key
from kiosk.ledger.kinds import Kind
from kiosk.ledger.opening import continued_by
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import FIRST_KEY, Central
from tests.kiosk.ledger.enrolled import Terminal
from tests.kiosk.ledger.terminal import stored, vote, votes


def key_after(state: Evolving, seq: int) -> Evolving:
    """The state that only has the key of entry `seq` + 1: tags of entries that were lost are not known."""
    key = state.key
    for _ in range(seq - state.seq):
        key = next_key(key)
    return Evolving(seq, key)


class Formula:
    """What docs/protocol.md says, from the entries and the first key alone, over any number of ledgers."""

    def __init__(self) -> None:
        self._start: Evolving | None = None
        self._ledger_id = b""

    def tag(self, ledger_id: bytes, entries: list[Entry]) -> str:
        if self._start is None:
            seq = next(entry.seq for entry in entries if entry.kind == Kind.ENROLLED)
            self._start, self._ledger_id = begin(FIRST_KEY, seq), ledger_id
        if ledger_id != self._ledger_id:
            old_id, last_seq = continued_by(entries[0].payload)
            assert old_id == self._ledger_id
            self._start = key_after(self._start, last_seq).for_new_ledger(ledger_id)
            self._ledger_id = ledger_id
        state = self._start
        for entry in entries[state.seq :]:
            state = state.after(entry.hash)
        return state.tag.hex()


OPERATIONS = st.lists(
    st.sampled_from(["vote", "votes", "head", "restart", "stop", "lose", "upkeep", "close", "close unread"]),
    max_size=25,
)


@contextmanager
def terminal() -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory() as folder:
        made = Terminal(Path(folder) / "ledger", FakeClock())
        try:
            yield made
        finally:
            made.keeper.close(clean=False)


@settings(max_examples=40, deadline=None)
@given(OPERATIONS, st.data())
def test_tags_are_those_of_the_formula(operations: list[str], data: st.DataObject) -> None:
    with terminal() as tried:
        votes(tried.keeper, 2)
        tried.done(Central().enrolment())
        formula, key = Formula(), tried.folder / "evolve.key"
        snapshots: list[bytes] = []
        for operation in operations:
            match operation:
                case "vote":
                    votes(tried.keeper, 1)
                case "votes":
                    tried.keeper.append([vote() for _ in range(7)])
                case "restart":
                    tried.restart()
                case "stop":
                    tried.restart(clean=True)
                case "upkeep":
                    tried.office.upkeep()
                case "lose":
                    # What was not synced is lost with the power: the file is as it was some time before.
                    tried.keeper.close(clean=False)
                    key.write_bytes(data.draw(st.sampled_from(snapshots or [key.read_bytes()])))
                    tried.start()
                case "close" | "close unread":
                    if operation == "close unread":
                        votes(tried.keeper, 3)  # which nobody has tagged when the ledger is closed
                    assert tried.head().tag == tag_of(formula, tried)
                    tried.keeper.condemn("a test")
                    snapshots.clear()  # with the first entry of a ledger the file is synced
                case "head":
                    tried.keeper.follow()
            snapshots.append(key.read_bytes())
            assert tried.head().tag == tag_of(formula, tried)


def tag_of(formula: Formula, tried: Terminal) -> str:
    assert tried.keeper.ledger_id is not None
    return formula.tag(tried.keeper.ledger_id, stored(tried.folder))


def test_a_ledger_begun_just_before_a_power_cut_is_found_from_the_key_of_the_one_before() -> None:
    """The new ledger has its first entry, and the file of the key still is about the old one."""
    with terminal() as tried:
        tried.done(Central().enrolment())
        formula = Formula()
        votes(tried.keeper, 3)
        assert tried.head().tag == tag_of(formula, tried)
        before = (tried.folder / "evolve.key").read_bytes()
        votes(tried.keeper, 2)
        tried.keeper.condemn("a test")
        tried.keeper.close(clean=False)
        (tried.folder / "evolve.key").write_bytes(before)
        tried.start()
        assert tried.head().tag == tag_of(formula, tried)


def test_a_ledger_that_never_got_its_first_entry_still_says_what_it_continues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with terminal() as tried:
        tried.done(Central().enrolment())
        formula = Formula()
        votes(tried.keeper, 3)
        assert tried.head().tag == tag_of(formula, tried)
        last = tried.head().seq

        def cut(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(tried.keeper, "_append_opening", cut)
        with pytest.raises(KeyboardInterrupt):
            tried.keeper.condemn("a test")
        tried.keeper.close(clean=False)
        assert len(closed_files(tried.folder)) == 1
        tried.start()
        assert continued_by(stored(tried.folder)[0].payload)[1] == last
        assert tried.head().tag == tag_of(formula, tried)


def test_a_key_that_does_not_lead_to_this_ledger_makes_no_tag() -> None:
    with terminal() as tried, terminal() as other:
        for each in (tried, other):
            each.done(Central().enrolment())
            votes(each.keeper, 2)
            each.head()
            each.keeper.close(clean=False)
        (tried.folder / "evolve.key").write_bytes((other.folder / "evolve.key").read_bytes())
        tried.start()
        other.start()
        votes(tried.keeper, 1)
        assert tried.head().tag is None
        assert len(closed_files(tried.folder)) == 0


def test_a_disk_that_does_not_take_the_key_costs_nothing_until_the_next_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with terminal() as tried:
        tried.done(Central().enrolment())
        formula, key = Formula(), tried.folder / "evolve.key"
        tried.head()
        key.unlink()
        key.mkdir()
        for _ in range(3):
            votes(tried.keeper, 1)
            assert tried.head().tag == tag_of(formula, tried)
            tried.office.upkeep()
        assert caplog.text.count("cannot be written") == 1
        key.rmdir()
        tried.office.upkeep()
        tried.restart()
        assert tried.head().tag == tag_of(formula, tried)


def test_the_key_of_an_enrolment_before_the_last_makes_no_tag(enrolled: Terminal) -> None:
    """It was copied back, or the disk did not take the new one."""
    old = (enrolled.folder / "evolve.key").read_bytes()
    enrolled.done(Central().enrolment(None, device="1" * 10, first_key="ab" * 32, replace=True))
    votes(enrolled.keeper, 3)
    assert enrolled.head().tag is not None
    enrolled.keeper.close(clean=True)
    (enrolled.folder / "evolve.key").write_bytes(old)
    enrolled.start()
    assert enrolled.head().tag is None
