"""HTTP as this server speaks it with a terminal: at one checked address, bounded in time and size, nothing followed."""

import socket
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from ssl import SSLContext
from types import TracebackType
from typing import Self

from central.pulling.guard import Target
from sync.deadline import Connections, Deadline
from sync.errors import Trouble, Unreachable
from sync.failures import trouble_of
from sync.protocol import NONCE_HEADER, ProtocolError, decompressed
from sync.transport import Limits
from sync.verdict import Reply


class Connection:
    """A conversation with one terminal; a context manager, used by one thread.

    Args:
        target: Checked: connected to is its address, never its name.
        context: Knows which certificates are good.
        limits: How patient to be.
    """

    def __init__(self, target: Target, context: SSLContext, limits: Limits) -> None:
        self._limits = limits
        self._watched = Connections()
        self._http = _Pinned(target, context, self._watched, limits.connect_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self._watched.close()

    def request(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """One request; once more where the terminal had just ended the connection that was there.

        Args:
            method: In upper case.
            path: With its query.
            body: As it is sent.
            headers: Beside the usual ones.

        Raises:
            Unreachable: There is no answer, or it is too slow or too long.
        """
        was_open = self._http.sock is not None
        with Deadline(self._watched, self._limits.total_s) as deadline:
            try:
                try:
                    reply = self._exchange(method, path, body, headers)
                except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                    self._http.close()
                    if not was_open or deadline.expired:
                        raise
                    reply = self._exchange(method, path, body, headers)
            except (HTTPException, OSError) as error:
                self._http.close()
                if not deadline.expired:
                    raise Unreachable(trouble_of(error), str(error)) from error
        if deadline.expired:
            self._http.close()
            raise Unreachable(Trouble.TIMEOUT, f"no whole answer within {self._limits.total_s:g} s")
        return reply

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        self._http.request(method, path, body, {"Accept-Encoding": "gzip", **headers})
        assert self._http.sock is not None  # noqa: S101 - it has just been used
        self._http.sock.settimeout(self._limits.read_s)
        with self._http.getresponse() as response:
            encoding = response.headers.get("Content-Encoding", "")
            return Reply(
                status=response.status,
                body=self._content(response, encoding),
                content_type=response.headers.get("Content-Type", ""),
                content_encoding="" if encoding == "gzip" else encoding,
                nonce=response.headers.get(NONCE_HEADER),
                retry_after=response.headers.get("Retry-After"),
                date=response.headers.get("Date"),
            )

    def _content(self, response: HTTPResponse, encoding: str) -> bytes:
        most = self._limits.most_bytes
        content = response.read(most + 1)
        if len(content) > most:
            raise Unreachable(Trouble.NOT_CENTRAL, f"an answer of more than {most} bytes")
        if response.length:
            raise IncompleteRead(content, response.length)
        if encoding != "gzip":
            return content
        try:
            return decompressed(content, most)
        except ProtocolError as error:
            raise Unreachable(Trouble.NOT_CENTRAL, f"an answer that cannot be unpacked: {error}") from error


class _Pinned(HTTPConnection):
    """Connects to the checked address, and makes itself known before anything is sent."""

    def __init__(self, target: Target, context: SSLContext, watched: Connections, connect_s: float) -> None:
        super().__init__(str(target.address), target.port, timeout=connect_s)
        self._context, self._watched = context, watched

    def connect(self) -> None:
        """See the library's."""
        made = socket.create_connection((self.host, self.port), self.timeout)
        try:
            self._watched.watch(made)
            self.sock = self._context.wrap_socket(made)
        except BaseException:
            made.close()
            raise
