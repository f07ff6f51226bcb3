"""What central says, and signs, of how complete its copy of a terminal is (docs/protocol.md, *Completeness*)."""

import msgspec

from central import clock, server
from central.arrays import Texts
from central.completeness.period import BY_DEVICE, Period, Ratings, ratings, received
from central.reading.items import local
from central.session import Row, Session, snapshot

HEAD = "hailong/complete/1\n"

_DEVICE = "SELECT status, last_seen_at, waiting FROM central_device WHERE id = %s"
# One row for each ledger of the terminal, also for one of which there is nothing but what others brought over.
_LEDGERS = """
WITH mine AS (
    SELECT ledger_id FROM central_ledger WHERE device_id = %(device)s
    UNION SELECT ledger_id FROM central_salvaged WHERE device_id = %(device)s
), brought AS (
    SELECT DISTINCT s.ledger_id, s.seq, s.hash, s.kind FROM central_salvaged s
      LEFT JOIN central_entry e
        ON e.device_id = s.device_id AND e.ledger_id = s.ledger_id AND e.seq = s.seq AND e.hash = s.hash
     WHERE s.device_id = %(device)s AND e.seq IS NULL
)
SELECT m.ledger_id, coalesce(l.admitted, false), coalesce(l.recorded, 0), coalesce(l.size, 0), l.head,
       coalesce(l.tag_state, 'none'), coalesce(l.refused_presses, 0), coalesce(l.uncountable, 0), l.continues_ledger,
       (SELECT count(*) FROM brought b WHERE b.ledger_id = m.ledger_id),
       (SELECT count(*) FROM central_entry e
         WHERE e.device_id = %(device)s AND e.ledger_id = m.ledger_id AND e.kind = 'rating')
       + (SELECT count(*) FROM brought b WHERE b.ledger_id = m.ledger_id AND b.kind = 'rating'),
       (SELECT count(*) FROM central_rating r
         WHERE r.device_id = %(device)s AND r.ledger_id = m.ledger_id AND r.counted),
       (SELECT count(*) FROM central_rating r
         WHERE r.device_id = %(device)s AND r.ledger_id = m.ledger_id AND r.counted AND NOT r.certain),
       (SELECT max(at) FROM central_receipt r WHERE r.device_id = %(device)s AND r.ledger_id = m.ledger_id)
  FROM mine m
  LEFT JOIN central_ledger l ON l.device_id = %(device)s AND l.ledger_id = m.ledger_id
 ORDER BY l.first_received_at NULLS FIRST, m.ledger_id
"""


class LedgerStatement(msgspec.Struct, frozen=True):
    """Of one ledger.

    Attributes:
        ledger: Its id, hexadecimal; `continues`: that of the one that it replaces.
        admitted: Its ratings may count.
        recorded: Entries that the terminal has signed to have; `held`: that central has, in one chain; `head`: where
            that ends; `missing`: the difference.
        brought: Entries that are not held directly, but were brought over by later ledgers.
        tags: What the evolving tag says of what is held: `none`, `pending`, `good` or `broken`.
        ratings: Entries of that kind, held or brought; `counted`: of them, those that count; `uncertain`: of these,
            those whose day is not known.
        uncountable: Entries that should say something about a rating and do not.
        refused: Presses that the terminal could not keep, or was not meant to.
        last_receipt: When central signed for it last.
    """

    ledger: str
    admitted: bool
    recorded: int
    held: int
    head: str
    missing: int
    tags: str
    refused: int
    uncountable: int
    continues: str | None
    brought: int
    ratings: int
    counted: int
    uncertain: int
    last_receipt: str | None


class InPeriod(msgspec.Struct, frozen=True):
    """Of some days: `received` entries that came in them, and ratings as `central.completeness.period.Ratings`."""

    first: str | None
    last: str | None
    received: int
    certain: int
    uncertain: int
    not_counted: int
    flagged: int


class Statement(msgspec.Struct, frozen=True):
    """Of a terminal: the sums over its ledgers, each ledger, and what lies in a period where one was given."""

    device: str
    status: str
    at: str
    recorded: int
    held: int
    missing: int
    brought: int
    ratings: int
    counted: int
    uncertain: int
    uncountable: int
    refused: int
    last_heard: str | None
    waiting: int | None
    central_key: str
    period: InPeriod | None
    ledgers: list[LedgerStatement]


def statement(device: str, period: Period | None = None) -> Statement:
    """What can be said of a terminal now.

    Args:
        device: Its id.
        period: Days of which more is to be said.

    Raises:
        LookupError: There is no such terminal.
        django.db.Error: The database does not answer.
    """
    with snapshot() as session:
        return stated(session, device, period)


def stated(session: Session, device: str, period: Period | None) -> Statement:
    """The same, in a snapshot that somebody else has opened."""
    row = session.run(_DEVICE, (device,)).fetchone()
    if row is None:
        raise LookupError(f"there is no terminal {device}")
    status, seen, waiting = row
    ledgers = _ledgers(session, device)
    names = (
        "recorded",
        "held",
        "missing",
        "brought",
        "ratings",
        "counted",
        "uncertain",
        "uncountable",
        "refused",
    )
    sums = {name: sum(getattr(one, name) for one in ledgers) for name in names}
    return Statement(
        device=device,
        status=status,
        at=clock.rfc3339(clock.now_ms()),
        last_heard=None if seen is None else local(seen),
        waiting=waiting,
        central_key=server.this().key.public.raw.hex(),
        period=None if period is None else _in_period(session, device, period),
        ledgers=ledgers,
        **sums,
    )


def _in_period(session: Session, device: str, period: Period) -> InPeriod:
    values = {"devices": Texts([device]), **period.values()}
    rated = ratings(session, BY_DEVICE, values).get(device, Ratings())
    first, last = (None if day is None else day.isoformat() for day in (period.first, period.last))
    return InPeriod(first, last, received(session, values).get(device, 0), **rated._asdict())


def _ledgers(session: Session, device: str) -> list[LedgerStatement]:
    return [_ledger(row) for row in session.run(_LEDGERS, {"device": device})]


def _ledger(row: Row) -> LedgerStatement:
    ledger, admitted, recorded, held, head, tags, refused, uncountable, continues, brought, *counts = row
    rated, counted, uncertain, receipt = counts
    return LedgerStatement(
        ledger=ledger.hex(),
        admitted=admitted,
        recorded=recorded,
        held=held,
        head="" if head is None else head.hex(),
        missing=recorded - held,
        tags=tags,
        refused=refused,
        uncountable=uncountable,
        continues=None if continues is None else continues.hex(),
        brought=brought,
        ratings=rated,
        counted=counted,
        uncertain=uncertain,
        last_receipt=None if receipt is None else local(receipt),
    )
