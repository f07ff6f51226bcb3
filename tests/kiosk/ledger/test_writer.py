"""The writer thread: every request answered once, whatever happens to the files meanwhile."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.faults import FaultCode
from kiosk.ledger import schema
from kiosk.ledger.answers import Available, Broke, Impossible, NotStored, Stored
from kiosk.ledger.chain import Entry
from kiosk.ledger.errors import LedgerLocked, LedgerNewer, StoreFailed
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind, parse
from kiosk.ledger.writer import Patience
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import brought_over, intact, kept, stored, tamper, vote, votes
from tests.kiosk.ledger.told import Running, running

VOTES = 200


@pytest.fixture
def old(folder: Path) -> Path:
    """A ledger at rest."""
    with kept(folder) as keeper:
        votes(keeper, VOTES)
    return folder / "ledger.db"


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in stored(folder)]


def closed(folder: Path, number: int = 1) -> Path:
    return folder / f"ledger.db.closed-{number}"


def checked(folder: Path) -> bool:
    return Kind.VERIFIED in kinds(folder)


def salvaged(folder: Path, number: int = 1) -> bool:
    return closed(folder, number).with_name(closed(folder, number).name + ".salvaged").exists()


def test_requests_are_answered_once_and_in_order_and_are_on_the_disk_by_then(folder: Path) -> None:
    with running(folder) as told:
        told.wait(Available)
        for ref in range(100, 150):
            told.writer.submit(ref, (vote(ref % 5 + 1), vote(3)))
        told.wait(Stored, lambda e: e.ref == 149)
        answers = [e for e in told.events if isinstance(e, Stored)]
        assert [e.ref for e in answers] == list(range(100, 150))
        on_disk = stored(folder)
        assert all(entry in on_disk for e in answers for entry in e.entries)
        assert told.writer.alive()
    assert not told.writer.alive()
    assert kinds(folder)[-1] == "shutdown"
    assert intact(folder)


def test_the_result_of_the_check_at_start_is_in_the_chain(folder: Path, old: Path) -> None:
    with running(folder) as told:
        told.until(lambda: checked(folder))
    body = parse(next(entry for entry in stored(folder) if entry.kind == Kind.VERIFIED).payload)
    assert (body["intact"], body["first_bad"]) == (True, None)
    assert body["entries"] == VOTES + 3
    assert old.exists()


def test_votes_taken_while_the_check_at_start_was_failing_are_brought_over(folder: Path, old: Path) -> None:
    tamper(old, "UPDATE entry SET boottime_ns = 1 WHERE seq = 50")
    with running(folder) as told:
        told.wait(Available)
        meanwhile = told.stored_vote(5)
        told.until(lambda: salvaged(folder))
        told.stored_vote()
    assert parse(next(e for e in stored(folder) if e.kind == Kind.VERIFIED).payload)["first_bad"] == 50
    if meanwhile.seq > VOTES:
        assert meanwhile.payload in [payload for _, _, payload, _ in brought_over(folder)]
    found = brought_over(folder)
    assert [seq for _, seq, _, right in found if not right] == [50]
    assert len(found) == len({seq for _, seq, *_ in found}) >= VOTES + 2
    assert intact(folder)


def overwrite(path: Path, offset: int, number: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xa5" * number)


HARM: dict[str, Callable[[Path], None]] = {
    "emptied": lambda path: os.truncate(path, 0),
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "removed": Path.unlink,
    "header overwritten": lambda path: overwrite(path, 0, 100),
    "first page overwritten": lambda path: overwrite(path, 0, schema.PAGE_BYTES),
    "a page in the middle overwritten": lambda path: overwrite(
        path, 11 * schema.PAGE_BYTES, schema.PAGE_BYTES
    ),
    "the log removed": lambda path: path.with_name("ledger.db-wal").unlink(),
    "a row removed": lambda path: tamper(path, "DELETE FROM entry WHERE seq = 20"),
    "a payload changed": lambda path: tamper(path, "UPDATE entry SET payload = x'7b7d' WHERE seq = 20"),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
def test_harm_to_the_running_ledger_is_noticed_and_the_next_vote_is_in_a_new_one(
    folder: Path, old: Path, harm: Callable[[Path], None]
) -> None:
    with running(folder) as told:
        told.until(lambda: checked(folder))
        before = told.stored_vote(1)
        harm(old)
        told.until(lambda: closed(folder).exists() and old.exists())
        after = told.stored_vote(2)
        assert after in stored(folder)
        told.until(lambda: salvaged(folder))
        assert not any(isinstance(e, Broke | NotStored) for e in told.events)
    assert intact(folder)
    found = brought_over(folder)
    assert [seq for _, seq, *_ in found] == sorted({seq for _, seq, *_ in found})
    assert before.payload in [payload for _, _, payload, _ in found]
    assert len(found) > VOTES * 0.7 or harm in (HARM["emptied"], HARM["cut in half"])


def test_harm_is_noticed_on_a_busy_day_too(folder: Path, old: Path) -> None:
    """The queue is never empty for as long as the pause between two looks."""
    with running(folder, patience=Patience(probe_s=0.05, salvage_s=0.001, look_s=0.3)) as told:
        told.until(lambda: checked(folder))
        told.stored_vote()
        overwrite(old, 11 * schema.PAGE_BYTES, schema.PAGE_BYTES)
        for _ in range(10_000):
            told.stored_vote()
            if closed(folder).exists():
                break
        assert closed(folder).exists()


def test_a_stranger_who_only_touched_the_files_costs_nothing(folder: Path, old: Path) -> None:
    with running(folder) as told:
        told.until(lambda: checked(folder))
        for _ in range(3):
            os.utime(old)
            told.stored_vote()
        told.until(lambda: not told.writer._keeper.has_salvage())
    assert not closed(folder).exists()


def test_a_locked_ledger_is_impossible_and_the_first_goes_on(folder: Path) -> None:
    with running(folder) as first:
        first.wait(Available)
        with running(folder) as second:
            assert isinstance(second.wait(Impossible).error, LedgerLocked)
        first.stored_vote()
    assert kinds(folder).count("boot") == 1


def test_a_newer_ledger_is_impossible(folder: Path, old: Path) -> None:
    with closing(sqlite3.connect(old)) as newer:
        newer.execute("PRAGMA user_version = 2")
    with running(folder) as told:
        assert isinstance(told.wait(Impossible).error, LedgerNewer)
    assert len(told.events) == 1


def test_a_newer_ledger_that_could_not_be_looked_at_first_is_impossible_later(
    folder: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(old)) as newer:
        newer.execute("PRAGMA user_version = 2")
    real, calls = Keeper._take_lock, 0

    def fails_first(self: Keeper) -> None:
        nonlocal calls
        calls += 1
        if calls < 4:
            raise OSError(5, "Input/output error")
        real(self)

    monkeypatch.setattr(Keeper, "_take_lock", fails_first)
    with running(folder) as told:
        assert isinstance(told.wait(Impossible).error, LedgerNewer)
        told.until(lambda: not told.writer.alive())
    assert kinds_of_nothing(told)


def kinds_of_nothing(told: Running) -> bool:
    return not any(isinstance(e, Available | Stored) for e in told.events)


def test_a_foreign_writer_in_the_way_is_a_fault_that_passes_by_itself(folder: Path) -> None:
    with running(folder) as told:
        told.until(lambda: folder.joinpath("ledger.db").exists() and checked(folder))
        with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as stranger:
            stranger.execute("BEGIN IMMEDIATE")
            assert told.ask(vote()) == NotStored(1, FaultCode.LEDGER_ERROR)
            told.wait(Broke)
            so_far = len(told.events)
        told.wait(Available, after=so_far)
        told.stored_vote()
    assert kinds(folder).count("rating") == 1
    assert intact(folder)


def test_a_disk_is_probed_even_while_presses_are_hammered(folder: Path) -> None:
    with running(folder) as told:
        told.until(lambda: folder.joinpath("ledger.db").exists() and checked(folder))
        with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as stranger:
            stranger.execute("BEGIN IMMEDIATE")
            told.ask(vote())
        for _ in range(100_000):
            if isinstance(told.ask(vote()), Stored):
                break
        else:
            pytest.fail("never available again")


def test_a_vote_that_reached_the_disk_after_all_is_told_under_its_own_number(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Keeper._append
    failing = False

    def late(self: Keeper, drafts: list[Draft]) -> object:
        nonlocal failing
        entries = real(self, drafts)
        if failing:
            failing = False
            raise StoreFailed(FaultCode.LEDGER_ERROR, "the disk had it, and failed to say so")
        return entries

    monkeypatch.setattr(Keeper, "_append", late)
    with running(folder) as told:
        told.until(lambda: folder.joinpath("ledger.db").exists() and checked(folder))
        failing = True
        assert isinstance(told.ask(vote(2)), NotStored)
        again = told.wait(Stored, lambda e: e.ref == 1)
        assert [entry.kind for entry in again.entries] == ["rating"]
        told.wait(Available, after=told.events.index(again))
        told.stored_vote(3)
    assert kinds(folder).count("rating") == 2
    assert [e.ref for e in told.events if isinstance(e, Stored)] == [1, 2]
    assert intact(folder)


def test_a_mistake_of_ours_costs_one_request_and_not_the_thread(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with running(folder) as told:
        told.wait(Available)
        answer = told.ask(Draft(Kind.TEST, {"not": float("nan")}))
        assert answer == NotStored(1, FaultCode.LEDGER_ERROR)
        told.stored_vote()
    assert "unexpected error" in caplog.text
    assert intact(folder)


def test_an_older_copy_in_its_place_is_noticed_between_two_votes(
    folder: Path, old: Path, tmp_path: Path
) -> None:
    shutil.copy(old, tmp_path / "old")
    with running(folder) as told:
        told.until(lambda: checked(folder))
        before = told.stored_vote()
        (tmp_path / "old").replace(old)
        after = told.stored_vote()
        told.until(lambda: salvaged(folder))
        assert after in stored(folder)
    assert before.payload in [payload for _, _, payload, _ in brought_over(folder)]


def test_stopping_a_writer_that_never_started_is_harmless(folder: Path) -> None:
    told = Running(Keeper(folder, FakeClock(), "x"), Patience())
    assert told.writer.stop(1)
    assert not told.writer.alive()


class Slow(Keeper):
    """Takes its time."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FakeClock(), "x")
        self.go = threading.Event()

    def append(self, drafts: Sequence[Draft], ref: int | None = None) -> list[Entry]:
        if ref is not None:
            self.go.wait()
        return super().append(drafts, ref)


def test_a_writer_that_does_not_come_back_from_a_vote_is_not_alive_until_it_does(folder: Path) -> None:
    keeper = Slow(folder)
    told = Running(keeper, Patience(work_s=0.2))
    told.writer.start()
    try:
        told.wait(Available)
        told.until(told.writer.alive)
        told.writer.submit(1, (vote(),))
        told.until(lambda: not told.writer.alive())
        keeper.go.set()
        told.until(told.writer.alive)
        assert told.wait(Stored).ref == 1, "what was late was kept all the same"
    finally:
        keeper.go.set()
        told.writer.stop(60)
