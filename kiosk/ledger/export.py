"""A ledger as rows for other programs and for people: complete enough to be checked without us.

Each row has every field that the hash is made of (the payload as the very text that is stored), and beside it
what the entry means: its level, and for a rating whether and as what it is counted.
"""

import base64
import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice, takewhile
from typing import TypeAlias

from kiosk.clock import rfc3339
from kiosk.ledger.chain import Entry
from kiosk.ledger.kinds import Json, Kind, parse
from kiosk.ledger.verify import rows

Row: TypeAlias = dict[str, Json]

COLUMNS = (
    "ledger_id",
    "seq",
    "kind",
    "level",
    "counted",
    "level_counted",
    "boot_n",
    "boottime_ns",
    "wall",
    "prev",
    "hash",
    "payload",
)

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Excel takes a CSV file for UTF-8 only when it begins with this."""

# Viet Nam has one time zone and no summer time; a terminal may lack the time zone database.
HO_CHI_MINH = timezone(timedelta(hours=7))

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection"); some also their wide forms.
_FORMULA = tuple("=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}")
_FORMULA_STARTS = (*_FORMULA, "\N{FULLWIDTH COMMERCIAL AT}")

_CHUNK = 500

# Both are answered from the indexes of their kinds.
_OF = "json_extract(CAST({}.payload AS TEXT), '$.of')"
_VOIDS = f"""
SELECT v.payload FROM entry AS v
 WHERE v.kind = 'void' AND {_OF.format("v")} BETWEEN :first AND :last AND v.seq <= :up_to
   AND {_OF.format("v")} < v.seq ORDER BY v.seq
"""
_STANDING = f"""
SELECT c.payload FROM entry AS c
 WHERE c.kind = 'correction' AND {_OF.format("c")} BETWEEN :first AND :last AND c.seq <= :up_to
   AND {_OF.format("c")} < c.seq
   AND NOT EXISTS (SELECT 1 FROM entry AS v
                    WHERE v.kind = 'void' AND {_OF.format("v")} = +c.seq AND v.seq > c.seq AND v.seq <= :up_to)
 ORDER BY c.seq
"""


def since(text: str) -> "Callable[[Entry], bool]":
    """What `--since` means: a test for the first entry to export. All entries after it follow.

    A number is a seq. A date or time is compared with the wall time that entries carry; one without an offset
    is meant in Viet Nam's time (Asia/Ho_Chi_Minh). Because a wall clock may have been set back, what comes
    after the first match is exported even when its own wall time is earlier: nothing that was stored since is
    left out, and the export remains one unbroken piece of the chain.

    Raises:
        ValueError: Neither a seq nor an ISO 8601 date or time.
    """
    if text.isascii() and text.isdigit():
        first = int(text)
        return lambda entry: entry.seq >= first
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=HO_CHI_MINH)
    earliest = rfc3339(round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 1000)
    return lambda entry: str(parse(entry.payload).get("wall", "")) >= earliest


def export(
    connection: sqlite3.Connection,
    ledger_id: bytes,
    up_to: int,
    begins: Callable[[Entry], bool] | None = None,
) -> Iterator[Row]:
    """The entries as rows with `COLUMNS`, in order of seq, as things stood at entry `up_to`.

    Args:
        connection: Of a `kiosk.ledger.reader.Reading`.
        ledger_id: Its id.
        up_to: The last seq to export; corrections after it are not looked at, so that every row of an export
            is of the same moment.
        begins: Which entry is the first one (see `since`); None = entry 1.

    Raises:
        sqlite3.Error: The ledger is damaged or cannot be read just now.
    """
    entries = takewhile(lambda entry: entry.seq <= up_to, rows(connection))
    started = begins is None
    while chunk := list(islice(entries, _CHUNK)):
        if not started:
            first = next((i for i, entry in enumerate(chunk) if begins is not None and begins(entry)), None)
            if first is None:
                continue
            chunk, started = chunk[first:], True
        yield from _rows_of(connection, ledger_id, up_to, chunk)


def _rows_of(
    connection: sqlite3.Connection, ledger_id: bytes, up_to: int, chunk: list[Entry]
) -> Iterator[Row]:
    span = (chunk[0].seq, chunk[-1].seq, up_to)
    corrected = {body.get("of"): body.get("level") for body in _bodies(connection, _STANDING, span)}
    voided = {body.get("of") for body in _bodies(connection, _VOIDS, span)}
    for entry in chunk:
        body = parse(entry.payload)
        level = body.get("level") if entry.kind in (Kind.RATING, Kind.CORRECTION) else None
        counted = entry.kind == Kind.RATING and (entry.seq in corrected or entry.seq not in voided)
        row: Row = {
            "ledger_id": ledger_id.hex(),
            "seq": entry.seq,
            "kind": entry.kind,
            "level": level,
            "counted": counted,
            "level_counted": corrected.get(entry.seq, level) if counted else None,
            "boot_n": entry.boot_n,
            "boottime_ns": entry.boottime_ns,
            "wall": body.get("wall"),
            "prev": entry.prev.hex(),
            "hash": entry.hash.hex(),
        }
        try:
            row["payload"] = entry.payload.decode()
        except UnicodeDecodeError:
            row["payload_base64"] = base64.b64encode(entry.payload).decode()
        yield row


def _bodies(connection: sqlite3.Connection, sql: str, span: tuple[int, int, int]) -> list[dict[str, Json]]:
    """The payloads that a question finds for a span of seqs, in order."""
    first, last, up_to = span
    values = {"first": first, "last": last, "up_to": up_to}
    return [parse(bytes(payload)) for (payload,) in connection.execute(sql, values)]


def as_jsonl(exported: Iterable[Row]) -> Iterator[str]:
    """One JSON object a line."""
    for row in exported:
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def as_csv(exported: Iterable[Row]) -> Iterator[str]:
    """RFC 4180 lines with a heading and a BOM, safe to open in a spreadsheet."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow((*COLUMNS, "payload_base64"))
    yield BOM + line.getvalue()
    for row in exported:
        line.seek(0)
        line.truncate()
        writer.writerow([_cell(row.get(name)) for name in (*COLUMNS, "payload_base64")])
        yield line.getvalue()


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
