"""Whatever happens to the files, the next vote finds a ledger to go into, and an unstored one is not thanked for."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from kiosk.faults import FaultCode
from kiosk.ledger import schema
from kiosk.ledger.disk import Disk
from kiosk.ledger.errors import LedgerLocked, LedgerNewer, StoreFailed
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Json, Kind, own_fields, parse
from kiosk.ledger.membership import Local
from kiosk.ledger.watch import Touched
from kiosk.messages.statements import ConfigStatement
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import intact, kept, stored, vote, votes


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in stored(folder)]


def test_a_program_says_when_it_begins_and_when_it_ends(folder: Path) -> None:
    with kept(folder) as keeper:
        votes(keeper, 2)
    assert kinds(folder) == ["boot", "rating", "rating", "shutdown"]
    assert own_fields(stored(folder)[0].payload) == {"boot_id": "first-boot", "program": "hailong test"}
    assert intact(folder)


def test_the_chain_goes_on_over_restarts_and_power_cuts(folder: Path, clock: FakeClock) -> None:
    for boot in range(3):
        clock.reboot(f"boot-{boot}")
        with kept(folder, clock, clean=False) as keeper:
            votes(keeper, 1)
    assert [(entry.seq, entry.boot_n) for entry in stored(folder)] == [
        (1, 1),
        (2, 1),
        (3, 2),
        (4, 2),
        (5, 3),
        (6, 3),
    ]
    assert intact(folder)


def test_closing_twice_is_harmless(folder: Path) -> None:
    with kept(folder) as keeper:
        keeper.close(clean=True)
    assert kinds(folder) == ["boot", "shutdown"]


def test_only_one_program_may_write(folder: Path) -> None:
    with kept(folder) as keeper:
        with pytest.raises(LedgerLocked), kept(folder):
            pass
        votes(keeper, 1)
    assert kinds(folder) == ["boot", "rating", "shutdown"]


def _same(config: dict[str, Json], _statement: ConfigStatement | None) -> dict[str, Json]:
    return config


def test_what_citizens_are_shown_is_recorded_when_it_changes_and_only_then(
    folder: Path, clock: FakeClock
) -> None:
    for question in ("A?", "A?", "B?"):
        config: dict[str, Json] = {"question": question}
        keeper = Keeper(folder, clock, "hailong test", Local(partial(_same, config)))
        keeper.open()
        keeper.close(clean=False)
    assert kinds(folder) == ["boot", "config", "boot", "boot", "config"]


def shorten_to_nothing(path: Path) -> None:
    os.truncate(path, 0)


def shorten_by_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xa5" * 100)


def put_text_in_its_place(path: Path) -> None:
    path.write_bytes(b"this is not a database\n" * 500)


def put_another_database_in_its_place(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (x)")
        connection.commit()


def remove_the_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


HARM: list[Callable[[Path], None]] = [
    shorten_to_nothing,
    shorten_by_half,
    overwrite_header,
    put_text_in_its_place,
    put_another_database_in_its_place,
    Path.unlink,
]


@pytest.mark.parametrize("harm", [*HARM, remove_the_folder], ids=lambda harm: harm.__name__)
def test_after_any_harm_to_the_running_ledger_the_next_vote_is_kept(
    folder: Path, harm: Callable[[Path], None]
) -> None:
    with kept(folder) as keeper:
        before = votes(keeper, 20)
        harm(folder / "ledger.db")
        if keeper.look() is not Touched.NOT:  # the writer looks every 15 s, and here its check has failed
            keeper.condemn("touched")
        entry = votes(keeper, 1)[0]
        assert keeper.ledger_id is not None
        assert entry in stored(folder)
    assert intact(folder)
    assert entry.seq < before[-1].seq


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_after_any_harm_at_rest_the_next_start_begins_a_new_ledger_that_names_the_old(
    folder: Path, harm: Callable[[Path], None]
) -> None:
    with kept(folder) as keeper:
        votes(keeper, 20)
        old_id = keeper.ledger_id
    harm(folder / "ledger.db")
    with kept(folder) as keeper:
        assert keeper.ledger_id != old_id
        votes(keeper, 1)
        continues = parse(stored(folder)[0].payload)["continues"]
    assert isinstance(continues, dict)
    assert old_id is not None
    assert (continues["file"], continues["ledger"]) == ("ledger.db.closed-1", old_id.hex())
    assert (folder / "ledger.db.closed-1").exists()


def test_a_wound_that_shows_first_when_the_boot_entry_is_written_does_not_stop_the_start(
    folder: Path,
) -> None:
    with kept(folder) as keeper:
        votes(keeper, 3)
    path = folder / "ledger.db"
    with closing(sqlite3.connect(path)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entry_boot'").fetchone()[
            0
        ]
    with path.open("r+b") as file:
        file.seek((page - 1) * schema.PAGE_BYTES)
        file.write(b"\xa5" * schema.PAGE_BYTES)
    with kept(folder) as keeper:
        votes(keeper, 1)
    assert kinds(folder)[:2] == ["boot", "rating"]
    assert (folder / "ledger.db.closed-1").exists()


def test_an_older_copy_put_in_place_while_running_is_noticed_before_the_next_vote(
    folder: Path, tmp_path: Path
) -> None:
    with kept(folder) as keeper:
        votes(keeper, 3)
    shutil.copy(folder / "ledger.db", tmp_path / "old")
    with kept(folder) as keeper:
        votes(keeper, 3)
        shutil.copy(tmp_path / "old", tmp_path / "older")
        (tmp_path / "older").replace(folder / "ledger.db")
        entry = votes(keeper, 1)[0]
        assert entry in stored(folder)
        assert (folder / "ledger.db.closed-1").exists()
    assert intact(folder)


def test_a_newer_ledger_is_refused_with_every_file_as_it_was(folder: Path) -> None:
    with kept(folder) as keeper:
        votes(keeper, 1)
    with closing(sqlite3.connect(folder / "ledger.db")) as newer:
        newer.execute("PRAGMA user_version = 2")
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}
    with pytest.raises(LedgerNewer), kept(folder):
        pass
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()} == before


def test_too_little_room_refuses_a_vote_but_not_the_word_about_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept(folder) as keeper:
        monkeypatch.setattr(Disk, "has_room", lambda _: False)
        with pytest.raises(StoreFailed) as failed:
            keeper.append([vote()])
        assert failed.value.code is FaultCode.DISK_FULL
        keeper.give_way(FaultCode.DISK_FULL)
        keeper.append([Draft(Kind.REFUSED, {"counts": {"4": 1}})])
        with pytest.raises(StoreFailed):
            keeper.recover(FaultCode.DISK_FULL)
        monkeypatch.undo()
        keeper.recover(FaultCode.DISK_FULL)
        votes(keeper, 1)
        assert (folder / "ballast").stat().st_size == 8 * 1024 * 1024
    assert kinds(folder) == ["boot", "fault", "refused", "fault", "rating", "shutdown"]


class _LateCard(sqlite3.Connection):
    """A card that takes a transaction and then fails to say so."""

    failing = False

    def execute(self, sql: str, *args: object) -> sqlite3.Cursor:
        cursor = super().execute(sql, *args)  # type: ignore[arg-type]
        if sql == "COMMIT" and _LateCard.failing:
            _LateCard.failing = False
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error
        return cursor


def test_a_vote_that_reached_the_disk_after_all_is_told_late_once_and_is_there_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **k, factory=_LateCard))
    with kept(folder) as keeper:
        _LateCard.failing = True
        with pytest.raises(StoreFailed):
            keeper.append([vote(5)], ref=7)
        keeper.give_way(FaultCode.LEDGER_ERROR)
        with pytest.raises(StoreFailed):  # what is asked for meanwhile must not take its place
            Keeper.append(_closed(keeper), [vote(1)], ref=8)
        told = keeper.late()
        assert [(ref, [entry.kind for entry in entries]) for ref, entries in told] == [(7, ["rating"])]
        assert keeper.late() == []
        keeper.recover(FaultCode.LEDGER_ERROR)
        assert keeper.late() == []
    assert kinds(folder) == ["boot", "rating", "fault", "fault", "shutdown"]
    assert intact(folder)


def _closed(keeper: Keeper) -> Keeper:
    """The keeper while it has no ledger open."""
    assert keeper._ledger is not None
    keeper._ledger.close()
    keeper._ledger = None
    return keeper


def test_a_vote_that_did_not_reach_the_disk_is_never_told(folder: Path) -> None:
    with kept(folder) as keeper:
        with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as stranger:
            stranger.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreFailed):
                keeper.append([vote()], ref=1)
        keeper.give_way(FaultCode.LEDGER_ERROR)
        assert keeper.late() == []
    assert kinds(folder) == ["boot", "fault", "shutdown"]


def test_a_fault_at_the_very_start_is_recorded_after_the_boot_it_belongs_to(
    folder: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept(folder, clock):
        pass
    (folder / "ballast").unlink()
    clock.reboot("second-boot")
    keeper = Keeper(folder, clock, "hailong test")

    def full(_: Disk) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Disk, "load_ballast", full)
    with pytest.raises(StoreFailed):
        keeper.open()
    keeper.give_way(FaultCode.DISK_FULL)
    monkeypatch.undo()
    keeper.recover(FaultCode.DISK_FULL)
    keeper.close(clean=True)
    assert [(entry.kind, entry.boot_n) for entry in stored(folder)] == [
        ("boot", 1), ("shutdown", 1), ("boot", 2), ("fault", 2), ("fault", 2), ("shutdown", 2)
    ]  # fmt: skip
