"""An export says what is stored, no more and no less, and opens harmlessly in a spreadsheet."""

import base64
import csv
import io
import json
import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger import chain, export
from kiosk.ledger.chain import Entry
from kiosk.ledger.export import COLUMNS, Row, as_csv, as_jsonl, since
from kiosk.ledger.kinds import Draft, Json, Kind
from kiosk.ledger.reader import reading
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import fill, kept, tamper, vote


def draft(kind: Kind, **body: Json) -> Draft:
    return Draft(kind, body)


def exported(
    folder: Path, begins: Callable[[Entry], bool] | None = None, up_to: int | None = None
) -> list[Row]:
    with reading(folder / "ledger.db") as opened:
        last = opened.head().seq if up_to is None else up_to
        return list(export.export(opened.connection, opened.ledger_id, last, begins))


@pytest.fixture
def visits(folder: Path) -> Path:
    """1 boot, 2–4 ratings, 5 and 6 correct 2, 7 repeat of 3, 8 void of 4, 9 refused, 10 test, 11 shutdown."""
    with kept(folder) as keeper:
        keeper.append([vote(1), vote(2), vote(3)])
        keeper.append([draft(Kind.CORRECTION, of=2, level=3, source="key")])
        keeper.append([draft(Kind.CORRECTION, of=2, level=5, source="key")])
        keeper.append([draft(Kind.REPEAT, of=3, counts={"2": 4})])
        keeper.append([draft(Kind.VOID, of=4)])
        keeper.append([draft(Kind.REFUSED, counts={"1": 2}), draft(Kind.TEST, level=1)])
    return folder


def test_a_rating_counts_once_with_its_last_level_and_everything_else_not(visits: Path) -> None:
    rows = exported(visits)
    assert [(r["seq"], r["kind"], r["level"], r["counted"], r["level_counted"]) for r in rows] == [
        (1, "boot", None, False, None),
        (2, "rating", 1, True, 5),
        (3, "rating", 2, True, 2),
        (4, "rating", 3, False, None),
        (5, "correction", 3, False, None),
        (6, "correction", 5, False, None),
        (7, "repeat", None, False, None),
        (8, "void", None, False, None),
        (9, "refused", None, False, None),
        (10, "test", None, False, None),
        (11, "shutdown", None, False, None),
    ]
    with reading(visits / "ledger.db") as opened:
        view = opened.connection.execute("SELECT seq, level FROM counted_rating ORDER BY seq").fetchall()
    assert view == [(r["seq"], r["level_counted"]) for r in rows if r["counted"]]


def test_every_row_is_of_the_moment_when_the_export_began(visits: Path) -> None:
    rows = exported(visits, up_to=5)
    assert rows[1]["level_counted"] == 3
    assert rows[3]["counted"] is True
    assert len(rows) == 5


def test_an_export_alone_is_enough_to_recompute_every_hash(visits: Path) -> None:
    prev = chain.GENESIS.hex()
    for line in as_jsonl(exported(visits)):
        row = json.loads(line)
        assert row["prev"] == prev
        fields = (row["seq"], row["boot_n"], row["boottime_ns"], row["kind"], row["payload"].encode())
        prev = row["hash"]
        assert chain.link(bytes.fromhex(row["prev"]), bytes.fromhex(row["ledger_id"]), *fields).hex() == prev


def test_a_payload_that_is_no_text_is_carried_in_base64(visits: Path) -> None:
    tamper(visits / "ledger.db", "UPDATE entry SET payload = x'ff00' WHERE seq = 3")
    row = exported(visits)[2]
    assert base64.b64decode(str(row["payload_base64"])) == b"\xff\0"
    assert "payload" not in row
    assert (row["level"], row["wall"], row["counted"]) == (None, None, True)


def test_payloads_of_any_shape_are_exported(visits: Path) -> None:
    for content in ("[]", "nonsense", "", '{"level":{"a":1},"wall":7}'):
        tamper(visits / "ledger.db", f"UPDATE entry SET payload = x'{content.encode().hex()}' WHERE seq = 3")
        rows = exported(visits)
        assert len(rows) == 11
        assert [json.loads(line)["payload"] for line in as_jsonl(rows)][2] == content
        assert len("".join(as_csv(rows)).splitlines()) == 12


