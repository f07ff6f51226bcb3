"""The promises of the file: kept by SQLite itself, read back, refused otherwise."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.clock import rfc3339
from kiosk.faults import FaultCode
from kiosk.ledger import chain, schema, store
from kiosk.ledger.chain import Entry
from kiosk.ledger.errors import LedgerNewer, LedgerUnreadable, StoreFailed
from kiosk.ledger.kinds import Draft, Kind, own_fields, parse
from kiosk.ledger.store import Head, Ledger
from kiosk.ledger.verify import rows, verify
from tests.kiosk.fakes import MORNING_NS, FakeClock
from tests.kiosk.ledger.terminal import tamper, vote

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
bodies = st.dictionaries(
    texts.filter(lambda name: name not in ("wall", "synced", "of")), json_values, max_size=4
)
drafts = st.builds(Draft, st.sampled_from(Kind), bodies, st.none() | st.integers(0, 2**63 - 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.db"
    store.create(file)
    return file


@pytest.fixture
def ledger(path: Path, clock: FakeClock) -> Iterator[Ledger]:
    opened = Ledger(path, clock)
    yield opened
    opened.close()


def append(ledger: Ledger, *given: Draft) -> list[Entry]:
    entries = ledger.chained(given)
    ledger.append(entries)
    return entries


def test_write_ahead_log_and_full_sync_are_on_and_memory_mapping_is_off(ledger: Ledger) -> None:
    asked = [
        ledger.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    ]
    assert asked == ["wal", 2]
    assert ledger.connection.execute("PRAGMA mmap_size").fetchone()[0] == 0


class _Careless(sqlite3.Connection):
    """A connection on which somebody "optimised" the promises away."""

    def execute(self, sql: str, *args: object) -> sqlite3.Cursor:
        return super().execute(sql.replace("synchronous = FULL", "synchronous = NORMAL"), *args)  # type: ignore[arg-type]


def test_a_connection_without_full_sync_is_refused(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **k, factory=_Careless))
    with pytest.raises(LedgerUnreadable, match="synchronous"):
        Ledger(path, clock)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET payload = x'00' WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 1",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT seq, boot_n, 7, kind, payload, prev, hash FROM entry WHERE seq = 1",
        "REPLACE INTO entry SELECT * FROM entry WHERE seq = 2",
        "INSERT INTO entry SELECT * FROM entry WHERE seq = 2",
        "INSERT OR IGNORE INTO entry SELECT 4, boot_n, boottime_ns, kind, payload, hash, hash FROM entry WHERE seq = 2",
        "INSERT INTO entry SELECT 3, boot_n, boottime_ns, kind, payload, prev, hash FROM entry WHERE seq = 2",
        "INSERT INTO entry SELECT 0, boot_n, boottime_ns, kind, payload, zeroblob(32), hash FROM entry WHERE seq = 2",
        "INSERT INTO entry SELECT 3, boot_n, 'x', kind, payload, hash, hash FROM entry WHERE seq = 2",
        "INSERT INTO entry SELECT 3, boot_n, 1, kind, payload, hash, x'00' FROM entry WHERE seq = 2",
        "UPDATE ledger SET ledger_id = zeroblob(16)",
        "DELETE FROM ledger",
        "INSERT INTO ledger VALUES (zeroblob(16))",
    ],
)
def test_the_database_itself_refuses_what_is_not_an_append(path: Path, ledger: Ledger, sql: str) -> None:
    append(ledger, vote(1), vote(2))
    before = list(rows(ledger.connection))
    with closing(sqlite3.connect(path)) as stranger:
        with pytest.raises(sqlite3.IntegrityError):
            stranger.execute(sql)
        stranger.rollback()
    assert list(rows(ledger.connection)) == before
    append(ledger, vote(3))
    assert verify(ledger.connection).entries == 3


def test_entries_of_one_request_are_stored_together_or_not_at_all(ledger: Ledger) -> None:
    good = ledger.chained([vote(), vote()])
    bad = [good[0], good[0]]
    with pytest.raises(LedgerUnreadable):
        ledger.append(bad)
    assert list(rows(ledger.connection)) == []
    ledger.append(good)
    assert list(rows(ledger.connection)) == good


def test_an_entry_put_in_by_another_program_shows_as_a_ledger_beyond_use(path: Path, ledger: Ledger) -> None:
    append(ledger, vote())
    intruder = ledger.chained([vote(5)])[0]
    with closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        e = intruder
        stranger.execute(schema.INSERT, (e.seq, e.boot_n, e.boottime_ns, e.kind, e.payload, e.prev, e.hash))
    with pytest.raises(LedgerUnreadable):
        append(ledger, vote(1))


def test_a_foreign_writer_in_the_way_is_a_passing_fault_and_stores_nothing(
    path: Path, ledger: Ledger
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailed) as failed:
            append(ledger, vote())
        assert failed.value.code is FaultCode.LEDGER_ERROR
    append(ledger, vote())
    assert ledger.head.seq == 1


def test_wall_time_is_that_of_the_press_and_not_of_the_commit(ledger: Ledger, clock: FakeClock) -> None:
    pressed_ns = clock.now_ns
    clock.advance(3)
    clock.synced = True
    entry = ledger.chained([Draft(Kind.RATING, {"level": 5}, pressed_ns)])[0]
    assert entry.boottime_ns == pressed_ns
    assert parse(entry.payload) == {"level": 5, "wall": rfc3339(MORNING_NS), "synced": True}
    assert entry.payload.startswith(b'{"level":5,"wall":"2026-11-22T01:00:00.000Z"')


def boot(ledger: Ledger, boot_id: str) -> None:
    append(ledger, Draft(Kind.BOOT, {"boot_id": boot_id}))


def boot_n(path: Path, clock: FakeClock) -> int:
    with closing(Ledger(path, clock)) as again:
        boot(again, clock.boot)
        return again.boot_n


def test_boots_are_counted_by_the_kernels_id_and_restarts_are_not(path: Path, clock: FakeClock) -> None:
    assert boot_n(path, clock) == 1
    clock.advance(60)
    assert boot_n(path, clock) == 1
    clock.reboot("second-boot", now_ns=clock.now_ns + 10)
    assert boot_n(path, clock) == 2
    clock.reboot("third-boot", now_ns=1)
    assert boot_n(path, clock) == 3


def test_a_clock_that_ran_backwards_is_another_boot_even_under_the_same_id(
    path: Path, clock: FakeClock
) -> None:
    assert boot_n(path, clock) == 1
    clock.now_ns -= 1
    assert boot_n(path, clock) == 2


def test_a_wall_clock_set_by_ten_years_changes_neither_boots_nor_order(path: Path, clock: FakeClock) -> None:
    assert boot_n(path, clock) == 1
    for years in (10, -20):
        clock.wall += years * 365 * 86_400 * 10**9
        clock.now_ns += 1
        assert boot_n(path, clock) == 1
    with closing(Ledger(path, clock)) as ledger:
        assert verify(ledger.connection).intact


def test_what_this_program_has_stored_must_still_be_there(path: Path, clock: FakeClock) -> None:
    with closing(Ledger(path, clock)) as ledger:
        append(ledger, vote(), vote())
        head = ledger.head
    Ledger(path, clock, head).close()
    for gone in (Head(3, head.hash), Head(2, bytes(32))):
        with pytest.raises(LedgerUnreadable, match="no longer holds"):
            Ledger(path, clock, gone)


def test_a_database_that_is_not_a_ledger_is_not_taken_for_one(tmp_path: Path, clock: FakeClock) -> None:
    other = tmp_path / "ledger.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY)")
    with pytest.raises(LedgerUnreadable, match="not a ledger"):
        Ledger(other, clock)


@pytest.mark.parametrize("statement", ["DROP TABLE entry", "DROP TABLE ledger", "DELETE FROM ledger"])
def test_a_ledger_without_its_tables_is_beyond_use(path: Path, clock: FakeClock, statement: str) -> None:
    tamper(path, statement)
    with pytest.raises(LedgerUnreadable):
        Ledger(path, clock)


def test_a_newer_ledger_is_refused_before_and_after_sqlite_has_opened_it(
    path: Path, clock: FakeClock
) -> None:
    store.refuse_newer(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
        with pytest.raises(LedgerNewer):
            Ledger(path, clock)  # the version is in the log still
    with pytest.raises(LedgerNewer, match="version 2"):
        store.refuse_newer(path)


def test_creation_that_was_interrupted_leaves_no_ledger_and_does_not_stop_the_next(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"ledger.db.new{suffix}").write_bytes(b"half a database")
    ledger_id = store.create(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ledger.db"]
    with closing(Ledger(path, FakeClock())) as ledger:
        assert (ledger.ledger_id, ledger.head) == (ledger_id, Head(0, chain.GENESIS))


def test_counted_ratings_are_shown_with_the_last_level_and_without_the_voided(ledger: Ledger) -> None:
    append(ledger, vote(1), vote(2), vote(3))
    append(
        ledger, Draft(Kind.CORRECTION, {"of": 1, "level": 4}), Draft(Kind.CORRECTION, {"of": 1, "level": 5})
    )
    append(ledger, Draft(Kind.VOID, {"of": 2}), Draft(Kind.TEST, {"level": 1}), Draft(Kind.REPEAT, {"of": 3}))
    assert ledger.connection.execute("SELECT seq, level FROM counted_rating ORDER BY seq").fetchall() == [
        (1, 5),
        (3, 3),
    ]


def test_a_void_takes_back_one_press_and_never_what_stood_before_or_after_it(ledger: Ledger) -> None:
    append(ledger, vote(1), vote(2), vote(3), vote(4))
    for seq, level in ((1, 4), (1, 5), (2, 4), (3, 1), (4, 1)):
        append(ledger, Draft(Kind.CORRECTION, {"of": seq, "level": level}))
    for seq in (6, 2, 3, 8, 4, 9, 1):  # 6 and 5 correct 1; 7 corrects 2, 8 corrects 3, 9 corrects 4
        append(ledger, Draft(Kind.VOID, {"of": seq}))
    assert ledger.connection.execute("SELECT seq, level FROM counted_rating ORDER BY seq").fetchall() == [
        (1, 4),  # the rating and its last correction are taken back, the first correction stands
        (2, 4),  # the rating is taken back, its correction stands
    ]


def test_what_counts_is_found_through_the_indexes(ledger: Ledger) -> None:
    plan = [row[3] for row in ledger.connection.execute("EXPLAIN QUERY PLAN SELECT * FROM counted_rating")]
    assert sum("SEARCH c USING INDEX entry_correction (<expr>=?" in step for step in plan) == 1
    assert sum("SEARCH v USING INDEX entry_void (<expr>=?" in step for step in plan) == 2


def test_an_entry_about_another_is_about_no_other_in_a_ledger_that_does_not_hold_it(
    ledger: Ledger, tmp_path: Path
) -> None:
    [_, meant] = append(ledger, vote(1), vote(2))
    about = Draft(Kind.VOID, {"of": 2}, about=meant.hash)
    assert own_fields(append(ledger, about)[0].payload) == {"of": 2}
    other = tmp_path / "other" / "ledger.db"
    other.parent.mkdir()
    store.create(other)
    with closing(Ledger(other, FakeClock())) as replacement:
        append(replacement, vote(4), vote(5))
        assert own_fields(append(replacement, about)[0].payload) == {"of": None, "of_hash": meant.hash.hex()}
        counted = replacement.connection.execute(
            "SELECT seq, level FROM counted_rating ORDER BY seq"
        ).fetchall()
        assert counted == [(1, 4), (2, 5)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.lists(drafts, min_size=1, max_size=4), min_size=1, max_size=4))
def test_whatever_is_stored_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Draft]]
) -> None:
    path = tmp_path_factory.mktemp("round") / "ledger.db"
    store.create(path)
    with closing(Ledger(path, FakeClock())) as ledger:
        kept = []
        for batch in batches:
            entries = ledger.chained(batch)
            ledger.append(entries)
            kept += entries
    with closing(Ledger(path, FakeClock())) as again:
        assert list(rows(again.connection)) == kept
        assert verify(again.connection).intact
        flat = [draft for batch in batches for draft in batch]
        for draft, entry in zip(flat, kept, strict=True):
            body = parse(entry.payload)
            assert {k: v for k, v in body.items() if k not in ("wall", "synced")} == draft.body


def test_a_database_with_holes_where_hashes_should_be_is_unreadable_and_no_crash(
    folder: Path, clock: FakeClock
) -> None:
    """What a damaged page can look like to SQLite: NULL in a column that never has one."""
    folder.mkdir(parents=True)
    path = folder / "ledger.db"
    store.create(path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "DROP TABLE entry; CREATE TABLE entry (seq INTEGER PRIMARY KEY, boot_n INTEGER, boottime_ns INTEGER,"
        " kind TEXT, payload BLOB, prev BLOB, hash BLOB) STRICT; INSERT INTO entry (seq) VALUES (1);"
    )
    connection.close()
    with pytest.raises(LedgerUnreadable):
        Ledger(path, clock)
