"""Ratings and hourly counts in the database: how rows get there, and how counts follow them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from central import clock
from central.arrays import Array, BigInts, Blobs, Bools, Ints, Moments, SmallInts
from central.counting.projection import RatingRow
from central.session import Row, Writer


class Owner(NamedTuple):
    """Whose ledger."""

    device: str
    ledger_id: bytes


class Place(NamedTuple):
    """A row of the hourly counts of one device."""

    counter_id: int
    unit_id: int
    hour_ms: int | None
    level: int
    flags: int
    certain: bool


Change = tuple[RatingRow | None, RatingRow | None]
"""A rating before and after; None where it was not, or is no more."""

_FIELDS = RatingRow.__struct_fields__
_COLUMNS = [name.replace("hour_ms", "hour") for name in _FIELDS]
_ARRAY_OF: dict[str, Callable[..., Array]] = {
    "hash": Blobs,
    "level": SmallInts,
    "certain": Bools,
    "hour": Moments,
    "flags": Ints,
    "counted": Bools,
}
_KINDS = [_ARRAY_OF.get(name, BigInts) for name in _COLUMNS]
_CELLS = attrgetter(*_FIELDS)
_ARRAYS = ", ".join(["%s"] * len(_COLUMNS))
_LIST = ", ".join(_COLUMNS)

# As a sub-select the stamp is asked for once, not for each row.
_STAMP = "(SELECT central_stamp())"
_INSERT = f"""
INSERT INTO central_rating (device_id, ledger_id, {_LIST}, changed)
SELECT %s, %s, u.*, {_STAMP} FROM unnest({_ARRAYS}) u
"""
_UPDATE = f"""
UPDATE central_rating r SET ({_LIST}, changed) = ROW(u.*, {_STAMP})
  FROM unnest({_ARRAYS}) AS u({_LIST})
 WHERE r.device_id = %s AND r.ledger_id = %s AND r.seq = u.seq AND r.hash = u.hash
"""
_DELETE = """
DELETE FROM central_rating r USING unnest(%s, %s) AS u(seq, hash)
 WHERE r.device_id = %s AND r.ledger_id = %s AND r.seq = u.seq AND r.hash = u.hash
"""
SELECT = f"SELECT {_LIST} FROM central_rating WHERE device_id = %s AND ledger_id = %s"

_PLACES = ", ".join(["%s"] * 7)
_PLACE = "counter_id, unit_id, hour, level, flags, certain, n"
_MORE = f"""
INSERT INTO central_hourlycount (device_id, {_PLACE})
SELECT %s, * FROM unnest({_PLACES})
ON CONFLICT ON CONSTRAINT hourly_count_once DO UPDATE SET n = central_hourlycount.n + EXCLUDED.n
"""
_FEWER = f"""
UPDATE central_hourlycount h SET n = h.n + u.n
  FROM unnest({_PLACES}) AS u({_PLACE})
 WHERE h.device_id = %s AND h.counter_id = u.counter_id AND h.unit_id = u.unit_id
   AND h.hour IS NOT DISTINCT FROM u.hour AND h.level = u.level AND h.flags = u.flags AND h.certain = u.certain
"""


def apply(writer: Writer, owner: Owner, changes: Iterable[Change]) -> None:
    """Make ratings what they are now, and move their counts with them; the caller's transaction holds the device."""
    found = [change for change in changes if change[0] != change[1]]
    _insert(writer, owner, [after for before, after in found if before is None and after is not None])
    _update(writer, owner, [after for before, after in found if before is not None and after is not None])
    _delete(writer, owner, [before for before, after in found if before is not None and after is None])
    _move(writer, owner.device, moved(found))


def changes(before: Iterable[RatingRow], after: Iterable[RatingRow]) -> Iterator[Change]:
    """What became of ratings; both in the order of seq and hash, and read only as far as needed."""
    old, new = iter(before), iter(after)
    was, now = next(old, None), next(new, None)
    while was is not None or now is not None:
        if now is None or (was is not None and _identity(was) < _identity(now)):
            yield was, None
            was = next(old, None)
        elif was is None or _identity(now) < _identity(was):
            yield None, now
            now = next(new, None)
        else:
            yield was, now
            was, now = next(old, None), next(new, None)


def _identity(row: RatingRow) -> tuple[int, bytes]:
    return row.seq, row.hash


def moved(changes: Iterable[Change]) -> Counter[Place]:
    """By how much each count changes."""
    counts: Counter[Place] = Counter()
    for before, after in changes:
        if before is not None and (place := place_of(before)) is not None:
            counts[place] -= 1
        if after is not None and (place := place_of(after)) is not None:
            counts[place] += 1
    return counts


def place_of(row: RatingRow) -> Place | None:
    """Where a rating is counted; None where it is not."""
    if not row.counted or row.counter_id is None or row.unit_id is None:
        return None
    return Place(row.counter_id, row.unit_id, row.hour_ms, row.level, row.flags, row.certain)


def row_of(found: Row) -> RatingRow:
    """A row of `SELECT`."""
    (
        seq,
        digest,
        boot_n,
        boottime_ns,
        level,
        unit_id,
        counter_id,
        low_ms,
        high_ms,
        certain,
        hour,
        flags,
        counted,
    ) = found
    return RatingRow(
        seq=seq,
        hash=digest,
        boot_n=boot_n,
        boottime_ns=boottime_ns,
        level=level,
        unit_id=unit_id,
        counter_id=counter_id,
        time_low_ms=low_ms,
        time_high_ms=high_ms,
        certain=certain,
        hour_ms=None if hour is None else clock.ms_of(hour),
        flags=flags,
        counted=counted,
    )


def _insert(writer: Writer, owner: Owner, rows: Sequence[RatingRow]) -> None:
    if rows:
        writer.run(_INSERT, (*owner, *_arrays(rows)))


def _update(writer: Writer, owner: Owner, rows: Sequence[RatingRow]) -> None:
    if rows:
        writer.run(_UPDATE, (*_arrays(rows), *owner))


def _delete(writer: Writer, owner: Owner, rows: Sequence[RatingRow]) -> None:
    if rows:
        writer.run(_DELETE, (BigInts([row.seq for row in rows]), Blobs([row.hash for row in rows]), *owner))


def _arrays(rows: Sequence[RatingRow]) -> list[Array]:
    columns = zip(*map(_CELLS, rows), strict=True)
    return [kind(column) for kind, column in zip(_KINDS, columns, strict=True)]


def _move(writer: Writer, device: str, counts: Counter[Place]) -> None:
    # In one order for everybody: two transactions that meet wait for each other, and never in a circle.
    places = sorted((place for place, n in counts.items() if n), key=_order)
    more = [place for place in places if counts[place] > 0]
    fewer = [place for place in places if counts[place] < 0]
    if more:
        writer.run(_MORE, (device, *_place_arrays(more, counts)))
    if fewer:
        writer.run(_FEWER, (*_place_arrays(fewer, counts), device))


def _order(place: Place) -> tuple[int, int, int, int, int, bool]:
    return (*place[:2], -1 if place.hour_ms is None else place.hour_ms, *place[3:])


def _place_arrays(places: Sequence[Place], counts: Counter[Place]) -> list[Array]:
    counters, units, hours, levels, flags, certain = zip(*places, strict=True)
    return [
        BigInts(counters),
        BigInts(units),
        Moments(hours),
        SmallInts(levels),
        Ints(flags),
        Bools(certain),
        BigInts([counts[place] for place in places]),
    ]