def csv_rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_csv_has_the_same_cells_and_begins_with_a_byte_order_mark(visits: Path) -> None:
    rows = exported(visits)
    text = "".join(as_csv(rows))
    assert text.encode().startswith(b"\xef\xbb\xbfledger_id,")
    assert text.count("\r\n") == len(rows) + 1
    for cells, row in zip(csv_rows(text), rows, strict=True):
        assert set(cells) == {*COLUMNS, "payload_base64"}
        assert cells["payload"] == row["payload"]
        assert cells["counted"] == ("true" if row["counted"] else "false")
        assert cells["level"] == ("" if row["level"] is None else str(row["level"]))


starts = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]


@given(st.sampled_from(starts), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_cell_is_a_formula_for_a_spreadsheet(start: str, rest: str) -> None:
    row: Row = dict.fromkeys(COLUMNS)
    row["kind"] = start + rest
    text = "".join(as_csv([row]))
    assert csv_rows(text)[0]["kind"] == "'" + start + rest


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_csv_gives_back_any_other_text_as_it_was(content: str) -> None:
    row: Row = dict.fromkeys(COLUMNS)
    row["payload"] = "x" + content
    assert csv_rows("".join(as_csv([row])))[0]["payload"] == "x" + content


def times(folder: Path, clock: FakeClock, *hours: float) -> None:
    """A rating at each hour after 2026-11-22 08:00 in Viet Nam; seq 2, 3, …"""
    start_ns, start_wall = clock.now_ns, clock.wall
    with kept(folder, clock, clean=False) as keeper:
        for index, hour in enumerate(hours):
            clock.now_ns = start_ns + index
            clock.wall = start_wall + round(hour * 3600e9)
            keeper.append([vote()])


def seqs(folder: Path, text: str) -> list[object]:
    return [row["seq"] for row in exported(folder, since(text))]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("1", 1),
        ("3", 3),
        ("99", None),
        ("2026-11-22", 1),
        ("2026-11-22T09:00", 3),
        ("2026-11-22T02:00Z", 3),
        ("2026-11-22T02:00:00.001Z", 4),
        ("2026-11-22 10:00:00", 4),
        ("2026-11-23", 5),
        ("2026-11-22T23:00:00+07:00", 5),
        ("2027-01-01", None),
        ("1990-01-01", 1),
    ],
)
def test_since_begins_at_a_seq_or_a_local_time(
    folder: Path, clock: FakeClock, text: str, first: int | None
) -> None:
    times(folder, clock, 0, 1, 2, 16)  # 8:00, 9:00, 10:00, midnight of the 23rd
    assert seqs(folder, text) == ([] if first is None else list(range(first, 6)))


def test_what_came_after_a_clock_was_set_back_is_not_left_out(folder: Path, clock: FakeClock) -> None:
    times(folder, clock, 0, 1, -80_000, 2)
    assert seqs(folder, "2026-11-22T09:00") == [3, 4, 5]


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "22/11/2026", "-1", "1.5", "²", "2026-11-22T25:00"]
)
def test_a_since_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"ISO|isoformat|range|hour|month|year"):
        since(text)


def test_a_date_is_midnight_in_viet_nam() -> None:
    midnight = datetime(2026, 11, 21, 17, tzinfo=UTC)
    begins = since("2026-11-22")
    for second, expected in ((0, True), (-1, False)):
        wall = midnight.timestamp() + second
        payload = json.dumps({"wall": datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")})
        assert begins(Entry(1, 1, 1, "rating", payload.encode(), b"", b"")) is expected


def test_a_big_ledger_is_exported_in_bounded_memory(folder: Path) -> None:
    with kept(folder):
        pass
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        ledger_id = bytes(connection.execute("SELECT ledger_id FROM ledger").fetchone()[0])
    fill(folder / "ledger.db", ledger_id, 60_000)
    with reading(folder / "ledger.db") as opened:
        head = opened.head().seq
        tracemalloc.start()
        try:
            lines = sum(1 for _ in as_jsonl(export.export(opened.connection, opened.ledger_id, head)))
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert lines == 60_002
    assert peak_bytes < 8_000_000


def test_corrections_are_found_through_an_index(visits: Path) -> None:
    with reading(visits / "ledger.db") as opened:
        told: list[str] = []
        opened.connection.set_trace_callback(told.append)
        list(export.export(opened.connection, opened.ledger_id, 11))
        asked = [sql for sql in told if "correction" in sql or "void" in sql]
        assert asked
        for sql in asked:
            plan = opened.connection.execute("EXPLAIN QUERY PLAN " + sql).fetchall()
            assert any("USING INDEX entry_" in step[3] for step in plan), plan
