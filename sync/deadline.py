"""A roof over the whole of a request: a server that sends one byte a second must not hold the terminal.

Timeouts of a socket are for each read. So a clock runs beside the request, and when it is up, the connections are shut
down under it.
"""

import os
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class Connections:
    """The connections of one conversation, one at a time, known by a descriptor of our own. Used by two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: socket.socket | None = None
        self._over = False

    def begin(self) -> None:
        """A request begins: what is made from now on is not to be cut."""
        with self._lock:
            self._over = False

    def watch(self, connection: socket.socket) -> None:
        """A new one, which replaces the one before; called when it is made, before anything is sent.

        One that is made when the time is up (a name that took long to be found, addresses where nobody answered)
        ends at once.
        """
        with self._lock:
            self._let_go()
            self._known = socket.socket(fileno=os.dup(connection.fileno()))
            if self._over:
                self._end()

    def cut(self) -> None:
        """End it, and what comes after it: whoever waits for it wakes up with an error."""
        with self._lock:
            self._over = True
            self._end()

    def close(self) -> None:
        """Let go of it. May be called twice."""
        with self._lock:
            self._let_go()

    def _end(self) -> None:
        if self._known is not None:
            with suppress(OSError):  # it has ended by itself
                self._known.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._known is not None:
            self._known.close()
            self._known = None


class Deadline:
    """Cuts the connections when the time is up; a context manager around one request.

    Attributes:
        expired: Whether it had to.
    """

    def __init__(self, connections: Connections, seconds: float) -> None:
        self.expired = False
        self._connections = connections
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def _expire(self) -> None:
        self.expired = True
        self._connections.cut()

    def __enter__(self) -> Self:
        self._connections.begin()
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()  # it must not cut the next request
