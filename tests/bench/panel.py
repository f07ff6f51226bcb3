"""One screen of an X server, pressed and looked at: the same few lines for every program that shows itself on it."""

import select
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from Xlib import X
from Xlib.display import Display
from Xlib.ext import damage, xtest

from kiosk.screens.palette import Colour
from kiosk.screens.rect import Rect
from tests.bench.measures import NotMeasured

LOOK_S = 0.02
"""So often at least. In between it is looked as soon as the server says that something was drawn: looking again and
again would keep the server and a processor busy, and measure that."""

PATIENCE_S = 20.0

_COLOURS = 0xFFFFFF
"""The planes that are looked at: what a program writes into the fourth byte cannot be seen."""


class NothingChanged(NotMeasured):
    """The screen does not show what it should: there is nothing to measure."""


def pixel(colour: Colour) -> bytes:
    """A colour as it stands in a picture: blue first, the fourth byte empty."""
    return bytes((*reversed(colour), 0))


class Panel:
    """A connection to one screen.

    Args:
        name: Of the display and its screen, such as ``:3.1``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._display = Display(name)
        self._root = self._display.screen().root
        self._display.damage_query_version()
        self._root.damage_create(damage.DamageReportRawRectangles)

    def picture(self, place: Rect) -> bytes:
        """The pixels of a place, four bytes each."""
        return bytes(self._root.get_image(*place, X.ZPixmap, _COLOURS).data)

    def point(self, x: int, y: int) -> None:
        """Move the pointer there, from whichever screen it is on: XTest alone would leave it on that one.

        It comes to this screen beside the place: SDL learns where the pointer is when it moves, not when it enters.
        """
        self._root.warp_pointer(x - 1, y)
        self._root.warp_pointer(x, y)
        self._display.sync()

    def press(self) -> None:
        """Push the pointer's first button."""
        xtest.fake_input(self._display, X.ButtonPress, 1)
        self._display.flush()

    def release(self) -> None:
        """Let go of it."""
        xtest.fake_input(self._display, X.ButtonRelease, 1)
        self._display.sync()

    def wait(self, seen: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> float:
        """Look until something can be seen.

        Args:
            seen: Whether it is there.
            what: What is waited for, for the error.
            patience_s: How long at most.

        Returns:
            CLOCK_MONOTONIC, seconds, when the server had said that something was drawn, and then it was seen. How long
            the looking took is not in it.

        Raises:
            NothingChanged: It never was.
        """
        told_s = time.monotonic()
        end_s = told_s + patience_s
        while not seen():
            if time.monotonic() > end_s:
                raise NothingChanged(f"{what} was not seen on {self.name} within {patience_s:g} s")
            told_s = self._wait_drawing()
        return told_s

    def _wait_drawing(self) -> float:
        """Until something is drawn anywhere on the screen; news that came with an answer counts.

        Returns:
            CLOCK_MONOTONIC when it was told, seconds.
        """
        if not self._display.pending_events():
            select.select([self._display], [], [], LOOK_S)
        told_s = time.monotonic()
        for _ in range(self._display.pending_events()):
            self._display.next_event()
        return told_s

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.close()
