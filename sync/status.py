"""How the delivery goes, in sentences. Where nobody vouches for the clock, a time says so."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from kiosk.clock import Clock
from kiosk.config.phrase import Phrase
from kiosk.ledger.chain import Entry
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.kinds import Kind, parse
from kiosk.ledger.reader import reading
from kiosk.ledger.restorer import unfinished
from kiosk.messages.statements import LATEST_S, checkpoint_of
from sync.codes import for_people
from sync.errors import LocalFault
from sync.moment import Moment, Timekeeper
from sync.outcome import outcome_of
from sync.place import Place
from sync.progress import Progress, Why
from sync.protocol import ACCEPTED, REVOKED
from sync.schedule import KIOSK_S
from sync.source import Source, Waiting
from sync.store import Identity, Store, read_only
from sync.tickets import in_groups
from sync.words import explained, with_detail

_HO_CHI_MINH = timezone(timedelta(hours=7))
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Held:
    """What of a ledger central has signed, and what is waiting.

    Attributes:
        waiting: What has no receipt.
        oldest_s: How old the oldest vote is; None = nobody can know, or there is none.
        size: Up to which entry there is a receipt.
        receipt_s: When central signed it, by central's clock, seconds since 1970 UTC; None = there is none.
    """

    waiting: Waiting
    oldest_s: float | None
    size: int
    receipt_s: int | None


def lines(place: Place, clock: Clock) -> Iterator[Phrase]:
    """What is to be said, line by line. Takes no lock and changes nothing."""
    try:
        with read_only(place.database) as store:
            said = list(_all(place, store, clock))
    except LocalFault as fault:
        said = [with_detail(outcome_of(fault))]
    yield from said


def _all(place: Place, store: Store | None, clock: Clock) -> Iterator[Phrase]:
    if store is None:
        yield from _who(place, None)
        yield from _what(place, None, None, Timekeeper(clock, None))
        return
    identity, progress = store.identity(), store.progress()
    times = Timekeeper(clock, progress.heard)
    yield from _who(place, identity)
    if identity is not None:
        yield _how(progress, times)
    yield from _what(place, store, identity, times)
    if identity is not None:
        yield _next(place, progress, times)


def _who(place: Place, identity: Identity | None) -> Iterator[Phrase]:
    if identity is None:
        yield Phrase("This terminal belongs to no central server yet. Please enrol it with “hailong enrol”.")
    else:
        about: dict[str, str | int | Phrase] = {
            "device": for_people(identity.device),
            "url": identity.url,
            "key": in_groups(identity.central.key_id),
        }
        yield Phrase("Terminal {device} at {url} (the server's key: {key}).", about)
        if identity.status == REVOKED:
            yield Phrase("The server has revoked this terminal. It goes on collecting.")
        elif identity.status != ACCEPTED:
            yield Phrase("The server waits for an administrator to accept this terminal.")
    try:
        own = in_groups(place.key().public.key_id)
    except LocalFault as fault:
        if identity is not None:
            yield with_detail(outcome_of(fault))
    else:
        yield Phrase("The key of this terminal: {key}.", {"key": own})


def _how(progress: Progress, times: Timekeeper) -> Phrase:
    if progress.outcome is None or progress.since is None or progress.at is None:
        return Phrase("Nobody has tried to reach the server yet.")
    since, at = when(progress.since, times), when(progress.at, times)
    if not progress.outcome.kind:
        return Phrase("Online since {since}; last contact {at}.", {"since": since, "at": at})
    return Phrase(
        "Not online since {since}, {failures} tries, the last one {at}. {reason}",
        {"since": since, "at": at, "failures": progress.failures, "reason": with_detail(progress.outcome)},
    )


def _what(
    place: Place, store: Store | None, identity: Identity | None, times: Timekeeper
) -> Iterator[Phrase]:
    try:
        with reading(place.ledger) as opened:
            held = _held(Source(opened.connection, opened.ledger_id), store, identity, times.clock)
    except FileNotFoundError:
        yield Phrase("There is no ledger in this data folder: no kiosk has run with it.")
        return
    except (LedgerError, sqlite3.Error, OSError) as error:
        yield Phrase("The ledger cannot be read. ({reason})", {"reason": str(error)})
        return
    yield _waiting(held, times)
    closed = unfinished(place.ledger.parent)
    if closed:
        yield Phrase(
            "{ledgers} closed ledgers are not yet brought over into the one in use: their ratings wait, too.",
            {"ledgers": len(closed)},
        )
    if held.receipt_s is not None:
        at = datetime.fromtimestamp(min(held.receipt_s, LATEST_S), UTC).astimezone(_HO_CHI_MINH)
        yield Phrase(
            "The last receipt is for all entries up to {size}, given at {at} by the server's clock.",
            {"size": held.size, "at": _local(at)},
        )
    elif identity is not None:
        yield Phrase("There is no receipt yet.")


def _held(ledger: Source, store: Store | None, identity: Identity | None, clock: Clock) -> Held:
    size, receipt_s = 0, None
    if store is not None:
        size = store.cursor(ledger.ledger_id).seq
    if store is not None and identity is not None:
        signed = store.receipts_of(identity.central, ledger.ledger_id)
        last = next((note for note in signed if checkpoint_of(note).size <= size), None)
        receipt_s = None if last is None else last.cosigned_at(identity.central)
    waiting = ledger.waiting(size)
    return Held(waiting, _age_s(ledger, waiting.oldest, clock), size, receipt_s)


def _age_s(ledger: Source, entry: Entry | None, clock: Clock) -> float | None:
    """How old an entry of this boot is."""
    boot = ledger.last(Kind.BOOT)
    if entry is None or boot is None or parse(boot.payload).get("boot_id") != clock.boot_id():
        return None
    return (clock.boottime_ns() - entry.boottime_ns) / 1e9 if entry.boot_n == boot.boot_n else None


def _waiting(held: Held, times: Timekeeper) -> Phrase:
    waiting, oldest = held.waiting, held.waiting.oldest
    if oldest is None:
        return Phrase("No rating is waiting ({entries} other entries are).", {"entries": waiting.entries})
    return Phrase(
        "{votes} ratings are waiting ({entries} entries), the oldest {oldest}.",
        {"votes": waiting.votes, "entries": waiting.entries, "oldest": _oldest(held, oldest, times)},
    )


def _oldest(held: Held, entry: Entry, times: Timekeeper) -> Phrase:
    now_ms = times.now_ms()
    if held.oldest_s is not None:
        utc_ms = None if now_ms is None else now_ms - round(held.oldest_s * 1000)
        return _at(utc_ms, held.oldest_s)
    body = parse(entry.payload)
    wall = body.get("wall")
    if body.get("synced") is True and isinstance(wall, str):
        try:
            at = datetime.fromisoformat(wall)
        except ValueError:
            return Phrase("at a time that is not certain")
        return Phrase("at {at}", {"at": _local(at.astimezone(_HO_CHI_MINH))})
    return Phrase("at a time that is not certain")


def _next(place: Place, progress: Progress, times: Timekeeper) -> Phrase:
    if not place.is_served():
        return Phrase("Nothing is being delivered: “hailong sync run” is not running.")
    due = progress.next_at
    if progress.why is Why.KIOSK or due is None or due.boot_id != times.clock.boot_id():
        return Phrase(
            "The kiosk is not running; it is looked for every {seconds} s.", {"seconds": round(KIOSK_S)}
        )
    left_s = max(0.0, (due.boottime_ns - times.clock.boottime_ns()) / 1e9)
    values: dict[str, str | int | Phrase] = {"left": _span(left_s)}
    match progress.why:
        case Why.BACKOFF:
            values["reason"] = explained(progress.outcome) if progress.outcome else Phrase("It did not work.")
            return Phrase("Next try in {left}: each failure doubles the wait, at most to 15 minutes.", values)
        case Why.PENDING:
            return Phrase(
                "Next question in {left}: whether an administrator has accepted the terminal.", values
            )
        case _other:
            return Phrase("Next contact in {left}, or 2 seconds after a rating.", values)


def when(moment: Moment, times: Timekeeper) -> Phrase:
    """When something was, with how long ago, each as far as it can be known."""
    here = moment.boot_id == times.clock.boot_id()
    ago_s = (times.clock.boottime_ns() - moment.boottime_ns) / 1e9 if here else None
    now_ms = times.now_ms()
    utc_ms = moment.utc_ms
    if ago_s is not None and now_ms is not None:
        utc_ms = now_ms - round(ago_s * 1000)  # what is known now is known of then, too
    return _at(utc_ms, ago_s)


def _at(utc_ms: int | None, ago_s: float | None) -> Phrase:
    values: dict[str, str | int | Phrase] = {}
    if utc_ms is not None:
        values["at"] = _local(datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone(_HO_CHI_MINH))
    if ago_s is not None:
        values["ago"] = _span(max(0.0, ago_s))
    if len(values) == 2:
        return Phrase("at {at} ({ago} ago)", values)
    if ago_s is not None:
        return Phrase("{ago} ago (the clock is not set)", values)
    return Phrase("at {at}", values) if utc_ms is not None else Phrase("at a time that is not certain")


def _local(at: datetime) -> str:
    return f"{at:%H:%M %d/%m/%Y}"


def _span(seconds: float) -> Phrase:
    """A length of time in the words of people."""
    whole = round(seconds)
    if whole < _MINUTE_S:
        return Phrase("{n} s", {"n": whole})
    if whole < _HOUR_S:
        return Phrase("{n} min", {"n": whole // _MINUTE_S})
    if whole < _DAY_S:
        return Phrase("{h} h {m} min", {"h": whole // _HOUR_S, "m": whole % _HOUR_S // _MINUTE_S})
    return Phrase("{n} days", {"n": whole // _DAY_S})
