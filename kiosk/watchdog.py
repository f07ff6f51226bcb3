"""The supervisor's protocol (sd_notify(3)): the kiosk is ready, and it is alive.

Only the thread that draws and decides feeds, and only while every other thread that a vote needs lives: a vote that
nobody takes must not look healthy. What is unplugged or has failed is a fault on the screen, never a missed heartbeat;
and how the delivery goes is no business of the screen's.

Without a supervisor every call does nothing.
"""

import logging
import socket
from collections.abc import Callable, Iterable, Mapping

from hardware.events import Boottime

log = logging.getLogger(__name__)

Alive = Callable[[], bool]
"""Whether a thread lives and does not hang; answers at once."""


class Watchdog:
    """Tells the supervisor that started this process.

    Args:
        environ: `NOTIFY_SOCKET` says where it listens, `WATCHDOG_USEC` within how many microseconds it wants to hear.
        boottime: CLOCK_BOOTTIME, nanoseconds.
    """

    def __init__(self, environ: Mapping[str, str], boottime: Boottime) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        limit_us = environ.get("WATCHDOG_USEC", "")
        # Three times within the limit: one turn that comes late is no hang.
        self._every_ns = int(limit_us) * 1000 // 3 if self._address and limit_us.isdecimal() else 0
        self._boottime = boottime
        self._fed_ns: int | None = None
        self._silent = False

    def ready(self) -> None:
        """The first picture is there."""
        self._say("READY=1")

    @property
    def until_due_s(self) -> float | None:
        """When `feed` is due, in seconds from now; None where nobody waits for it."""
        if not self._every_ns:
            return None
        if self._fed_ns is None:
            return 0.0
        return max(0.0, (self._fed_ns + self._every_ns - self._boottime()) / 1e9)

    def feed(self, threads: Iterable[Alive]) -> None:
        """Say that the loop turns, when that is due and all threads live."""
        if self.until_due_s != 0.0:
            return
        self._fed_ns = self._boottime()
        if all(alive() for alive in threads):
            self._silent = False
            self._say("WATCHDOG=1")
        elif not self._silent:
            self._silent = True
            log.error("a thread that votes need has ended or hangs: the supervisor starts the program again")

    def _say(self, message: str) -> None:
        if not self._address:
            return
        # A name that begins with @ is an abstract one.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
                connection.setblocking(False)
                connection.sendto(message.encode(), address)
        except OSError as error:
            log.warning("the supervisor is not told %s: %s", message, error)
