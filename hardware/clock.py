"""The one clock that presses are stamped with."""

import time


def boottime_ns() -> int:
    """CLOCK_BOOTTIME in nanoseconds: runs through suspend, never steps, starts at 0 with the machine."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


_OLDEST_NS = 60_000_000_000


def age_ns(stamp_s: float) -> int:
    """How long ago the kernel stamped something, in nanoseconds.

    Args:
        stamp_s: CLOCK_MONOTONIC in seconds, which Linux gives the edges of a pin since 5.7.

    Returns:
        0 for a stamp that cannot be of that clock: one of the future, or older than a minute.
    """
    found_ns = time.monotonic_ns() - round(stamp_s * 1e9)
    return found_ns if 0 <= found_ns <= _OLDEST_NS else 0
