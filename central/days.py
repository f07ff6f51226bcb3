"""Days in Viet Nam, as people write them and as times."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(9998, 12, 31)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse(text: str) -> date:
    """A day such as 2026-11-25. Raises `ValueError`."""
    found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    if found is None or not FIRST_DAY <= found <= LAST_DAY:
        raise ValueError("a day is written such as 2026-11-25")
    return found


def start_of(day: date) -> datetime:
    """When a day begins here."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


def end_of(day: date) -> datetime:
    """When the next one begins."""
    return start_of(day + timedelta(days=1))
