"""Quiet hours, by the time of day in Viet Nam.

Not by the machine's time zone: images come set to UTC or London, and an office would hear its terminal at night
and not by day.
"""

import re

from kiosk.clock import VIET_NAM_OFFSET_MIN

_DAY_MIN = 24 * 60
_NS_PER_MIN = 60_000_000_000


def minute_of(text: str) -> int:
    """Minutes since midnight of ``HH:MM``.

    Raises:
        ValueError: It is no time of day.
    """
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text, re.ASCII)
    if found is None:
        raise ValueError(f"{text!r} is no time of day")
    return int(found[1]) * 60 + int(found[2])


def minute_in_viet_nam(wall_ns: int) -> int:
    """Minutes since midnight there, of a wall time in nanoseconds since 1970 UTC."""
    return (wall_ns // _NS_PER_MIN + VIET_NAM_OFFSET_MIN) % _DAY_MIN


def is_quiet(wall_ns: int, begins: str, ends: str) -> bool:
    """Whether a moment is within the quiet hours.

    Args:
        wall_ns: Nanoseconds since 1970 UTC.
        begins: ``HH:MM``; the minute belongs to the quiet hours. Empty: there are none.
        ends: ``HH:MM``; the minute does not. Earlier than `begins`: on the next day.
    """
    if not begins or not ends:
        return False
    now, first, last = minute_in_viet_nam(wall_ns), minute_of(begins), minute_of(ends)
    return first <= now < last if first < last else now >= first or now < last
