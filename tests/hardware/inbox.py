"""Where the tests of threaded inputs collect what was emitted."""

import queue
import time
from collections.abc import Callable

from hardware.events import InputEvent

LONG_S = 20.0  # only a failing test waits so long


class Inbox:
    """An `Emit` that a test can wait on."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[InputEvent] = queue.SimpleQueue()

    def __call__(self, event: InputEvent) -> None:
        self._events.put(event)

    def next(self) -> InputEvent:
        """The next event; waits for it.

        Raises:
            queue.Empty: none came.
        """
        return self._events.get(timeout=LONG_S)

    def empty(self) -> bool:
        """Whether everything that was emitted has been taken."""
        return self._events.empty()


class HandClock:
    """CLOCK_BOOTTIME that moves only when a test moves it, so that a slow machine changes nothing."""

    def __init__(self) -> None:
        self.now_ns = 1_000_000_000

    def __call__(self) -> int:
        return self.now_ns

    def forward(self, ms: float) -> None:
        """Let so many milliseconds pass."""
        self.now_ns += round(ms * 1_000_000)


def just_now(_stamp_s: float) -> int:
    """The age of an edge where a test moves the clock by hand: real stamps say nothing there."""
    return 0


def until(true: Callable[[], bool]) -> bool:
    """Wait for something that has no event of its own; False when it did not come."""
    end_s = time.monotonic() + LONG_S
    while not true() and time.monotonic() < end_s:
        time.sleep(0.005)
    return true()
