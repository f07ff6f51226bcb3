"""Whoever connects, however many and however slow: the one who may pull gets through, and the others get nothing."""

import socket
import ssl
import time
from collections.abc import Callable

import pytest
from requests.adapters import HTTPAdapter

from sync.contact import Settings
from sync.pull import door
from sync.pull.door import MOST_CONNECTIONS
from sync.pull.serving import CannotListen, Wanted, serving
from tests.sync.hostile import unused_port
from tests.sync.pull.puller import Puller, answering

GIVE_UP_S = 30.0


def connected(puller: Puller) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(puller.at.rpartition(":")[2])), timeout=GIVE_UP_S)


def encrypted(puller: Puller) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connected(puller))


def connections(puller: Puller) -> int:
    """How many this server has needed so far."""
    adapter = puller.session.get_adapter(puller.at)
    assert isinstance(adapter, HTTPAdapter)
    return int(adapter.poolmanager.connection_from_url(puller.at).num_connections)


def everything(connection: socket.socket) -> bytes:
    """Until the other end has had enough."""
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except OSError:  # in the rudest way
        return found
    return found


def test_headers_of_a_megabyte_are_not_read(puller: Puller) -> None:
    puller.get("/v1/status")
    for header in (b"X: " + b"a" * (1 << 20), b"X: a\r\n" * 200_000, b"Signature: " + b"," * (1 << 20)):
        with encrypted(puller) as connection:
            try:
                connection.sendall(b"GET /v1/entries?after=0 HTTP/1.1\r\nHost: x\r\n" + header)
            except OSError:  # it has had enough before the end
                continue
            answer = everything(connection)
        assert b"rating" not in answer
        assert not answer or answer.startswith(b"HTTP/1.1 400 ")
    assert puller.get("/v1/entries?after=0")["entries"]


@pytest.mark.parametrize(
    "bytes_", [b"", b"GET /v1/entries?after=0 HTTP/1.1\r\nHost: x\r\n", b"\r\n", b"\0" * 9]
)
def test_who_is_slow_is_shown_out(where: Settings, monkeypatch: pytest.MonkeyPatch, bytes_: bytes) -> None:
    monkeypatch.setattr(door, "REQUEST_S", 0.3)
    with answering(where) as puller, encrypted(puller) as connection, connected(puller) as silent:
        connection.sendall(bytes_)
        assert everything(silent) == b""
        assert b"rating" not in everything(connection)
        assert puller.get("/v1/entries?after=0")["entries"]


def test_who_reads_slowly_is_shown_out_too(where: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "REQUEST_S", 0.3)
    with answering(where) as puller, encrypted(puller) as connection:
        puller.get("/v1/status")
        request = b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
        end_s = time.monotonic() + GIVE_UP_S
        try:
            while time.monotonic() < end_s:  # asks, and never reads
                connection.sendall(request * 100)
        except OSError:
            pass
        assert time.monotonic() < end_s
        assert puller.get("/v1/status")["waiting"]


def test_of_a_thousand_connections_four_are_held_and_the_server_comes_in(puller: Puller) -> None:
    puller.get("/v1/status")  # it is known from here on
    crowd = [connected(puller) for _ in range(500)]
    assert puller.get("/v1/entries?after=0")["entries"]
    crowd += [connected(puller) for _ in range(500)]
    assert puller.get("/v1/entries?after=0")["entries"]
    late = Puller(puller.url, puller.key)
    late.nonce = puller.nonce
    assert late.get("/v1/entries?after=0")["entries"]
    still_there = 0
    for connection in crowd:
        connection.settimeout(0.0)
        try:
            still_there += connection.recv(1) != b""
        except BlockingIOError:
            still_there += 1
        except ConnectionResetError:
            pass
        connection.close()
    late.session.close()
    assert still_there <= MOST_CONNECTIONS


def test_a_server_that_has_signed_is_not_put_out_by_those_who_have_not(puller: Puller) -> None:
    puller.get("/v1/status")
    before = connections(puller)
    crowd = [connected(puller) for _ in range(3 * MOST_CONNECTIONS)]
    puller.get("/v1/status")
    assert connections(puller) == before
    for connection in crowd:
        connection.close()


def says(request: bytes) -> Callable[[Puller], bytes]:
    def ask(puller: Puller) -> bytes:
        with encrypted(puller) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return everything(connection)

    return ask


@pytest.mark.parametrize(
    "ask",
    [
        says(b"GET /v1/entries?after=0 HTTP/1.0\r\n\r\n"),
        says(b"GET /v1/entries?after=0 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
        says(b"GET /v1/entries?after=0 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        says(b"GET https://10.1.2.3/v1/entries?after=0 HTTP/1.1\r\nHost: x\r\n\r\n"),
        says(b"\x16\x03\x01" + bytes(500)),
        says(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        says(
            b"GET /v1/entries?after=0 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"
        ),
    ],
)
def test_whatever_is_said_no_entry_comes_back_and_it_goes_on(
    puller: Puller, ask: Callable[[Puller], bytes]
) -> None:
    puller.get("/v1/status")
    assert b"rating" not in ask(puller)
    assert puller.get("/v1/entries?after=0")["entries"]


def test_plain_http_is_not_spoken(puller: Puller) -> None:
    with connected(puller) as connection:
        connection.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP" not in everything(connection)


def test_a_port_that_is_taken_and_an_address_of_nobody_s_are_said(where: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(CannotListen), serving(where, Wanted("127.0.0.1", port)):
            pass
    with pytest.raises(CannotListen), serving(where, Wanted("192.0.2.1", unused_port())):
        pass


def test_two_terminals_of_one_address_do_not_share_a_port(where: Settings) -> None:
    with answering(where) as puller:
        port = int(puller.at.rpartition(":")[2])
        with pytest.raises(CannotListen), serving(where, Wanted("127.0.0.1", port)):
            pass
