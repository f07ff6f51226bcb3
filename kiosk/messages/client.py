"""Asks the kiosk by its socket; blocks, for a program of its own.

::

    NoKiosk          there is none to ask, or it does not answer (also ConnectionError)
"""

import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.messages import wire
from kiosk.messages.place import NAME, reached

_READ_BYTES = 64 * 1024
_QUEUE_S = 0.05


class NoKiosk(ConnectionError):
    """No kiosk can be asked: it does not run, it ended meanwhile, or it does not answer. Connect again later."""


class Client:
    """One connection to the kiosk of a data folder. After `NoKiosk` it is closed.

    Args:
        folder: The data folder.
        timeout_s: How long to wait for the connection and for each answer.

    Raises:
        NoKiosk: Nobody serves the socket, or it turns this user away.
    """

    def __init__(self, folder: Path, timeout_s: float = 30.0) -> None:
        self._timeout_s = timeout_s
        self._received = b""
        self._news: wire.New | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            with reached(folder) as short:
                self._connect(str(short / NAME), time.monotonic() + timeout_s)
        except OSError as error:
            self._socket.close()
            raise NoKiosk(f"no kiosk serves {folder / NAME}: {error}") from error

    def _connect(self, path: str, end_s: float) -> None:
        """A queue before the door is no refusal, though it comes at once where there is a timeout (unix(7))."""
        while True:
            try:
                self._socket.connect(path)
            except BlockingIOError:
                if time.monotonic() >= end_s:
                    raise
                time.sleep(_QUEUE_S)
            else:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, request: wire.Request) -> wire.Answer:
        """The answer to a request.

        Raises:
            NoKiosk: None came in time. Whether the request was done is not known; asking again is harmless.
        """
        end_s = time.monotonic() + self._timeout_s
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(wire.encode(request))
        except OSError as error:
            self.close()
            raise NoKiosk(f"the kiosk does not listen: {error}") from error
        while True:
            answer = self._next(end_s)
            if answer is None:
                self.close()
                raise NoKiosk(f"the kiosk did not answer within {self._timeout_s:g} s")
            if not isinstance(answer, wire.New):
                return answer
            self._note(answer)

    def wait(self, timeout_s: float) -> wire.New | None:
        """Wait until entries are appended; None when the time is up.

        Raises:
            NoKiosk: The kiosk ended.
        """
        end_s = time.monotonic() + timeout_s
        while self._news is None:
            answer = self._next(end_s)
            if answer is None:
                return None
            if isinstance(answer, wire.New):
                self._note(answer)
        news, self._news = self._news, None
        return news

    def fileno(self) -> int:
        """For a selector: readable when `wait` would not block for long."""
        return self._socket.fileno()

    def close(self) -> None:
        """May be called twice."""
        self._socket.close()

    def _note(self, news: wire.New) -> None:
        urgent = news.urgent or (self._news is not None and self._news.urgent)
        self._news = wire.New(news.seq, urgent)

    def _next(self, end_s: float) -> wire.Answer | None:
        """The next line; None when the time is up. Raises `NoKiosk`."""
        while b"\n" not in self._received:
            left_s = end_s - time.monotonic()
            try:
                self._socket.settimeout(max(0.001, left_s))
                received = self._socket.recv(_READ_BYTES)
            except TimeoutError:
                return None
            except OSError as error:
                self.close()
                raise NoKiosk(f"the connection to the kiosk broke: {error}") from error
            self._received += received
            if not received or len(self._received) > 2 * wire.LONGEST_LINE_BYTES:
                self.close()
                raise NoKiosk("the kiosk ended, or turned this program away")
        line, _, self._received = self._received.partition(b"\n")
        try:
            return wire.decode_answer(line)
        except wire.BadMessage as error:
            self.close()
            raise NoKiosk(f"what serves the socket is not a kiosk: {error}") from error
