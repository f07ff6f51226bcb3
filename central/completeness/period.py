"""Days that a statement is about, in Viet Nam, and the ratings of these days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from central import clock
from central.days import end_of, start_of
from central.session import Session


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of one day to the end of another; None = without end."""

    first: date | None = None
    last: date | None = None

    @property
    def since(self) -> datetime | None:
        """When it begins."""
        return None if self.first is None else start_of(self.first)

    @property
    def until(self) -> datetime | None:
        """When it has ended."""
        return None if self.last is None else end_of(self.last)

    def values(self) -> dict[str, object]:
        """For statements: `since`, `until`, both also in milliseconds, `first`, `last`."""
        since, until = self.since, self.until
        return {
            "since": since,
            "since_ms": None if since is None else clock.ms_of(since),
            "until": until,
            "until_ms": None if until is None else clock.ms_of(until),
            "first": self.first,
            "last": self.last,
        }


def between(first: date | None, last: date | None) -> Period:
    """A period. Raises `ValueError` where it ends before it begins."""
    if first is not None and last is not None and last < first:
        raise ValueError("the last day is before the first")
    return Period(first, last)


_IN_PERIOD = """
(%(since)s::timestamptz IS NULL OR h.hour >= %(since)s) AND (%(until)s::timestamptz IS NULL OR h.hour < %(until)s)
"""
_CERTAIN = f"""
SELECT h.device_id, sum(h.n)::bigint, coalesce(sum(h.n) FILTER (WHERE h.flags <> 0), 0)::bigint
  FROM central_hourlycount h WHERE h.{{}} AND h.certain AND h.n > 0 AND {_IN_PERIOD} GROUP BY h.device_id
"""
# What may lie in the period, or lies there and does not count.
_DOUBTFUL = """
SELECT r.device_id, count(*) FILTER (WHERE r.counted), count(*) FILTER (WHERE r.counted AND r.flags <> 0),
       count(*) FILTER (WHERE NOT r.counted)
  FROM central_rating r
 WHERE r.{} AND (NOT r.counted OR NOT r.certain)
   AND (%(since_ms)s::bigint IS NULL OR r.time_high_ms >= %(since_ms)s)
   AND (%(until_ms)s::bigint IS NULL OR coalesce(r.time_low_ms, 0) < %(until_ms)s)
 GROUP BY r.device_id
"""
_SIZE_AT_END = """
coalesce((SELECT size FROM central_receipt r
           WHERE r.device_id = l.device_id AND r.ledger_id = l.ledger_id AND {} ORDER BY day DESC LIMIT 1), 0)
"""
_RECEIVED = f"""
SELECT l.device_id, sum(
       CASE WHEN %(last)s::date IS NULL THEN l.size ELSE {_SIZE_AT_END.format("day <= %(last)s")} END
     - CASE WHEN %(first)s::date IS NULL THEN 0 ELSE {_SIZE_AT_END.format("day < %(first)s")} END)::bigint
  FROM central_ledger l WHERE l.device_id = ANY(%(devices)s) GROUP BY l.device_id
"""
BY_UNIT, BY_DEVICE = "unit_id = ANY(%(units)s)", "device_id = ANY(%(devices)s)"


class Ratings(NamedTuple):
    """Of one terminal in a period.

    Attributes:
        certain: Ratings that count and were given in it.
        uncertain: Ratings that count and may have been given in it: their day is not known.
        not_counted: Ratings that are kept and do not count, and were or may have been given in it.
        flagged: Of those that count, those with a flag (docs/protocol.md, *Flags*).
    """

    certain: int = 0
    uncertain: int = 0
    not_counted: int = 0
    flagged: int = 0


def ratings(session: Session, where: str, values: Mapping[str, object]) -> dict[str, Ratings]:
    """By terminal.

    Args:
        session: A snapshot.
        where: `BY_UNIT` or `BY_DEVICE`.
        values: `units` or `devices`, and those of a period.
    """
    certain = {device: (n, flagged) for device, n, flagged in session.run(_CERTAIN.format(where), values)}
    doubtful = {device: tuple(rest) for device, *rest in session.run(_DOUBTFUL.format(where), values)}
    found = {}
    for device in {*certain, *doubtful}:
        n, flagged = certain.get(device, (0, 0))
        uncertain, doubted, not_counted = doubtful.get(device, (0, 0, 0))
        found[device] = Ratings(n, uncertain, not_counted, flagged + doubted)
    return found


def received(session: Session, values: Mapping[str, object]) -> dict[str, int]:
    """How many entries central received in a period, by terminal; by the receipts that it kept of each day."""
    return dict(session.run(_RECEIVED, values).fetchall())
