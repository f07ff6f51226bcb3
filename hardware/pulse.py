"""Tells a thread that hangs from one that works, or waits for something to do."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_S = 15.0
"""A piece of work that takes longer has no end: with what the supervisor takes, a vote is taken again within 30 s."""


class Pulse:
    """Of one thread; asked by others.

    A thread that the kernel keeps waiting for a disk or a device does not hang: it could not even be ended, and goes on
    when the device answers.

    Args:
        monotonic: Seconds, never set back.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._due_s: float | None = None
        self._thread = 0

    @contextmanager
    def working(self, longest_s: float = LONGEST_S) -> Iterator[None]:
        """The calling thread works on something that has an end; within another piece of work on a part of it."""
        self._thread = threading.get_native_id()
        yield from self._until(self._monotonic() + longest_s)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Within a piece of work: it waits for something to do, however long."""
        yield from self._until(None)

    def hangs(self) -> bool:
        """Whether the piece of work should have ended."""
        due_s = self._due_s
        return due_s is not None and self._monotonic() >= due_s and not self._waits_for_a_device()

    def _until(self, due_s: float | None) -> Iterator[None]:
        before, began_s = self._due_s, self._monotonic()
        self._due_s = due_s
        try:
            yield
        finally:
            # What happened in between does not count for the work around it.
            self._due_s = None if before is None else before + self._monotonic() - began_s

    def _waits_for_a_device(self) -> bool:
        """State D, “uninterruptible” (proc_pid_stat(5))."""
        try:
            stat = Path(f"/proc/self/task/{self._thread}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[:1] == ["D"]
