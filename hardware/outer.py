"""The service gesture on five buttons: both outer ones of one device held together."""

from hardware.buttons import NS_PER_MS, ButtonLogic
from hardware.events import AnyButton, Level, Press, ServiceGesture
from hardware.hold import BOUNCE_MS, Hold, Side

SIDES = {Level.VERY_POOR: Side.LEFT, Level.EXCELLENT: Side.RIGHT}


class OuterButtons:
    """Watches the outer two of the buttons that a `ButtonLogic` judges. Feed it each edge after that logic.

    Args:
        logic: Knows which press a closed contact has made.
        bounces: Whether edges have the times of the contacts, so that short openings can be told from releases.
    """

    def __init__(self, logic: ButtonLogic, *, bounces: bool) -> None:
        self._logic = logic
        self._hold = Hold(BOUNCE_MS * NS_PER_MS if bounces else 0)

    @property
    def due_ns(self) -> int | None:
        """See `hardware.hold.Hold.due_ns`."""
        return self._hold.due_ns

    def edge(self, button: AnyButton, down: bool, at_ns: int) -> None:
        """An edge of any button."""
        if isinstance(button, Level) and button in SIDES:
            self._hold.edge(SIDES[button], down, at_ns)

    def look(self, button: AnyButton, down: bool, at_ns: int) -> None:
        """Any button was looked at."""
        if isinstance(button, Level) and button in SIDES:
            self._hold.look(SIDES[button], down, at_ns)

    def forget(self) -> None:
        """Edges were lost, or the device was: what is held counts only after it is pressed anew."""
        self._hold.forget()

    def complete(self, now_ns: int) -> ServiceGesture | None:
        """The gesture, when it is complete. Whether the buttons really are down is for the caller to know."""
        if not self._hold.complete(now_ns):
            return None
        presses = [press for level, side in SIDES.items() if (press := self._press(level, side))]
        presses.sort(key=lambda press: press.boottime_ns)
        return ServiceGesture(self._logic.source, now_ns, tuple(presses))

    def _press(self, level: Level, side: Side) -> Press | None:
        """The press that this closure has made; None when the button was pressed before, and not quiet in between.

        Then the first edge of that press may have been another hand, whose vote is not to be taken back.
        """
        began_ns, since_ns = self._logic.press_began_ns(level), self._hold.since_ns(side)
        if began_ns is None or since_ns is None or not 0 <= since_ns - began_ns < self._logic.lockout_ns:
            return None
        return Press(level, self._logic.source, began_ns)
