"""A server that says anything: bytes as they are given, over plain TCP or TLS."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_HANDSHAKE = 0x16

Behaviour = Callable[[socket.socket, bytes], None]
"""What to do with a connection and the request that came on it; it is closed afterwards."""


def says(answer: bytes) -> Behaviour:
    """Exactly this."""

    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer)

    return behave


def http(status: str, body: bytes = b"", *headers: str, content_type: str = "application/json") -> bytes:
    """An answer in good form."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def nothing(connection: socket.socket, _: bytes) -> None:
    """Hang up."""


def reset(connection: socket.socket, _: bytes) -> None:
    """Hang up in the rudest way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


class Slow:
    """An answer byte by byte, until whoever asked has had enough, or the test is over."""

    def __init__(self, answer: bytes, pause_s: float, first_s: float = 0.0) -> None:
        self.answer, self.pause_s, self.first_s = answer, pause_s, first_s
        self.over = threading.Event()
        self.sent = 0

    def __call__(self, connection: socket.socket, _: bytes) -> None:
        self.over.wait(self.first_s)
        for place in range(len(self.answer)):
            try:
                connection.sendall(self.answer[place : place + 1])
            except OSError:
                return
            self.sent += 1
            if self.over.wait(self.pause_s):
                return


class Hostile:
    """A listening server.

    Attributes:
        behave: May be changed at any time.
        requests: What came, in order.
    """

    def __init__(self, behave: Behaviour, context: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.behave = behave
        self.requests: list[bytes] = []
        self.over = threading.Event()
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", port))
        self._listening.settimeout(0.1)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listening.accept()
            except TimeoutError:
                continue
            connection.settimeout(10)
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            request = _whole_request(connection)
            if request:
                self.requests.append(request)
                self.behave(connection, request)
            connection.close()
        except OSError:
            return  # whoever asked has gone: that is what is tested

    def close(self) -> None:
        self.over.set()
        if isinstance(self.behave, Slow):
            self.behave.over.set()
        self._thread.join()
        self._listening.close()


def _whole_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        received = connection.recv(65536)
        if not received:
            return request
        request += received
        if request[0] == _HANDSHAKE:
            return request  # of TLS, which nobody speaks here
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def hostile(behave: Behaviour, context: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Hostile]:
    """A server until the block ends."""
    server = Hostile(behave, context, port)
    try:
        yield server
    finally:
        server.close()


def unused_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def until(condition: Callable[[], bool], within_s: float = 30.0) -> None:
    """Wait for something that another thread does."""
    give_up = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


@contextmanager
def proxy_to(port: int) -> Iterator[str]:
    """An HTTP proxy that tunnels whatever it is asked for to a port of this machine: its URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                client, _ = listening.accept()
            except TimeoutError:
                continue
            client.settimeout(10)
            threading.Thread(target=_tunnel, args=(client, port), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        thread.join()
        listening.close()


def _tunnel(client: socket.socket, port: int) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        assert _whole_request(client).startswith(b"CONNECT ")
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pour, args=(server, client), daemon=True)
        back.start()
        _pour(client, server)
        back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while content := source.recv(65536):
            target.sendall(content)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return  # one of the two has gone
