"""Units, counters and terminals that a reader may see, by their ids. They are lists as they are now, not feeds."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

import msgspec

from central.arrays import BigInts
from central.reading.answers import Listed
from central.reading.items import CounterItem, DeviceItem, UnitItem, local
from central.reading.scope import Scope
from central.session import Row, Session

_MINE = "(%(units)s::bigint[] IS NULL OR {} = ANY(%(units)s))"
_PLACE = """
SELECT c.unit_id FROM central_device d JOIN central_counter c ON c.id = d.counter_id WHERE d.id = %s
"""
_UNITS = f"""
SELECT id, name, kind, parent_id, official_code, valid_from, valid_to FROM central_unit
 WHERE id > %(after)s::bigint AND {_MINE.format("id")} ORDER BY id LIMIT %(limit)s
"""
_COUNTERS = f"""
SELECT c.id, c.name, c.unit_id, f.name, c.department, c.valid_from, c.valid_to
  FROM central_counter c LEFT JOIN central_field f ON f.id = c.field_id
 WHERE c.id > %(after)s::bigint AND {_MINE.format("c.unit_id")} ORDER BY c.id LIMIT %(limit)s
"""
_DEVICES = f"""
SELECT d.id, d.status, c.unit_id, d.counter_id, d.program, d.last_seen_at, d.waiting, l.recorded, l.held
  FROM central_device d JOIN central_counter c ON c.id = d.counter_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(recorded), 0)::bigint AS recorded, coalesce(sum(size), 0)::bigint AS held
                       FROM central_ledger WHERE device_id = d.id) l
 WHERE d.id > %(after)s::text AND {_MINE.format("c.unit_id")} ORDER BY d.id LIMIT %(limit)s
"""


def stands_in(session: Session, device: str, scope: Scope) -> bool:
    """Whether a terminal stands at a counter of these units."""
    row = session.run(_PLACE, (device,)).fetchone()
    return row is not None and scope.has(row[0])


def units(session: Session, scope: Scope, after: str, limit: int) -> Listed:
    """Units by number."""
    return _listed(session, _UNITS, scope, int(after or 0), limit, _unit)


def counters(session: Session, scope: Scope, after: str, limit: int) -> Listed:
    """Counters by number."""
    return _listed(session, _COUNTERS, scope, int(after or 0), limit, _counter)


def devices(session: Session, scope: Scope, after: str, limit: int) -> Listed:
    """Terminals by id."""
    return _listed(session, _DEVICES, scope, after, limit, _device)


def _listed(
    session: Session,
    statement: str,
    scope: Scope,
    after: int | str,
    limit: int,
    make: Callable[[Row], msgspec.Struct],
) -> Listed:
    where = {
        "after": after,
        "units": None if scope.ids is None else BigInts(scope.ids),
        "limit": limit + 1,
    }
    rows: Sequence[Row] = session.run(statement, where).fetchall()
    shown = rows[:limit]
    return Listed(
        items=[make(row) for row in shown],
        cursor=str(shown[-1][0] if shown else after or ""),
        more=len(rows) > limit,
    )


def _unit(row: Row) -> UnitItem:
    number, name, kind, parent, code, since, until = row
    return UnitItem(number, name, kind, parent, code, _day(since), _day(until))


def _counter(row: Row) -> CounterItem:
    number, name, unit, field, department, since, until = row
    return CounterItem(number, name, unit, field, department, _day(since), _day(until))


def _device(row: Row) -> DeviceItem:
    device, status, unit, counter, program, seen, waiting, recorded, held = row
    return DeviceItem(
        device, status, unit, counter, program, _moment(seen), waiting, recorded, held, recorded - held
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else local(moment)
