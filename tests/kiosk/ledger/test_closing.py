"""A closing that is interrupted anywhere is finished at the next start, and never mixes two ledgers' files."""

import os
import sqlite3
from contextlib import closing as closing_of
from pathlib import Path

import pytest

from kiosk.faults import FaultCode
from kiosk.ledger import closing
from kiosk.ledger.disk import sync_folder
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.store import Ledger
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import (
    brought_over,
    intact,
    kept,
    power_cut,
    salvage_all,
    stored,
    vote,
    votes,
)


class PowerCut(BaseException):
    """The power went away here."""


@pytest.fixture
def crashed(folder: Path, tmp_path: Path) -> Path:
    """A folder whose votes are all in the WAL, as a power cut leaves it."""
    with kept(folder) as keeper:
        votes(keeper, 5)
        return power_cut(folder, tmp_path / "after the cut")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("ledger.db*")}


def test_a_closed_ledger_keeps_its_database_and_its_log_together(crashed: Path) -> None:
    before = {name: (crashed / name).read_bytes() for name in ("ledger.db", "ledger.db-wal")}
    closed = closing.put_aside(crashed)
    assert closed == crashed / "ledger.db.closed-1"
    assert names(crashed) == {"ledger.db.closed-1", "ledger.db.closed-1-wal", "ledger.db.closed-1.id"}
    assert closed.read_bytes() == before["ledger.db"]
    assert (crashed / "ledger.db.closed-1-wal").read_bytes() == before["ledger.db-wal"]
    assert not (crashed / "ledger.closing").exists()


def test_numbers_go_up_and_a_removed_ledger_has_its_number_too(crashed: Path) -> None:
    closing.put_aside(crashed)
    assert closing.put_aside(crashed).name == "ledger.db.closed-2"
    assert (crashed / "ledger.db.closed-2").stat().st_size == 0
    (crashed / "ledger.db.closed-10-wal").touch()
    (crashed / "ledger.db.closed-10.salvaged").touch()
    assert closing.put_aside(crashed).name == "ledger.db.closed-11"
    assert [path.name.rpartition("-")[2] for path in closing.closed_files(crashed)] == ["1", "2", "10", "11"]


STEPS = [
    "open",
    "rename-intent",
    "rename-wal",
    "rename-db",
    "unlink-shm",
    "sync",
    "rename-id",
    "unlink-intent",
]


def interrupt(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the power just before this step."""
    rename, unlink, sync, real_open = Path.rename, Path.unlink, sync_folder, os.open

    def cut_rename(self: Path, target: Path) -> Path:
        wanted = {
            "rename-intent": "ledger.closing.new",
            "rename-wal": "ledger.db-wal",
            "rename-db": "ledger.db",
            "rename-id": "ledger.id",
        }
        if self.name == wanted.get(step):
            raise PowerCut
        return rename(self, target)

    def cut_unlink(self: Path, missing_ok: bool = False) -> None:
        wanted = {"unlink-shm": "ledger.db-shm", "unlink-intent": "ledger.closing"}
        if self.name == wanted.get(step):
            raise PowerCut
        unlink(self, missing_ok=missing_ok)

    def cut_sync(folder: Path) -> None:
        if step == "sync" and (folder / "ledger.db.closed-1").exists():
            raise PowerCut
        sync(folder)

    def cut_open(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if step == "open" and Path(path).name == "ledger.closing.new":
            raise PowerCut
        return real_open(path, flags, mode)

    monkeypatch.setattr(Path, "rename", cut_rename)
    monkeypatch.setattr(Path, "unlink", cut_unlink)
    monkeypatch.setattr("kiosk.ledger.closing.sync_folder", cut_sync)
    monkeypatch.setattr(os, "open", cut_open)


def put_aside_interrupted(folder: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        interrupt(step, patch)
        with pytest.raises(PowerCut):
            closing.put_aside(folder)


@pytest.mark.parametrize("step", STEPS)
def test_a_closing_cut_at_any_step_is_finished_before_anything_is_opened(
    crashed: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_aside_interrupted(crashed, step, monkeypatch)
    old_votes = 5
    with kept(crashed) as keeper:
        salvage_all(keeper)
        votes(keeper, 1)
    assert not (crashed / "ledger.closing").exists()
    assert intact(crashed)
    kinds = [entry.kind for entry in stored(crashed)]
    if step in ("open", "rename-intent"):  # nothing had happened yet: the same ledger goes on
        assert kinds.count("rating") == old_votes + 1
        assert not (crashed / "ledger.db.closed-1").exists()
    else:
        assert kinds.count("rating") == 1
        assert [seq for _, seq, _, _ in brought_over(crashed)] == list(range(1, old_votes + 2))


@pytest.mark.parametrize(
    "step", ["rename-wal", "rename-db", "unlink-shm", "sync", "rename-id", "unlink-intent"]
)
def test_a_fault_before_the_closing_is_finished_is_not_written_into_half_a_ledger(
    crashed: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_aside_interrupted(crashed, step, monkeypatch)
    keeper = Keeper(crashed, FakeClock(), "hailong test")
    keeper.give_way(FaultCode.READ_ONLY)
    keeper.recover(FaultCode.READ_ONLY)
    salvage_all(keeper)
    keeper.close(clean=True)
    assert intact(crashed)
    assert [seq for _, seq, _, _ in brought_over(crashed)] == list(range(1, 7))


def test_an_intent_that_was_torn_means_that_nothing_was_renamed(crashed: Path) -> None:
    (crashed / "ledger.closing").write_bytes(b"")
    assert closing.finish(crashed) is None
    assert not (crashed / "ledger.closing").exists()
    assert (crashed / "ledger.db").exists()
    assert closing.finish(crashed) is None


def test_the_id_in_use_is_remembered_outside_sqlite(tmp_path: Path) -> None:
    assert closing.remembered(tmp_path) is None
    closing.remember(tmp_path, bytes(range(16)))
    assert closing.remembered(tmp_path) == bytes(range(16))
    (tmp_path / "ledger.id").write_text("not hexadecimal")
    assert closing.remembered(tmp_path) is None


def test_closing_the_old_connection_leaves_the_new_ledgers_log_alone(folder: Path, tmp_path: Path) -> None:
    """SQLite removes a WAL by its name; the old connection's name is the new ledger's."""
    clock = FakeClock()
    with kept(folder, clock) as keeper:
        votes(keeper, 5)
        assert keeper._ledger is not None
        old = keeper._ledger.connection
        keeper.condemn("a test")
        new = votes(keeper, 5)
        wal = (folder / "ledger.db-wal").stat()
        salvage_all(keeper)  # ends with closing the old connection
        with pytest.raises(sqlite3.ProgrammingError):
            old.execute("SELECT 1")
        assert (folder / "ledger.db-wal").stat().st_ino == wal.st_ino
        assert (folder / "ledger.db-wal").stat().st_size >= wal.st_size
        votes(keeper, 1)
        after = power_cut(folder, tmp_path / "cut")
        with closing_of(Ledger(after / "ledger.db", clock)) as ledger:
            assert all(ledger.holds(type(ledger.head)(entry.seq, entry.hash)) for entry in new)
            ledger.append(ledger.chained([vote()]))
    assert intact(folder)
