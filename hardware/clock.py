"""The one clock that presses are stamped with."""

import time


def boottime_ns() -> int:
    """CLOCK_BOOTTIME in nanoseconds: runs through suspend, never steps, starts at 0 with the machine."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
