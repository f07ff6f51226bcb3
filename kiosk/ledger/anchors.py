"""Clock anchors: what ties uptime to the world, how far off it may be, and when one is worth an entry.

Pure arithmetic in whole numbers (docs/protocol.md, *Time*). The terminal decides with it what to append; `sync.clock`
finds with it when something happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

DRIFT_PPM = 200
"""No crystal of a terminal is assumed to be better; of those sold, none is worse."""

AT_MOST_EVERY_NS = 3_600 * 10**9
"""How far apart two anchors are at least, when neither is the first of its source in a boot."""

_NS_PER_MS = 1_000_000


class Source(StrEnum):
    """Who said what time it is."""

    CENTRAL = "central"
    NTP = "ntp"
    RTC = "rtc"
    ADMINISTRATOR = "administrator"


BINDING = frozenset({Source.CENTRAL, Source.ADMINISTRATOR})
"""The sources that are believed. Anybody on the wire can play NTP; a clock chip can be set or dead."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What time it was at one moment of one boot.

    Attributes:
        at_ns: CLOCK_BOOTTIME that it is about.
        utc_ms: The time it was then, milliseconds since 1970 UTC.
        error_ms: At most so far off, before or after.
        source: Who said so.
    """

    at_ns: int
    utc_ms: int
    error_ms: int
    source: Source = Source.CENTRAL

    def error_at(self, boottime_ns: int) -> int:
        """How far off the time of another moment of the same boot may be, milliseconds, rounded up.

        The moment that the anchor is about may itself lie `error_ms` from `at_ns`: the clock drifts over that too.
        """
        distance_ns = abs(boottime_ns - self.at_ns) + self.error_ms * _NS_PER_MS
        return self.error_ms - (-distance_ns * DRIFT_PPM // (1_000_000 * _NS_PER_MS))

    def bounds_ms(self, boottime_ns: int) -> tuple[int, int]:
        """The earliest and the latest that a moment of the same boot can have been, milliseconds since 1970 UTC."""
        error_ms = self.error_at(boottime_ns)
        since_ns = boottime_ns - self.at_ns
        return (
            self.utc_ms + since_ns // _NS_PER_MS - error_ms,
            self.utc_ms - -since_ns // _NS_PER_MS + error_ms,
        )


def nearest(anchors: Sequence[Anchor], boottime_ns: int) -> Anchor | None:
    """The anchor whose moment is nearest; of equally near ones the most exact. None where there is none."""
    return min(
        anchors,
        key=lambda anchor: (abs(anchor.at_ns - boottime_ns), anchor.error_ms, anchor.at_ns, anchor.utc_ms),
        default=None,
    )


def says_something(known: Sequence[Anchor], new: Anchor) -> bool:
    """Whether a new anchor is worth an entry.

    It is when it is the first of its source in this boot; and when an hour has passed since the last one and its error
    is less than half of what is known now. Anchors that bind are compared with those that bind, others with the others:
    what NTP says exactly makes nobody else's word superfluous.

    Args:
        known: Those of the same boot that are in the ledger.
        new: The one in question.
    """
    if all(anchor.source != new.source for anchor in known):
        return True
    alike = [anchor for anchor in known if (anchor.source in BINDING) == (new.source in BINDING)]
    last_ns = max(anchor.at_ns for anchor in alike)
    near = nearest(alike, new.at_ns)
    return (
        near is not None
        and new.at_ns - last_ns >= AT_MOST_EVERY_NS
        and 2 * new.error_ms < near.error_at(new.at_ns)
    )
