"""Somebody else's hand on the files is noticed, and not forgotten because a vote came in between."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.ledger import store
from kiosk.ledger.kinds import Kind
from kiosk.ledger.watch import Touched, Watch, inode_of
from tests.kiosk.ledger.terminal import brought_over, kept, salvage_all, stored, votes


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"database")
    (tmp_path / "ledger.db-wal").write_bytes(b"log")
    return path


def set_times(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def replace(path: Path) -> None:
    shutil.copy2(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


@pytest.mark.parametrize("suffix", ["", "-wal"])
@pytest.mark.parametrize(
    ("harm", "touched"),
    [
        (set_times, Touched.SLIGHTLY),
        (lambda path: path.chmod(0o600), Touched.SLIGHTLY),
        (lambda path: path.write_bytes(b"something longer"), Touched.SLIGHTLY),
        (lambda path: os.truncate(path, 1), Touched.BEYOND_USE),
        (Path.unlink, Touched.BEYOND_USE),
        (replace, Touched.BEYOND_USE),
    ],
)
def test_every_touch_is_seen_for_what_it_is(
    database: Path, suffix: str, harm: Callable[[Path], None], touched: Touched
) -> None:
    watch = Watch(database)
    assert watch.look() is Touched.NOT
    harm(database.with_name(database.name + suffix))
    assert watch.look() is touched


def test_the_writers_own_work_is_no_touch(database: Path) -> None:
    watch = Watch(database)
    database.write_bytes(b"own work")
    watch.remember()
    assert watch.look() is Touched.NOT


def test_a_touch_that_was_seen_is_not_hidden_by_the_writers_own_work(database: Path) -> None:
    watch = Watch(database)
    set_times(database)
    assert watch.look() is Touched.SLIGHTLY
    database.write_bytes(b"own work")
    watch.remember()
    assert watch.look() is Touched.SLIGHTLY
    watch.settle()
    assert watch.look() is Touched.NOT


def test_bytes_overwritten_between_two_votes_are_still_noticed(folder: Path) -> None:
    with kept(folder) as keeper:
        votes(keeper, 5)
        with (folder / "ledger.db").open("r+b") as file:
            file.seek(5_000)
            file.write(b"\xa5")
        votes(keeper, 1)
        assert keeper.look() is Touched.SLIGHTLY
        assert keeper.look() is Touched.NOT  # it is being checked


def test_votes_alone_are_no_touch(folder: Path) -> None:
    with kept(folder) as keeper:
        for _ in range(3):
            votes(keeper, 400)  # more than SQLite lets pile up in the log
            assert keeper.look() is Touched.NOT


@pytest.mark.parametrize("victim", ["ledger.db", "ledger.db-wal"])
def test_a_file_removed_just_before_the_writer_remembers_is_still_missed(folder: Path, victim: str) -> None:
    folder.mkdir(parents=True)
    for name in ("ledger.db", "ledger.db-wal"):
        (folder / name).write_bytes(b"something")
    watch = Watch(folder / "ledger.db")
    (folder / victim).unlink()
    watch.remember()
    watch.settle()
    assert watch.look() is Touched.BEYOND_USE


@pytest.mark.parametrize("harm", [Path.unlink, replace])
def test_a_file_that_went_while_it_was_opened_is_beyond_use_for_good(
    database: Path, harm: Callable[[Path], None]
) -> None:
    opened = inode_of(database)
    harm(database)
    watch = Watch(database, opened)
    watch.settle()
    assert watch.look() is Touched.BEYOND_USE
    assert inode_of(database) != opened


@pytest.mark.parametrize("harm", [Path.unlink, replace])
def test_a_ledger_that_went_while_it_was_opened_keeps_no_vote_that_nobody_finds(
    folder: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Path], None]
) -> None:
    with kept(folder) as keeper:
        before = votes(keeper, 3)

    def late(database: Path, opened: tuple[int, int] | None) -> Watch:
        monkeypatch.undo()
        harm(database)
        return Watch(database, opened)

    monkeypatch.setattr(store, "Watch", late)
    with kept(folder) as keeper:
        after = votes(keeper, 2)
        salvage_all(keeper)
    carried = [payload for _, _, payload, _ in brought_over(folder)]
    assert [entry.payload for entry in before if entry.payload not in carried] == []
    assert [entry for entry in stored(folder) if entry.kind == Kind.RATING] == after
