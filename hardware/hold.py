"""Two contacts held together without a break: how a technician asks for the service page. Pure logic.

What is easy for a hand that means it must not come about by hands that do not, so nothing adds up here: a contact that
was open for as long as a hand needs to let go and press again begins anew, however it had been held before. Bounce and
dirt open a contact for a few milliseconds, and that must not cost the technician the gesture. The two are told apart by
one number for each contact, which openings fill and closed time drains (`BOUNCE_MS`, `DRAIN`).
"""

from dataclasses import dataclass
from enum import IntEnum

from hardware.buttons import NS_PER_S

HOLD_NS = 6 * NS_PER_S
"""How long both are held together."""

OLDEST_NS = 30 * NS_PER_S
"""A contact that has been closed for so long is stuck, and takes part in nothing."""

BOUNCE_MS = 20
"""So much open time, after draining, is the contact's own. The fastest hands let go for 50 ms and more, of which a worn
contact chatters about half away; the openings of the worst contact that is shipped as a trace fill 4 ms."""

DRAIN = 10
"""Ten milliseconds closed make one millisecond of opening forgotten: a contact that chatters all the time fills up."""


class Side(IntEnum):
    """Which of the two."""

    LEFT = 0
    RIGHT = 1


@dataclass(slots=True)
class _Contact:
    """One of the two.

    Attributes:
        down: Whether it was closed when something was last known of it.
        closed_ns: The last moment at which it is known to have been closed.
        seen_open_ns: A moment since then at which it is known to have been open; None where there is none.
        since_ns: When it was closed for good; None before.
        open_ns: Its openings since then, drained.
        spent: Whether a hold has been made of this closure already.
    """

    down: bool = False
    closed_ns: int = 0
    seen_open_ns: int | None = None
    since_ns: int | None = None
    open_ns: int = 0
    spent: bool = False


class Hold:
    """Edges of two contacts in, one hold out. All times are CLOCK_BOOTTIME in nanoseconds.

    An opening is as long as it may have been: from the last moment at which the contact is known to have been closed.

    Args:
        bounce_ns: How much opening is the contact's own; 0 where every release is one (a finger on glass; a pad, whose
            edges have the times at which they were read).
    """

    def __init__(self, bounce_ns: int = 0) -> None:
        self._bounce_ns = bounce_ns
        self._contacts = (_Contact(), _Contact())

    @property
    def due_ns(self) -> int | None:
        """When the hold will be complete if nobody lets go; None while not both are held."""
        begun = [c.since_ns for c in self._contacts if c.down and not c.spent and c.since_ns is not None]
        if len(begun) < len(self._contacts) or max(begun) + HOLD_NS - min(begun) > OLDEST_NS:
            return None
        return max(begun) + HOLD_NS

    def since_ns(self, side: Side) -> int | None:
        """Since when that contact is closed without a break; None when it is not known to have closed."""
        return self._contacts[side].since_ns

    def edge(self, side: Side, down: bool, at_ns: int) -> None:
        """One of the two was reported to have closed or opened. What comes late counts as of what is known."""
        contact = self._contacts[side]
        passed_ns = max(0, at_ns - contact.closed_ns)
        contact.closed_ns += passed_ns
        had_opened = contact.seen_open_ns is not None and contact.closed_ns > contact.seen_open_ns
        if down or had_opened:
            contact.open_ns += passed_ns  # an edge may have been lost, and it may have been open all the time
        else:
            contact.open_ns = max(0, contact.open_ns - passed_ns // DRAIN)
        contact.down, contact.seen_open_ns = down, None if down else contact.closed_ns
        if down and (contact.since_ns is None or contact.open_ns >= self._bounce_ns):
            contact.since_ns, contact.open_ns, contact.spent = contact.closed_ns, 0, False

    def look(self, side: Side, down: bool, at_ns: int) -> None:
        """One of the two was looked at, and was closed or open at that moment."""
        contact = self._contacts[side]
        if contact.since_ns is None:
            return  # it is not known to have been pressed; that it is down now is no press
        if down and not contact.down:
            self.edge(side, True, at_ns)  # that it closed was never reported
        elif down:
            passed_ns = max(0, at_ns - contact.closed_ns)
            contact.closed_ns += passed_ns
            contact.open_ns = max(0, contact.open_ns - passed_ns // DRAIN)
        else:
            contact.down, contact.seen_open_ns = False, contact.seen_open_ns or at_ns

    def forget(self) -> None:
        """Nobody knows what the contacts have done: whatever is held now counts only after it is pressed anew."""
        self._contacts = (_Contact(), _Contact())

    def complete(self, now_ns: int) -> bool:
        """Whether both have been held for long enough; True once for each time that both are pressed anew."""
        due_ns = self.due_ns
        if due_ns is None or now_ns < due_ns:
            return False
        for contact in self._contacts:
            contact.spent = True
        return True
