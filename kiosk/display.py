"""What the loop needs of a display, and the display of a terminal that has none."""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeAlias

from assets.texts import Texts
from hardware.events import InputEvent
from kiosk.screens.palette import Palette
from kiosk.screens.wording import Wording
from kiosk.view import View
from kiosk.wait import Waiter

Words: TypeAlias = Mapping[str, tuple[Texts, Wording]]
"""What a terminal calls things in each language that can be chosen; its own one first."""


class Display(Protocol):
    """Shows views, hands over presses on glass and keys, and sleeps in between."""

    @property
    def closed(self) -> bool:
        """Whether somebody has closed the window."""

    @property
    def wake_fd(self) -> int:
        """A byte written to this descriptor ends `wait`; it never blocks."""

    @property
    def healthy(self) -> bool:
        """Whether everything has been drawn as designed so far."""

    def show(self, view: View, now_ns: int) -> None:
        """Make a view visible, before returning; does nothing when it is visible already."""

    def dress(self, words: Words, colours: Palette) -> None:
        """Call things so, and look so, from the next `show` on."""

    def presses(self, now_ns: int) -> Iterable[InputEvent]:
        """The presses since the last call, and what else was asked for."""

    def wait(self, timeout_s: float | None) -> None:
        """Sleep until there is something to do, `wake` is called, or the time is up."""

    def wake(self) -> None:
        """End `wait`; from any thread and from signal handlers."""

    def close(self) -> None:
        """Let go of the display. May be called twice."""


class NoDisplay:
    """A terminal without a screen: buttons, lamps and a speaker are enough to vote."""

    closed = False
    healthy = True

    def __init__(self) -> None:
        self._waiter = Waiter()

    @property
    def wake_fd(self) -> int:
        """A byte written here ends `wait`."""
        return self._waiter.wake_fd

    def show(self, view: View, now_ns: int) -> None:
        """Nothing to show it on."""

    def dress(self, words: Words, colours: Palette) -> None:
        """Nothing to be seen."""

    def presses(self, now_ns: int) -> Iterable[InputEvent]:  # noqa: ARG002 - nothing to press on
        """No glass, no keys."""
        return ()

    def wait(self, timeout_s: float | None) -> None:
        """Sleep until `wake`, or until the time is up."""
        self._waiter.wait(timeout_s)

    def wake(self) -> None:
        """End `wait`."""
        self._waiter.wake()

    def close(self) -> None:
        """Let go of the wake pipe."""
        self._waiter.close()
