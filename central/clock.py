"""The server's time, in one place: tests put another clock here by patching these two functions."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Now, with its time zone."""
    return timezone.now()


def now_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return int(now().timestamp() * 1000)
