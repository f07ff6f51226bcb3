"""What readers get: one item a rating, a unit, a counter, a terminal. The order of members is that of the columns."""

from datetime import datetime

import msgspec
from django.utils import timezone

from central import clock
from central.flags import Flag
from central.reading.feed import Change


class RatingItem(msgspec.Struct, frozen=True):
    """A change of a rating, or a repeat (docs/openapi/read.yaml)."""

    id: str
    state: str
    level: int | None
    unit: int | None
    unit_name: str | None
    counter: int | None
    counter_name: str | None
    device: str
    hour: str | None
    certain: bool | None
    flags: list[str]
    time_low: str | None
    time_high: str | None
    ledger: str | None
    seq: int | None
    repeat_of: str | None
    repeats: dict[str, int] | None
    change: int


class UnitItem(msgspec.Struct, frozen=True):
    """A unit."""

    id: int
    name: str
    kind: str
    parent: int | None
    official_code: str
    valid_from: str | None
    valid_to: str | None


class CounterItem(msgspec.Struct, frozen=True):
    """A counter of a unit."""

    id: int
    name: str
    unit: int
    field: str | None
    department: str
    valid_from: str | None
    valid_to: str | None


class DeviceItem(msgspec.Struct, frozen=True):
    """A terminal, where it stands and how far it is."""

    id: str
    status: str
    unit: int
    counter: int
    program: str
    last_seen: str | None
    waiting: int | None
    recorded: int
    held: int
    missing: int


def rating(change: Change, exact: bool) -> RatingItem:
    """A change as a reader may see it."""
    flags = Flag(change.flags or 0)
    counts = change.counts or ()
    return RatingItem(
        id=change.hash.hex(),
        state=_state(change),
        level=change.level,
        unit=change.unit,
        unit_name=change.unit_name,
        counter=change.counter,
        counter_name=change.counter_name,
        device=change.device,
        hour=None if change.hour is None else local(change.hour),
        certain=change.certain,
        flags=[str(flag.name).lower() for flag in Flag if flag in flags],
        time_low=clock.rfc3339(change.low_ms) if exact and change.low_ms is not None else None,
        time_high=clock.rfc3339(change.high_ms) if exact and change.high_ms is not None else None,
        ledger=change.ledger.hex() if exact else None,
        seq=change.seq if exact else None,
        repeat_of=None if change.of is None else change.of.hex(),
        repeats={str(level): n for level, n in enumerate(counts, 1) if n}
        if change.counts is not None
        else None,
        change=change.changed,
    )


def _state(change: Change) -> str:
    match change.kind:
        case 0:
            return "removed"
        case 1:
            return "counted" if change.counted else "not_counted"
        case _:
            return "repeat"


def local(moment: datetime) -> str:
    """A time as it is here."""
    return timezone.localtime(moment).isoformat(timespec="seconds")
