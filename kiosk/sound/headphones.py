"""The way to the headphones: a process of its own, which alone is told levels.

The mixer plays on one device at a time, and its device in this process is the loudspeaker. So the tones of the levels
are played by a second process (`kiosk.sound.earpiece`) on the device that the configuration names, and by nothing else.
The level goes through a pipe: it is in no argument, no file and no log.
"""

import logging
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Protocol

from hardware.events import Level
from kiosk.clock import Clock

log = logging.getLogger(__name__)

MESSAGE = struct.Struct(">BQ")
"""The level, and CLOCK_BOOTTIME in nanoseconds."""

_AGAIN_NS = 600_000_000_000
_FAREWELL_S = 2.0


class Headphones(Protocol):
    """What the loop asks for; every method returns at once and raises nothing."""

    def prepare(self) -> None:
        """A thank-you may follow."""

    def tell(self, level: Level) -> None:
        """A rating of this level is kept: only whoever wears the headphones may hear which."""

    def tune(self, volume: int) -> None:
        """So loud from now on; 0 = switched off."""

    def close(self) -> None:
        """End; may be called twice."""


class NoHeadphones:
    """A terminal without."""

    def tune(self, volume: int) -> None:
        """Nothing to tune."""

    def prepare(self) -> None:
        """Nothing to prepare."""

    def tell(self, level: Level) -> None:
        """Nobody to tell."""

    def close(self) -> None:
        """Nothing to end."""


class HeadphonesProcess:
    """Headphones on an output of their own.

    Args:
        device: SDL's name of the output; never empty, for that would be the loudspeaker.
        volume: 1 to 100; 0 = switched off, until it is said otherwise.
        clock: For the time of each message.
        command: The program; by default `kiosk.sound.earpiece`.

    Raises:
        ValueError: The device has no name.
    """

    def __init__(
        self,
        device: str,
        volume: int,
        clock: Clock,
        command: Sequence[str] = (sys.executable, "-m", "kiosk.sound.earpiece"),
    ) -> None:
        if not device:
            raise ValueError("headphones need an output of their own, by name")
        self._program = (*command, device)
        self._volume = volume
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._started_ns: int | None = None
        if volume:
            self._start()  # now, so that the first tone is not late

    def prepare(self) -> None:
        """Start the process again if it has ended; not more often than every ten minutes."""
        if self._volume and (self._process is None or self._process.poll() is not None):
            self._start()

    def tune(self, volume: int) -> None:
        """So loud from now on: a new process has it as its argument, and nobody waits until the other ends."""
        if volume == self._volume:
            return
        self._volume, self._started_ns = volume, None
        ending, self._process = self._process, None
        if ending is not None:
            threading.Thread(target=_end, args=(ending,), name="headphones end", daemon=True).start()
        if volume:
            self._start()

    def tell(self, level: Level) -> None:
        """Play its tone now, or not at all."""
        if self._process is None or self._process.stdin is None:
            return
        try:
            os.write(self._process.stdin.fileno(), MESSAGE.pack(level, self._clock.boottime_ns()))
        except OSError as error:  # it hangs or has ended; `prepare` sees to that
            log.debug("the headphones are not told: %s", error)

    def close(self) -> None:
        """The end of the pipe is the end of the process."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def _start(self) -> None:
        now_ns = self._clock.boottime_ns()
        if self._started_ns is not None and now_ns - self._started_ns < _AGAIN_NS:
            return
        if self._started_ns is not None:
            log.warning("the process of the headphones has ended; it is started again")
        self._started_ns = now_ns
        self.close()
        try:
            # A session of its own: Ctrl-C is for the kiosk, which then closes the pipe.
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                (*self._program, str(self._volume)), stdin=subprocess.PIPE, bufsize=0, start_new_session=True
            )
        except OSError as error:
            log.warning("no tones in the headphones: %s", error)
            return
        if self._process.stdin is not None:
            os.set_blocking(self._process.stdin.fileno(), False)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_FAREWELL_S)
    except subprocess.TimeoutExpired:  # its card hangs
        process.kill()
        process.wait()
