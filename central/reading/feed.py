"""The feed of changes of ratings: in the order in which they were made, none skipped, none twice.

Numbers from a sequence become visible out of order, and so would "the last that I saw" skip what commits late. Here a
row bears the number of the transaction that made it (`changed`), and a page ends before the oldest transaction that was
running when it was read: all before that have ended, and none after it can have a smaller number. A rating that changes
later (a correction, a void, a later anchor, a ledger that is admitted) moves to the end of the feed, as it is then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from central import clock
from central.arrays import BigInts
from central.reading import life
from central.reading.cursors import Cursor
from central.reading.feed_sql import END, FOUND, HORIZON, MOVED
from central.reading.scope import Scope
from central.session import Session

WINDOW = 50_000
"""So many rows are looked through at a time."""

WINDOWS = 20
"""So many times for one page; it may have fewer items then, or none, and go on."""

MOST = 10_000
"""Items of a page."""


Place: TypeAlias = tuple[int, str, bytes, int, bytes, int]
"""Of a change in the order of the feed."""

PLACE = ("stamp", "device", "ledger", "seq", "hash", "kind")


class OtherLife(Exception):
    """The cursor cannot go on; the message says why. Whoever has it reads again from the beginning."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    Attributes:
        scope: Units.
        about: All of the question in a few characters: a cursor goes on with the same one only.
        exact: The reader sees exact times, at once.
        device: Only of this terminal.
        since: Only what was, or may have been, given at this time or later; with `until`, before that.
        state: `counted` or `not_counted`; None = both, and what was removed.
        flagged: Whether ratings with flags are wanted; `uncertain`, whether those whose day is not known.
        repeats: Whether presses are wanted that were no ratings of their own.
    """

    scope: Scope
    about: str
    exact: bool = False
    device: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: str | None = None
    flagged: bool = True
    uncertain: bool = True
    repeats: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing is left out, so that what goes must be told."""
        everything = self.state is None and self.flagged and self.uncertain
        return everything and self.since is None and self.until is None


class Change(NamedTuple):
    """What became of a rating: a row of `FOUND`. `kind`: 0 = it went, 1 = it is, 2 = a repeat, of the rating `of`."""

    changed: int
    device: str
    ledger: bytes
    seq: int
    hash: bytes
    kind: int
    counted: bool
    level: int | None
    unit: int | None
    counter: int | None
    hour: datetime | None
    certain: bool | None
    low_ms: int | None
    high_ms: int | None
    flags: int | None
    of: bytes | None
    counts: Sequence[int] | None
    unit_name: str | None
    counter_name: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the feed, where to go on, and whether there is more now."""

    changes: list[Change]
    cursor: Cursor
    more: bool


def page(session: Session, question: Question, after: Cursor | None, limit: int) -> Page:
    """The next part of the feed.

    Args:
        session: Sees one state of the database.
        question: What is asked for.
        after: Where the page before ended; None = at the beginning.
        limit: At most so many items, up to `MOST`.

    Raises:
        OtherLife: The cursor is of another life of the database, or units have moved since.
    """
    alive, base = life.life(session)
    (xmin,) = session.run(HORIZON).fetchone() or (0,)
    horizon = base + int(xmin)
    begin = Cursor(alive, question.about, horizon, -(1 << 62)) if after is None else after
    _check(session, question, begin, alive, horizon)
    changes, last, more = _changes(session, question, begin, horizon, limit)
    if not question.exact and (n := _fresh(changes)) is not None:
        changes, more = changes[:n], False
        last = changes[-1][:6] if changes else begin.place
    return Page(changes, Cursor(alive, question.about, horizon, *last), more)


def _changes(
    session: Session, question: Question, begin: Cursor, horizon: int, limit: int
) -> tuple[list[Change], Place, bool]:
    """Items, the last place that was looked at, and whether there is more."""
    found: list[Change] = []
    where = _where(question, begin, horizon)
    for _ in range(WINDOWS):
        end = session.run(END, where | {"window": WINDOW - 1}).fetchone()
        last: Place = (horizon, "", b"", 0, b"", 0) if end is None else tuple(end)
        until = dict(
            zip(("end_stamp", "end_device", "end_ledger", "end_seq", "end_hash"), last[:5], strict=True)
        )
        wanted = limit + 1 - len(found)
        found += [Change(*row) for row in session.run(FOUND, where | until | {"limit": wanted})]
        if len(found) > limit:
            return found[:limit], found[limit - 1][:6], True
        if end is None:
            break
        where |= dict(zip(PLACE, last, strict=True))
    return found, last, end is not None


def _check(session: Session, question: Question, begin: Cursor, alive: str, horizon: int) -> None:
    if begin.life != alive or begin.stamp > horizon or begin.seen > horizon:
        raise OtherLife("the database was put back to another state since: read again from the beginning")
    if question.scope.ids is not None:
        units = BigInts(question.scope.ids)
        moved = session.run(MOVED, {"units": units, "seen": begin.seen, "horizon": horizon}).fetchone()
        if moved is not None:
            raise OtherLife(f"unit {moved[0]} has another place in the tree: read again from the beginning")


def _where(question: Question, begin: Cursor, horizon: int) -> dict[str, object]:
    ids, since, until = question.scope.ids, question.since, question.until
    place = dict(zip(PLACE, begin.place, strict=True))
    return place | {
        "horizon": horizon,
        "units": None if ids is None else BigInts(ids),
        "terminal": question.device,
        "since": since,
        "since_ms": None if since is None else clock.ms_of(since),
        "until": until,
        "until_ms": None if until is None else clock.ms_of(until),
        "counted": None if question.state is None else question.state == "counted",
        "flagged": question.flagged,
        "uncertain": question.uncertain,
        "whole": question.whole,
        "repeats": question.repeats,
    }


def _fresh(changes: Sequence[Change]) -> int | None:
    """The first that was given in the hour that is running; None where all are older.

    Who reads hours sees a rating when its hour is over: asking every minute must not tell the minute.
    """
    now = clock.now()
    begun = now - timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    begun_ms = clock.ms_of(begun)
    found = (
        n for n, change in enumerate(changes) if change.high_ms is not None and change.high_ms >= begun_ms
    )
    return next(found, None)
