"""Reading past wounds: each view gives what it can, and of two versions the right one is taken."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ledger import pages, remains, schema
from kiosk.ledger.chain import Entry, own_hash_is_right
from kiosk.ledger.kinds import Draft, Json, Kind
from kiosk.ledger.remains import Remains
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import kept, stored, tamper, votes

VOTES = 200


@pytest.fixture
def path(folder: Path) -> Path:
    with kept(folder) as keeper:
        votes(keeper, VOTES)
    return folder / "ledger.db"


def found_in(
    path: Path, live: sqlite3.Connection | None = None, last_seq: int = 0
) -> tuple[list[Entry], int]:
    scratch = path.parent / "scratch"
    remains.copy(path, scratch)
    with closing(Remains(path, scratch, ledger_id=None, live=live, last_seq=last_seq)) as found:
        entries = [entry for few in found.entries() for entry in few]
        return entries, found.missing


def test_an_unharmed_ledger_is_read_whole_and_left_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    entries, missing = found_in(path)
    assert [entry.seq for entry in entries] == list(range(1, VOTES + 3))
    assert missing == 0
    assert path.read_bytes() == before
    assert not (path.parent / "scratch").exists()


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 100, b"\xa5" * 70_000])
def test_a_file_with_nothing_in_it_gives_nothing_and_no_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert found_in(path)[0] == []
    assert found_in(path, last_seq=7)[1] == 7


def test_values_of_impossible_types_are_passed_over(path: Path) -> None:
    tamper(
        path,
        "DROP VIEW counted_rating",
        "ALTER TABLE entry RENAME TO old",
        "CREATE TABLE entry (seq INTEGER PRIMARY KEY, boot_n, boottime_ns, kind, payload, prev, hash)",
        "INSERT INTO entry SELECT * FROM old",
        "UPDATE entry SET boot_n = 'many' WHERE seq = 3",
        "UPDATE entry SET payload = NULL WHERE seq = 4",
        "UPDATE entry SET hash = 1e300 WHERE seq = 5",
    )
    entries, missing = found_in(path)
    assert [entry.seq for entry in entries] == [1, 2, *range(6, VOTES + 3)]
    assert missing == 3


def test_of_two_versions_of_an_entry_the_right_one_is_taken(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as live:
        live.execute("PRAGMA journal_mode")
        scratch = path.parent / "scratch"
        remains.copy(path, scratch)
        tamper(path, "UPDATE entry SET payload = x'7b7d' WHERE seq = 10")
        with closing(Remains(path, scratch, ledger_id=None, live=live)) as found:
            entries = {entry.seq: entry for few in found.entries() for entry in few}
            assert own_hash_is_right(entries[10], found.ledger_id)
        remains.copy(path, scratch)
        with closing(Remains(path, scratch, ledger_id=None)) as found:
            wrong = {entry.seq: entry for few in found.entries() for entry in few}[10]
            assert not own_hash_is_right(wrong, found.ledger_id)


def test_a_kind_that_is_no_text_is_a_wrong_entry_and_not_a_lost_one(path: Path) -> None:
    tamper(path, "UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE seq = 10")
    entries, missing = found_in(path)
    assert (len(entries), missing) == (VOTES + 2, 0)


def test_the_live_connection_stays_open_for_another_try(path: Path) -> None:
    with closing(sqlite3.connect(path)) as live:
        found_in(path, live)
        assert live.execute("SELECT count(*) FROM entry").fetchone() == (VOTES + 2,)


def test_a_last_page_that_is_gone_does_not_hide_those_before(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        last_page = _last_leaf(connection)
    with path.open("r+b") as file:
        file.seek((last_page - 1) * schema.PAGE_BYTES)
        file.write(b"\xa5" * schema.PAGE_BYTES)
    entries, missing = found_in(path)
    assert len(entries) > VOTES // 2
    assert missing == 0  # nobody knows how many came after
    assert found_in(path, last_seq=VOTES + 2)[1] == VOTES + 2 - len(entries)


def _last_leaf(connection: sqlite3.Connection) -> int:
    """The right-most page of the entries: it is where the root points to at its end (file format, 1.6)."""
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'").fetchone()[0]
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    page = path.read_bytes()[(root - 1) * schema.PAGE_BYTES :][: schema.PAGE_BYTES]
    assert page[0] == 0x05, "the entries must need more than one page for this test"
    return int.from_bytes(page[8:12], "big")


def page_of(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
        ).fetchone()[0]
        return found


def destroy(path: Path, page: int, pages: int = 1) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * schema.PAGE_BYTES)
        file.write(b"\xa5" * schema.PAGE_BYTES * pages)


def test_a_destroyed_root_costs_no_entry(path: Path) -> None:
    destroy(path, page_of(path, "entry"))
    entries, missing = found_in(path)
    assert [entry.seq for entry in entries] == list(range(1, VOTES + 3))
    assert missing == 0


def test_destroyed_first_pages_cost_what_was_in_them_only(path: Path) -> None:
    """Also the page that knows the ledger's id; who remembers it gets right entries back."""
    with closing(sqlite3.connect(path)) as connection:
        ledger_id = bytes(connection.execute("SELECT ledger_id FROM ledger").fetchone()[0])
    destroy(path, 1, 9)
    scratch = path.parent / "scratch"
    remains.copy(path, scratch, ledger_id)
    with closing(Remains(path, scratch, ledger_id=ledger_id, last_seq=VOTES + 2)) as found:
        entries = [entry for few in found.entries() for entry in few]
        assert all(own_hash_is_right(entry, ledger_id) for entry in entries)
        assert len(entries) > VOTES * 0.8
        assert found.missing == VOTES + 2 - len(entries)


def test_pages_give_back_every_entry_that_fits_on_one(folder: Path, clock: FakeClock) -> None:
    levels: list[Json] = [0, 1, -1, 127, 2**15, 2**23, 2**31, 2**47, 2**62, None, "ữ" * 500]
    with kept(folder, clock) as keeper:
        for index, level in enumerate(levels):
            clock.now_ns = 2 ** (6 * index)
            keeper.append([Draft(Kind.TEST, {"level": level}, clock.now_ns)])
        keeper.append([Draft(Kind.TEST, {"long": "x" * 9000})])
    entries = stored(folder)
    destroy(folder / "ledger.db", page_of(folder / "ledger.db", "entry"))
    with (folder / "ledger.db").open("rb") as file:
        raw = {entry.seq: entry for entry in pages.of_database(file)}
    whole = page_of_every_entry_but_the_long(entries)
    assert {seq: raw[seq] for seq in raw} == {seq: whole[seq] for seq in raw}


def page_of_every_entry_but_the_long(entries: list[Entry]) -> dict[int, Entry]:
    return {entry.seq: entry for entry in entries if len(entry.payload) < 4000}


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=100), st.integers(0, 255))
def test_no_page_whatever_is_in_it_is_an_error(start: bytes, rest: int) -> None:
    page = (start + bytes([rest]) * schema.PAGE_BYTES)[: schema.PAGE_BYTES]
    for first in (page, b"\x0d" + page[1:]):
        list(pages.of_database(io.BytesIO(first)))
        list(pages.of_log(io.BytesIO(bytes(56) + first)))
