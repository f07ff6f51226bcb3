"""What time it is, as far as central has said so, and when something was. The machine's clock alone is not believed."""

import msgspec

from kiosk.clock import Clock
from kiosk.ledger.anchors import Anchor

_NS_PER_MS = 1_000_000
ASK_AGAIN_NS = 3_600 * 10**9
"""How often central is asked for the time at most, once it has said it in this boot."""


class Moment(msgspec.Struct, frozen=True):
    """When something was.

    Attributes:
        boot_id: In which boot of the machine.
        boottime_ns: CLOCK_BOOTTIME then.
        utc_ms: Milliseconds since 1970 UTC, as far as it was known; None = it was not.
    """

    boot_id: str
    boottime_ns: int
    utc_ms: int | None = None


class Heard(msgspec.Struct, frozen=True):
    """What central has said of the time in one boot.

    Attributes:
        boot_id: In which.
        at_ns: CLOCK_BOOTTIME that it is about.
        utc_ms: The time then.
        error_ms: At most so far off.
    """

    boot_id: str
    at_ns: int
    utc_ms: int
    error_ms: int

    def at(self, boottime_ns: int) -> int:
        """The time at another moment of the same boot, the middle of what is possible."""
        anchor = Anchor(self.at_ns, self.utc_ms, self.error_ms)
        return sum(anchor.bounds_ms(boottime_ns)) // 2


class Timekeeper:
    """The time of this boot.

    Args:
        clock: The machine's clocks.
        heard: What central said last, in whatever boot; None = nothing yet.
    """

    def __init__(self, clock: Clock, heard: Heard | None) -> None:
        self.clock = clock
        self.heard = heard if heard is not None and heard.boot_id == clock.boot_id() else None

    def central_ms(self) -> int | None:
        """The time by central's word; None = it has said none in this boot."""
        return None if self.heard is None else self.heard.at(self.clock.boottime_ns())

    def now_ms(self) -> int | None:
        """The time by central's word, or by the machine's clock where somebody vouches for it; else None."""
        if self.heard is None and self.clock.is_synced():
            return self.clock.wall_ns() // _NS_PER_MS
        return self.central_ms()

    def now(self) -> Moment:
        """This moment."""
        return Moment(self.clock.boot_id(), self.clock.boottime_ns(), self.now_ms())

    def in_s(self, seconds: float) -> Moment:
        """A moment to come."""
        now, now_ms = self.now(), self.now_ms()
        utc_ms = None if now_ms is None else now_ms + round(seconds * 1000)
        return Moment(now.boot_id, now.boottime_ns + round(seconds * 1e9), utc_ms)

    def should_ask(self) -> bool:
        """Whether central is to be asked: once at the first contact of a boot, then now and then."""
        return self.heard is None or self.clock.boottime_ns() - self.heard.at_ns >= ASK_AGAIN_NS

    def learn(self, asked_ns: int, utc_ms: int) -> Heard:
        """What central has just said.

        Args:
            asked_ns: CLOCK_BOOTTIME before it was asked.
            utc_ms: Its answer.
        """
        now_ns = self.clock.boottime_ns()
        error_ms = -(-(now_ns - asked_ns) // (2 * _NS_PER_MS)) + 1
        self.heard = Heard(self.clock.boot_id(), (asked_ns + now_ns) // 2, utc_ms, error_ms)
        return self.heard
