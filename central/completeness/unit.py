"""What central says of how complete the figures of a unit are: of its terminals, and of what they are made of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from central import clock, server
from central.arrays import BigInts, Texts
from central.completeness.period import BY_UNIT, Period, Ratings, ratings, received
from central.reading.items import local
from central.reading.scope import below
from central.session import Row, Session, snapshot

HEAD = "hailong/complete-unit/1\n"
A_WHILE = timedelta(hours=1)
"""Twelve heartbeats."""

_UNIT = "SELECT name FROM central_unit WHERE id = %s"
_HERE = """
SELECT d.id FROM central_device d JOIN central_counter c ON c.id = d.counter_id
 WHERE c.unit_id = ANY(%(units)s) AND d.status <> 'reserved'
"""
_DEVICES = """
SELECT d.id, d.status, u.name, c.name, d.last_seen_at, d.waiting,
       ARRAY(SELECT DISTINCT kind FROM central_alarm WHERE device_id = d.id AND closed_at IS NULL ORDER BY 1)
  FROM central_device d JOIN central_counter c ON c.id = d.counter_id JOIN central_unit u ON u.id = c.unit_id
 WHERE d.id = ANY(%(devices)s) ORDER BY u.name, c.name, d.id
"""
_LEDGERS = """
SELECT l.device_id, l.ledger_id, l.admitted, l.recorded, l.size, l.head, l.tag_state, l.refused_presses, l.uncountable,
       (SELECT max(at) FROM central_receipt r WHERE r.device_id = l.device_id AND r.ledger_id = l.ledger_id)
  FROM central_ledger l WHERE l.device_id = ANY(%(devices)s) ORDER BY l.first_received_at NULLS FIRST, l.ledger_id
"""
_BROUGHT = """
SELECT device_id, count(*) FROM (
    SELECT DISTINCT s.device_id, s.ledger_id, s.seq, s.hash FROM central_salvaged s
      LEFT JOIN central_entry e
        ON e.device_id = s.device_id AND e.ledger_id = s.ledger_id AND e.seq = s.seq AND e.hash = s.hash
     WHERE s.device_id = ANY(%(devices)s) AND e.seq IS NULL
) brought GROUP BY device_id
"""


class LedgerHead(msgspec.Struct, frozen=True):
    """Where central's copy of a ledger ends: to be compared with what the terminal has."""

    ledger: str
    admitted: bool
    recorded: int
    held: int
    head: str
    tags: str


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of each terminal, and of all together (docs/protocol.md)."""

    recorded: int = 0
    held: int = 0
    missing: int = 0
    brought: int = 0
    received: int = 0
    refused: int = 0
    uncountable: int = 0
    certain: int = 0
    uncertain: int = 0
    not_counted: int = 0
    flagged: int = 0


class DevicePart(Figures, frozen=True, kw_only=True):
    """Of one terminal."""

    device: str
    status: str
    unit: str
    counter: str
    last_heard: str | None
    last_receipt: str | None
    waiting: int | None
    alarms: list[str]
    ledgers: list[LedgerHead]


class UnitStatement(Figures, frozen=True, kw_only=True):
    """Of a unit and those below: sums, and each terminal that stands there or has ratings there.

    `unheard`: how many of these have not been heard since the period ended, or for an hour where it has not ended: they
    may have what nobody knows of.
    """

    unit: int
    name: str
    at: str
    first: str | None
    last: str | None
    central_key: str
    unheard: int
    devices: list[DevicePart]


def statement(unit_id: int, period: Period = Period()) -> UnitStatement:  # noqa: B008 - frozen
    """What can be said of a unit now.

    Args:
        unit_id: With all units below it.
        period: Days that the ratings are from.

    Raises:
        LookupError: There is no such unit.
        django.db.Error: The database does not answer.
    """
    with snapshot() as session:
        return stated(session, unit_id, period)


def stated(session: Session, unit_id: int, period: Period) -> UnitStatement:
    """The same, in a snapshot that somebody else has opened."""
    row = session.run(_UNIT, (unit_id,)).fetchone()
    if row is None:
        raise LookupError(f"there is no unit {unit_id}")
    parts = _parts(session, below(session, unit_id).ids or (), period)
    known_until = min(period.until or clock.now(), clock.now() - A_WHILE)
    return UnitStatement(
        unit=unit_id,
        name=row[0],
        at=clock.rfc3339(clock.now_ms()),
        first=None if period.first is None else period.first.isoformat(),
        last=None if period.last is None else period.last.isoformat(),
        central_key=server.this().key.public.raw.hex(),
        unheard=sum(part.last_heard is None or moment(part.last_heard) < known_until for part in parts),
        devices=parts,
        **{name: sum(getattr(part, name) for part in parts) for name in Figures.__struct_fields__},
    )


def moment(text: str) -> datetime:
    """A time of a statement."""
    return datetime.fromisoformat(text)


def _parts(session: Session, units: Sequence[int], period: Period) -> list[DevicePart]:
    where = {"units": BigInts(units), **period.values()}
    rated = ratings(session, BY_UNIT, where)
    here = {device for (device,) in session.run(_HERE, where)}
    of = {"devices": Texts(sorted({*here, *rated})), **period.values()}
    brought: dict[str, int] = dict(session.run(_BROUGHT, of).fetchall())
    came = received(session, of)
    ledgers: dict[str, list[Row]] = {}
    for device, *rest in session.run(_LEDGERS, of):
        ledgers.setdefault(device, []).append(tuple(rest))
    return [
        _part(
            row,
            ledgers.get(row[0], []),
            rated.get(row[0], Ratings()),
            brought.get(row[0], 0),
            came.get(row[0], 0),
        )
        for row in session.run(_DEVICES, of)
    ]


def _part(row: Row, own: Sequence[Row], rated: Ratings, brought: int, came: int) -> DevicePart:
    device, status, unit, counter, seen, waiting, alarms = row
    heads = [LedgerHead(one[0].hex(), one[1], one[2], one[3], one[4].hex(), one[5]) for one in own]
    recorded, held = sum(head.recorded for head in heads), sum(head.held for head in heads)
    receipts = [one[8] for one in own if one[8] is not None]
    return DevicePart(
        device=device,
        status=status,
        unit=unit,
        counter=counter,
        last_heard=None if seen is None else local(seen),
        last_receipt=local(max(receipts)) if receipts else None,
        waiting=waiting,
        alarms=list(alarms),
        ledgers=heads,
        recorded=recorded,
        held=held,
        missing=recorded - held,
        brought=brought,
        received=came,
        refused=sum(one[6] for one in own),
        uncountable=sum(one[7] for one in own),
        **rated._asdict(),
    )
