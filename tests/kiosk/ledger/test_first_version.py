"""A ledger that the first version wrote, byte for byte as it left it, under today's program."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.reader import reading
from kiosk.ledger.schema import COUNTED_RATING, FORMER_VIEWS, is_former
from kiosk.ledger.summary import summarise
from kiosk.ledger.verify import untrue_figures, verify
from tests.first_version import COUNTED, ENTRIES, data_folder
from tests.kiosk.ledger.terminal import stored, vote

DATABASE = Path("ledger/ledger.db")


@contextmanager
def by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def view(path: Path) -> str:
    with by_hand(path) as connection:
        return str(connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'view'").fetchone()[0])


def counted(path: Path) -> dict[int, int]:
    with by_hand(path) as connection:
        return dict(connection.execute("SELECT seq, level FROM counted_rating"))


def test_the_record_has_a_view_that_the_first_version_wrote_and_that_counts_otherwise(tmp_path: Path) -> None:
    path = data_folder(tmp_path) / DATABASE
    assert is_former(view(path))
    assert counted(path) == COUNTED | {17: 2}  # it did not know that a correction can be taken back


def test_it_is_intact_and_counted_as_today_before_the_kiosk_has_opened_it(tmp_path: Path) -> None:
    path = data_folder(tmp_path) / DATABASE
    before = path.read_bytes()
    with reading(path) as opened:
        verdict = verify(opened.connection)
        assert (verdict.intact, verdict.entries) == (True, ENTRIES)
        assert untrue_figures(opened.connection) == ""
        figures = list(COUNTED.values())
        assert summarise(opened).counted == {level: figures.count(level) for level in set(figures)}
    assert path.read_bytes() == before


def test_the_kiosk_goes_on_with_it_and_its_view_counts_as_today(tmp_path: Path) -> None:
    path = data_folder(tmp_path) / DATABASE
    before = stored(path.parent)
    for level in (1, 5):  # the second start finds today's view
        keeper = Keeper(path.parent, SystemClock(), "a test")
        keeper.open()
        keeper.append([vote(level)])
        keeper.close(clean=True)
    assert stored(path.parent)[:ENTRIES] == before
    assert view(path) == COUNTED_RATING
    assert not is_former(COUNTED_RATING)
    mine = [entry.seq for entry in stored(path.parent)[ENTRIES:] if entry.kind == "rating"]
    assert counted(path) == COUNTED | dict(zip(mine, (1, 5), strict=True))
    with reading(path) as opened:
        assert verify(opened.connection).intact
        assert untrue_figures(opened.connection) == ""
    assert [entry.name for entry in path.parent.glob("ledger*.db")] == ["ledger.db"]


def test_a_view_that_no_version_wrote_is_left_to_be_noticed(tmp_path: Path) -> None:
    path = data_folder(tmp_path) / DATABASE
    changed = view(path) + " -- and a little more"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP VIEW counted_rating")
        connection.execute(changed)
    keeper = Keeper(path.parent, SystemClock(), "a test")
    keeper.open()
    keeper.close(clean=True)
    assert view(path) == changed
    with reading(path) as opened:
        assert "views" in untrue_figures(opened.connection)


def test_every_former_view_is_told_from_that_of_today() -> None:
    assert len(FORMER_VIEWS) == 2
    assert not is_former(COUNTED_RATING)
