"""When something happened, from what the ledger itself says: anchors and uptime (docs/protocol.md, *Time*).

Pure. What the wall clock said is not looked at: a terminal without a battery may be years wrong, and whoever plays NTP
to it may set it as they like.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kiosk.ledger.anchors import Anchor, nearest

LATEST_MS = 300_000
"""An anchored time may be so much later than central's own clock when the entry arrived; more is a contradiction."""

HOUR_MS = 3_600_000
_DAY_MS = 24 * HOUR_MS
_HO_CHI_MINH_MS = 7 * HOUR_MS
"""Asia/Ho_Chi_Minh has been UTC+7, without summer time, since 1975."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Between these two moments it happened; milliseconds since 1970 UTC.

    Attributes:
        low_ms: Not before; None = nothing says so.
        high_ms: Not after.
        anchored: Whether the boot itself has an anchor; otherwise its neighbours and the reception say.
    """

    low_ms: int | None
    high_ms: int
    anchored: bool

    @property
    def certain(self) -> bool:
        """Whether it lies within one day of Asia/Ho_Chi_Minh."""
        return self.hour_ms is not None

    @property
    def hour_ms(self) -> int | None:
        """The beginning of the hour that it is counted in: that of its middle; None where it is not certain."""
        if self.low_ms is None or local_day(self.low_ms) != local_day(self.high_ms):
            return None
        return (self.low_ms + self.high_ms) // 2 // HOUR_MS * HOUR_MS


def local_day(utc_ms: int) -> int:
    """The number of the day in Asia/Ho_Chi_Minh, from 1970-01-01 = 0."""
    return (utc_ms + _HO_CHI_MINH_MS) // _DAY_MS


class Timeline:
    """What is known of the boots of one ledger.

    Args:
        anchors: Those that bind, by `boot_n`.
        ends_ns: CLOCK_BOOTTIME of the last thing known of a boot, by `boot_n`; only of boots with anchors is it used.

    It may be a part of what is known: to place an entry, the nearest anchors before and after it in its own boot are
    enough, or, where its boot has none, the nearest boot before and after it that has.
    """

    def __init__(self, anchors: Mapping[int, Iterable[Anchor]], ends_ns: Mapping[int, int]) -> None:
        self._anchors = {boot: sorted(found, key=_place) for boot, found in anchors.items()}
        self._anchors = {boot: found for boot, found in self._anchors.items() if found}
        self._places = {boot: [anchor.at_ns for anchor in found] for boot, found in self._anchors.items()}
        self._boots = sorted(self._anchors)
        self._ends_ns = ends_ns

    def interval(self, boot_n: int, boottime_ns: int, received_ms: int) -> Interval:
        """When an entry was made.

        Args:
            boot_n: As stored.
            boottime_ns: As stored.
            received_ms: When central received it, by central's clock.
        """
        anchor = self._nearest(boot_n, boottime_ns)
        if anchor is None:
            return self._between(boot_n, boottime_ns, received_ms)
        low_ms, high_ms = anchor.bounds_ms(boottime_ns)
        if low_ms > received_ms + LATEST_MS:
            return Interval(None, received_ms, anchored=False)
        return Interval(low_ms, high_ms, anchored=True)

    def _between(self, boot_n: int, boottime_ns: int, received_ms: int) -> Interval:
        place = bisect_left(self._boots, boot_n)
        low_ms, high_ms = None, received_ms
        if place < len(self._boots):
            high_ms = min(high_ms, self.begin_high_ms(self._boots[place]))
        if place > 0:
            # Uptime counts from the start of the entry's own boot, which came after the end of the other one.
            uptime_ms = Anchor(0, 0, 0).bounds_ms(boottime_ns)[0]
            low_ms = self.end_low_ms(self._boots[place - 1]) + uptime_ms
        if low_ms is not None and low_ms > high_ms:
            low_ms = None  # somebody's clock, or somebody's word, was wrong: what is left is what central saw itself
        return Interval(low_ms, high_ms, anchored=False)

    def begin_high_ms(self, boot_n: int) -> int:
        """The latest that a boot with anchors can have begun."""
        return self._some(boot_n, 0).bounds_ms(0)[1]

    def end_low_ms(self, boot_n: int) -> int:
        """The earliest that the last thing known of a boot with anchors can have happened."""
        end_ns = self._ends_ns.get(boot_n, 0)
        return self._some(boot_n, end_ns).bounds_ms(end_ns)[0]

    def _some(self, boot_n: int, boottime_ns: int) -> Anchor:
        found = self._nearest(boot_n, boottime_ns)
        if found is None:
            raise KeyError(f"boot {boot_n} has no anchor")
        return found

    def _nearest(self, boot_n: int, boottime_ns: int) -> Anchor | None:
        anchors = self._anchors.get(boot_n)
        if anchors is None:
            return None
        if len(anchors) == 1:
            return anchors[0]
        places = self._places[boot_n]
        place = bisect_left(places, boottime_ns)
        # All anchors at the nearest place before, and at the nearest place from here on.
        first = bisect_left(places, places[place - 1]) if place else 0
        after = place
        while after < len(places) and places[after] == places[place]:
            after += 1
        return nearest(anchors[first:after], boottime_ns)


def _place(anchor: Anchor) -> tuple[int, int, int]:
    return anchor.at_ns, anchor.error_ms, anchor.utc_ms
