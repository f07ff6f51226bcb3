"""Where events from other threads wait for the loop: put in from anywhere, taken out by one."""

import queue
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """A queue that wakes its reader.

    Args:
        wake: Called after each event, from any thread; must not block.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._queue: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._wake = wake

    def put(self, event: T) -> None:
        """Leave an event; returns at once."""
        self._queue.put(event)
        self._wake()

    def drain(self) -> Iterator[T]:
        """Everything that waits now."""
        # Only as many as there are now: a storm must not keep the loop from drawing.
        for _ in range(self._queue.qsize()):
            yield self._queue.get_nowait()
