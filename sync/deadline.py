"""A roof over the whole of a request: a server that sends one byte a second must not hold the terminal.

Timeouts of a socket are for each read. So a clock runs beside the request, and when it is up, the connections are shut
down under it.
"""

import os
import socket
import threading
from types import TracebackType
from typing import Self


class Connections:
    """The connections of one conversation, each known by a descriptor of our own. Used by two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: list[socket.socket] = []

    def watch(self, connection: socket.socket) -> None:
        """One more; called when it is made, before anything is sent."""
        with self._lock:
            self._known.append(socket.socket(fileno=os.dup(connection.fileno())))

    def cut(self) -> None:
        """End all of them: whoever waits for one of them wakes up with an error."""
        with self._lock:
            for connection in self._known:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it has ended by itself

    def close(self) -> None:
        """Let go of them. May be called twice."""
        with self._lock:
            for connection in self._known:
                connection.close()
            self._known.clear()


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
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()  # it must not cut the next request
