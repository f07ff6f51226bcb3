"""The walk along the chain finds any change, and names the first entry that is wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.ledger import store
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.store import Ledger
from kiosk.ledger.verify import Verdict, rows, untrue_figures, verify
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import fill, kept, stored, tamper, vote, votes

ENTRIES = 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return ledger_of(ENTRIES, tmp_path)


def ledger_of(entries: int, folder: Path) -> Path:
    path = folder / "ledger.db"
    store.create(path)
    with closing(Ledger(path, FakeClock())) as ledger:
        ledger.append(ledger.chained([vote(i % 5 + 1) for i in range(entries)]))
    return path


def verdict_of(path: Path) -> Verdict:
    with closing(sqlite3.connect(path)) as connection:
        return verify(connection)


def test_an_untouched_ledger_is_intact_to_its_head(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        last = list(rows(connection))[-1]
    assert verdict_of(path) == Verdict(ENTRIES, last.hash)
    assert verdict_of(path).intact


def test_an_empty_ledger_is_intact(tmp_path: Path) -> None:
    assert verdict_of(ledger_of(0, tmp_path)) == Verdict(0, bytes(32))


columns = st.sampled_from(["seq", "boot_n", "boottime_ns", "kind", "payload", "prev", "hash"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120, deadline=None)
@given(st.integers(1, ENTRIES), columns, st.integers(0, 10**6), st.integers(1, 255))
def test_any_byte_changed_in_any_field_is_found_at_its_entry(
    tmp_path_factory: pytest.TempPathFactory, seq: int, column: str, place: int, change: int
) -> None:
    path = ledger_of(ENTRIES, tmp_path_factory.mktemp("changed"))
    with closing(sqlite3.connect(path)) as connection:
        value = connection.execute(f"SELECT {column} FROM entry WHERE seq = ?", (seq,)).fetchone()[0]
    sql, new = changed(column, value, place, change)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(f"UPDATE entry SET {column} = {sql} WHERE seq = ?", (new, seq))
    assert verdict_of(path).first_bad == seq


def changed(column: str, value: int | str | bytes, place: int, change: int) -> tuple[str, int | bytes]:
    """Another value for a column, one byte (or digit) away, and the SQL that takes it."""
    if isinstance(value, int):
        return "?", value + change + (ENTRIES if column == "seq" else 0)
    content = bytearray(value.encode() if isinstance(value, str) else value)
    content[place % len(content)] ^= change
    return ("CAST(? AS TEXT)" if column == "kind" else "?"), bytes(content)


@pytest.mark.parametrize(
    ("statements", "first_bad"),
    [
        (["DELETE FROM entry WHERE seq = 3"], 3),
        (["DELETE FROM entry WHERE seq = 1"], 1),
        (["UPDATE entry SET seq = 100 WHERE seq = 3", "UPDATE entry SET seq = 3 WHERE seq = 4",
          "UPDATE entry SET seq = 4 WHERE seq = 100"], 3),
        (["UPDATE entry SET payload = (SELECT payload FROM entry WHERE seq = 2) WHERE seq = 4"], 4),
        (["INSERT INTO entry SELECT 7, 1, 1, kind, payload, hash, hash FROM entry WHERE seq = 6"], 7),
        (["UPDATE entry SET seq = -6 WHERE seq = 6"], -6),
        (["UPDATE ledger SET ledger_id = zeroblob(16)"], 1),
    ],
    ids=["removed", "first removed", "two swapped", "levels copied", "appended", "put before", "another ledger's id"],
)  # fmt: skip
def test_tampering_by_the_files_owner_is_found_at_the_first_wrong_entry(
    path: Path, statements: list[str], first_bad: int
) -> None:
    tamper(path, *statements)
    verdict = verdict_of(path)
    assert (verdict.first_bad, verdict.entries) == (first_bad, max(0, first_bad - 1))


def test_entries_cut_off_at_the_end_show_to_whoever_knows_how_many_there_were(path: Path) -> None:
    tamper(path, "DELETE FROM entry WHERE seq > 4")
    assert verdict_of(path).intact
    with closing(sqlite3.connect(path)) as connection:
        assert verify(connection, up_to=ENTRIES).first_bad == 5
        assert verify(connection, up_to=2).entries == 2


def test_a_wound_that_sqlite_meets_is_a_verdict_too(tmp_path: Path) -> None:
    path = ledger_of(1_000, tmp_path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xa5" * 8192)
    verdict = verdict_of(path)
    assert verdict.first_bad is not None
    assert 0 < verdict.entries < 1_000
    assert "cannot be read" in verdict.reason
    with closing(sqlite3.connect(path)) as connection:
        readable = connection.execute("SELECT seq FROM entry WHERE seq = ?", (verdict.entries,)).fetchone()
        assert readable == (verdict.entries,)
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute("SELECT * FROM entry WHERE seq = ?", (verdict.first_bad,)).fetchone()


def test_what_is_no_ledger_is_an_error_and_not_a_verdict(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error):
        verdict_of(tmp_path / "another.db")


def test_entries_are_read_in_short_reads_so_that_the_log_can_be_emptied_meanwhile(folder: Path) -> None:
    with kept(folder) as keeper:
        assert keeper.ledger_id is not None
        votes(keeper, 1)
    fill(folder / "ledger.db", keeper_id(folder), 5_000)
    path = folder / "ledger.db"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as reader,
        closing(sqlite3.connect(path)) as writer,
    ):
        walk: Iterator[object] = rows(reader)
        for _ in range(2_500):
            next(walk)
        assert not reader.in_transaction
        busy, _, _ = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert busy == 0
        assert len(list(walk)) == 5_003 - 2_500


def keeper_id(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        return bytes(connection.execute("SELECT ledger_id FROM ledger").fetchone()[0])


def test_a_ledger_of_100_000_entries_opens_goes_on_and_is_found_intact(folder: Path) -> None:
    with kept(folder):
        pass
    fill(folder / "ledger.db", keeper_id(folder), 100_000)
    told: list[int] = []
    with kept(folder) as keeper:
        entry = votes(keeper, 1)[0]
        assert entry.seq == 100_004
        with closing(sqlite3.connect(folder / "ledger.db")) as connection:
            verdict = verify(connection, progress=told.append, up_to=entry.seq)
    assert (verdict.intact, verdict.entries, verdict.head) == (True, entry.seq, entry.hash)
    assert told == list(range(2_000, 100_001, 2_000))
    assert len(stored(folder)) == 100_005


def test_a_view_or_an_index_that_was_changed_is_not_believed(folder: Path, clock: FakeClock) -> None:
    keeper = Keeper(folder, clock, "a test")
    keeper.open()
    keeper.append([vote(3)])
    keeper.close(clean=True)
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        assert untrue_figures(connection) == ""
        connection.execute("DROP VIEW counted_rating")
        connection.execute(
            "CREATE VIEW counted_rating AS SELECT seq, 5 AS level FROM entry WHERE kind = 'rating'"
        )
        assert verify(connection).intact
        assert "views" in untrue_figures(connection)
