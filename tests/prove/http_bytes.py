"""HTTP requests as the bytes that they are."""

import socket

_END = b"\r\n\r\n"


def content_length(head: bytes) -> int:
    """As the headers say; 0 where they do not."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def whole_request(client: socket.socket) -> bytes:
    """A request with its body; empty when whoever began it went away. Raises `OSError`."""
    request = b""
    while _END not in request:
        received = client.recv(65536)
        if not received:
            return b""
        request += received
    head, _, body = request.partition(_END)
    missing = content_length(head) - len(body)
    parts = [request]
    while missing > 0:
        received = client.recv(65536)
        if not received:
            return b""
        parts.append(received)
        missing -= len(received)
    return b"".join(parts)
