"""The server's time, in one place: tests put another clock here by patching these two functions."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone


def now() -> datetime:
    """Now, with its time zone."""
    return timezone.now()


def now_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return int(now().timestamp() * 1000)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def moment(utc_ms: int) -> datetime:
    """A number of milliseconds since 1970 UTC as a time, exactly."""
    return EPOCH + utc_ms * _MS


def ms_of(found: datetime) -> int:
    """A time as milliseconds since 1970 UTC, rounded down."""
    return (found - EPOCH) // _MS


def rfc3339(utc_ms: int) -> str:
    """A number of milliseconds since 1970 UTC as people and programs write it: ``2026-11-22T07:00:00.000Z``."""
    return moment(utc_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
