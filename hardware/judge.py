"""Contacts whose edges are reported by a library, and which can be looked at at any time. No I/O of its own.

Reports get lost: the kernel drops edges when they come faster than they are fetched, and a queue can be full. So the
contacts themselves are looked at once after the last edge, and again and again while both outer buttons are held: no
hand lets go and presses again between two of these looks.
"""

from collections.abc import Callable, Iterable, Mapping

from hardware.buttons import NS_PER_MS, ButtonLogic, ButtonTimings
from hardware.events import AnyButton, InputEvent, Source
from hardware.outer import OuterButtons

VERIFY_MS = 200
"""After the last edge the contacts are looked at once, in case the very last one was dropped."""

LOOK_MS = 15
"""While both outer buttons are held they are looked at so often, and once more at the end. Shorter than `BOUNCE_MS`, so
that an opening which is more than bounce is seen, be it between two trains of bounce of which the ends got lost."""


class ContactJudge:
    """Edges in; presses, troubles and the service gesture out.

    Args:
        source: The wire that the events carry.
        look: Looks at the contacts that there are: which of them are closed now.
        timings: The times by which edges are judged.
    """

    def __init__(
        self,
        source: Source,
        look: Callable[[], Mapping[AnyButton, bool]],
        timings: ButtonTimings | None = None,
    ) -> None:
        self._look_at = look
        self._logic = ButtonLogic(source, timings)
        self._outer = OuterButtons(self._logic, bounces=True)
        self._verify_ns: int | None = None
        self._looked_ns = 0

    @property
    def next_deadline_ns(self) -> int | None:
        """CLOCK_BOOTTIME, nanoseconds, by which `tick` should be called; None while nothing is due."""
        moments = (self._logic.next_deadline_ns, self._verify_ns, self._look_ns())
        return min((at_ns for at_ns in moments if at_ns is not None), default=None)

    def begin(self, held: Iterable[AnyButton], now_ns: int) -> None:
        """Start with the buttons as they are now; see `ButtonLogic.begin`."""
        self._logic.begin(held, now_ns)

    def edge(
        self, button: AnyButton, down: bool, at_ns: int, heard_ns: int | None = None
    ) -> list[InputEvent]:
        """One contact closed or opened.

        Args:
            button: Which one.
            down: True when it closed.
            at_ns: CLOCK_BOOTTIME of the edge, nanoseconds.
            heard_ns: When it was reported, if that was later: the next ones may be as late.
        """
        self._verify_ns = (at_ns if heard_ns is None else heard_ns) + VERIFY_MS * NS_PER_MS
        events = self._logic.edge(button, down, at_ns)
        self._outer.edge(button, down, at_ns)
        return events

    def lost_edges(self) -> None:
        """Some edges were not reported: a hold cannot be vouched for."""
        self._outer.forget()

    def tick(self, now_ns: int) -> list[InputEvent]:
        """Do what is due by `now_ns` (CLOCK_BOOTTIME, nanoseconds). Call it when no edge waits to be given."""
        events: list[InputEvent] = []
        look_ns = self._look_ns()
        if any(at_ns is not None and now_ns >= at_ns for at_ns in (self._verify_ns, look_ns)):
            events += self._look(now_ns)
        events += self._logic.tick(now_ns)
        # It was looked at this very moment: `_look_ns` is never later than the end of the hold.
        gesture = self._outer.complete(now_ns)
        return events if gesture is None else [*events, gesture]

    @property
    def verifies(self) -> bool:
        """Whether the contacts are still to be looked at after the last edge."""
        return self._verify_ns is not None

    def _look_ns(self) -> int | None:
        due_ns = self._outer.due_ns
        return None if due_ns is None else min(due_ns, self._looked_ns + LOOK_MS * NS_PER_MS)

    def _look(self, now_ns: int) -> list[InputEvent]:
        self._looked_ns = now_ns
        if self._verify_ns is not None and now_ns >= self._verify_ns:
            self._verify_ns = None
        events: list[InputEvent] = []
        for button, down in self._look_at().items():
            if down != self._logic.is_down(button):
                events += self._logic.edge(button, down, now_ns)
            self._outer.look(button, down, now_ns)
        return events
