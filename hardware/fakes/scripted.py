"""Presses from a list: a demonstration or a test without hands."""

import logging
import threading
from collections import deque
from collections.abc import Iterable

from hardware.clock import boottime_ns
from hardware.events import Boottime, Emit, Level, Press, Source

logger = logging.getLogger(__name__)


class ScriptedSource:
    """Gives a list of presses to the program, an `InputSource`.

    The presses come one at each `release`, so that the program sets the pace ("the visit is over"), or, when
    `gap_s` is given, at fixed intervals beginning one gap after the start.

    Args:
        levels: What to press, in order.
        gap_s: Time between presses, seconds; None to wait for `release`.
        boottime: CLOCK_BOOTTIME, nanoseconds.

    Raises:
        ValueError: `gap_s` is not positive.
    """

    source = Source.SCRIPT

    def __init__(
        self, levels: Iterable[Level], *, gap_s: float | None = None, boottime: Boottime = boottime_ns
    ) -> None:
        if gap_s is not None and gap_s <= 0:
            raise ValueError(f"the gap between presses must be positive, not {gap_s} s")
        self._levels = deque(levels)
        self._gap_s = gap_s
        self._boottime = boottime
        self._emit: Emit | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.finished = threading.Event()
        if not self._levels:
            self.finished.set()

    def start(self, emit: Emit) -> None:
        """Take the way out; with `gap_s`, begin to press.

        Raises:
            RuntimeError: it is running already.
        """
        if self._emit is not None:
            raise RuntimeError("the script was started already")
        self._stop.clear()
        self._emit = emit
        if self._gap_s is not None:
            self._thread = threading.Thread(
                target=self._run, args=(self._gap_s,), name="scripted-presses", daemon=True
            )
            self._thread.start()

    def release(self) -> bool:
        """Make the next press now.

        Returns:
            False when there was none left, or the source is not started.
        """
        with self._lock:
            if self._emit is None or not self._levels:
                return False
            # Under the lock, so that two callers cannot change the order.
            self._emit(Press(self._levels.popleft(), Source.SCRIPT, self._boottime()))
            if not self._levels:
                self.finished.set()
            return True

    @property
    def left(self) -> int:
        """How many presses are still to come."""
        return len(self._levels)

    def alive(self) -> bool:
        """Whether it is started and can still press; a finished script is alive."""
        if self._emit is None:
            return False
        return self._thread is None or self._thread.is_alive() or self.finished.is_set()

    def close(self) -> None:
        """Stop pressing. May be called twice."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        self._emit = None

    def _run(self, gap_s: float) -> None:
        while not self._stop.wait(gap_s) and self.release():
            pass
