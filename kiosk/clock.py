"""Time as it is handed to everything that needs it; the only module that reads the system's clocks.

Order and intervals come from CLOCK_BOOTTIME, which nobody can set. The wall clock is written beside it as a
hint, with whether it was synchronised: terminals have no clock battery, and a wall time that nobody vouches
for must say so.
"""

import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

from hardware.clock import boottime_ns

VIET_NAM_OFFSET_MIN = 7 * 60
"""Viet Nam has kept UTC+7 without summer time since 1975, so no table of zones is needed."""

_VIET_NAM = timezone(timedelta(minutes=VIET_NAM_OFFSET_MIN))


class Clock(Protocol):
    """What the program may ask about time."""

    def boottime_ns(self) -> int:
        """CLOCK_BOOTTIME, nanoseconds."""

    def wall_ns(self) -> int:
        """The system's wall clock, nanoseconds since 1970 UTC; may be years wrong."""

    def is_synced(self) -> bool:
        """Whether somebody vouches for the wall clock."""

    def boot_id(self) -> str:
        """The kernel's identity of this boot."""


class SystemClock:
    """The real clocks of this machine."""

    # systemd-timesyncd makes this file once a server has answered since boot (systemd-timesyncd.service(8)).
    SYNCED = Path("/run/systemd/timesync/synchronized")
    BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

    def boottime_ns(self) -> int:
        """CLOCK_BOOTTIME, nanoseconds."""
        return boottime_ns()

    def wall_ns(self) -> int:
        """The system's wall clock, nanoseconds since 1970 UTC."""
        return time.time_ns()  # noqa: TID251 - the one place

    def is_synced(self) -> bool:
        """Whether timesyncd has had an answer since boot."""
        return self.SYNCED.exists()

    def boot_id(self) -> str:
        """The kernel's identity of this boot."""
        return self.BOOT_ID.read_text(encoding="ascii").strip()


def rfc3339(wall_ns: int) -> str:
    """A wall time as RFC 3339 in UTC with milliseconds: ``2026-11-22T07:00:00.000Z``."""
    seconds, rest = divmod(wall_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1_000_000:03d}Z"


def viet_nam_time(wall_ns: int) -> str:
    """A wall time as a clock in Viet Nam shows it, whatever the machine's time zone: ``2026-11-22 14:00 +07:00``."""
    moment = datetime.fromtimestamp(wall_ns // 1_000_000_000, tz=_VIET_NAM)
    return f"{moment:%Y-%m-%d %H:%M} +07:00"
