"""The counted ratings, one by one."""

from collections.abc import Iterator
from typing import TypedDict

import msgspec

from central import cells, clock
from central.session import Session, snapshot

COLUMNS = (
    "device",
    "ledger_id",
    "seq",
    "level",
    "unit",
    "counter",
    "time_low",
    "time_high",
    "flags",
)
_MANY = 5_000
_VOTES = """
SELECT r.device_id, r.ledger_id, r.seq, r.hash, r.level, coalesce(u.name, r.unit_id::text),
       coalesce(c.name, r.counter_id::text), r.time_low_ms, r.time_high_ms, r.flags
  FROM central_rating r
  LEFT JOIN central_unit u ON u.id = r.unit_id
  LEFT JOIN central_counter c ON c.id = r.counter_id
 WHERE r.counted AND (r.device_id, r.ledger_id, r.seq, r.hash) > (%s, %s, %s, %s)
   AND (%s::text IS NULL OR r.device_id = %s)
 ORDER BY r.device_id, r.ledger_id, r.seq, r.hash LIMIT %s
"""


class Vote(TypedDict):
    """A counted rating. Times are RFC 3339 in UTC; `time_low` is None where nothing says "not before"."""

    device: str
    ledger_id: str
    seq: int
    level: int
    unit: str
    counter: str
    time_low: str | None
    time_high: str
    flags: int


def votes(device: str | None = None) -> Iterator[Vote]:
    """All of them, or those of one terminal, as they were when this began; by terminal, ledger and seq.

    Raises:
        django.db.Error: The database does not answer.
    """
    with snapshot() as session:
        yield from _votes(session, device)


def _votes(session: Session, device: str | None) -> Iterator[Vote]:
    last: tuple[str, bytes, int, bytes] = ("", b"", 0, b"")
    while True:
        rows = session.run(_VOTES, (*last, device, device, _MANY)).fetchall()
        for owner, ledger_id, seq, digest, level, unit, counter, low_ms, high_ms, flags in rows:
            yield Vote(
                device=owner,
                ledger_id=ledger_id.hex(),
                seq=seq,
                level=level,
                unit=unit,
                counter=counter,
                time_low=None if low_ms is None else clock.rfc3339(low_ms),
                time_high=clock.rfc3339(high_ms),
                flags=flags,
            )
            last = owner, ledger_id, seq, digest
        if len(rows) < _MANY:
            return


def as_jsonl(found: Iterator[Vote]) -> Iterator[str]:
    """A line of JSON each."""
    for vote in found:
        yield msgspec.json.encode(vote).decode()


def as_csv(found: Iterator[Vote]) -> Iterator[str]:
    """A table for Excel: a byte order mark, and an apostrophe before a text that would be taken for a formula."""
    yield cells.BYTE_ORDER_MARK + cells.line(COLUMNS)
    for vote in found:
        yield cells.line(vote.values())
