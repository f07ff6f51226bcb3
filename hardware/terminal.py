"""Keys 1 to 5 typed at a terminal, for a program without a window.

Standard input may also be a pipe; its end is the end of this source, not a fault.
"""

import logging
import os
import select
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from hardware.clock import boottime_ns
from hardware.errors import HardwareError
from hardware.events import Boottime, Emit, Level, Press, Source

log = logging.getLogger(__name__)


class TerminalKeys:
    """Reads single keys from a descriptor.

    Args:
        fd: Usually 0, standard input.
        clock: Reads CLOCK_BOOTTIME, nanoseconds.
    """

    source = Source.KEY

    def __init__(self, fd: int = 0, clock: Boottime = boottime_ns) -> None:
        self._fd = fd
        self._clock = clock
        self._thread: threading.Thread | None = None
        self._reading, self._writing = os.pipe2(os.O_CLOEXEC)

    def start(self, emit: Emit) -> None:
        """Begin to read.

        Raises:
            HardwareError: The descriptor is closed.
        """
        try:
            os.fstat(self._fd)
        except OSError as error:
            raise HardwareError(f"keys cannot be read from descriptor {self._fd}: {error}") from error
        self._thread = threading.Thread(target=self._run, args=(emit,), name="terminal-keys", daemon=True)
        self._thread.start()

    def alive(self) -> bool:
        """Whether it was started and not closed. That the input came to its end is no thread that failed."""
        return self._thread is not None and self._writing >= 0

    def close(self) -> None:
        """Stop, and give the terminal back as it was. May be called twice."""
        if self._writing >= 0:
            os.close(self._writing)
            if self._thread is not None:
                self._thread.join()
            os.close(self._reading)
            self._writing = self._reading = -1

    def _run(self, emit: Emit) -> None:
        with self._single_keys():
            while True:
                ready, _, _ = select.select([self._fd, self._reading], [], [])
                # What was typed before the end still counts; one read of it, for a pipe may never be empty.
                if self._fd in ready and not self._read(emit):
                    return
                if self._reading in ready:
                    return

    def _read(self, emit: Emit) -> bool:
        """Hand on what was typed; False when nothing more will come."""
        try:
            typed = os.read(self._fd, 64)
        except OSError as error:
            log.warning("keys can no longer be read: %s", error)
            return False
        for byte in typed:
            if ord("1") <= byte <= ord("5"):
                emit(Press(Level(byte - ord("0")), Source.KEY, self._clock()))
        return bool(typed)

    @contextmanager
    def _single_keys(self) -> Iterator[None]:
        """A key counts when it is pressed, not after Enter; Ctrl-C still ends the program."""
        if not os.isatty(self._fd):
            yield
            return
        before = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd)
        try:
            yield
        finally:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)
