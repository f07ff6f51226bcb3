"""A request ends: with an answer of bounded size in bounded time, or with what was wrong."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import Trouble, Unreachable
from sync.tls import Trust
from sync.transport import Channel, Limits
from tests.sync.certificates import MORNING, Authority
from tests.sync.hostile import (
    Behaviour,
    Hostile,
    Slow,
    hostile,
    http,
    nothing,
    proxy_to,
    reset,
    says,
    unused_port,
)

MORNING_MS = int(MORNING.timestamp() * 1000)
NOBODY = Trust(None, lambda: None)
SHORT = Limits(connect_s=1.0, read_s=1.0, total_s=1.5, most_bytes=2000)
OK = http("200 OK", b'{"a":1}', "Hailong-Nonce: n1", "Retry-After: 5", "Date: Sun, 22 Nov 2026 01:00:00 GMT")


def ask(url: str, proxy: str = "") -> None:
    with Channel(url, NOBODY, proxy, SHORT) as channel:
        channel.request("POST", "/api/v1/x", b"body")


def trouble(url: str, proxy: str = "") -> Trouble:
    with pytest.raises(Unreachable) as found:
        ask(url, proxy)
    return found.value.trouble


def test_an_answer_comes_with_all_that_is_needed_of_it() -> None:
    with hostile(says(OK)) as server, Channel(server.url, NOBODY) as channel:
        reply = channel.request("POST", "/api/v1/x?a=1", b"body", {"X-Own": "1"})
    assert (reply.status, reply.body, reply.media_type) == (200, b'{"a":1}', "application/json")
    assert (reply.nonce, reply.retry_after, reply.date) == ("n1", "5", "Sun, 22 Nov 2026 01:00:00 GMT")
    (request,) = server.requests
    assert request.startswith(b"POST /api/v1/x?a=1 HTTP/1.1\r\n")
    assert b"\r\nX-Own: 1\r\n" in request
    assert b"\r\nAccept-Encoding: identity\r\n" in request
    assert request.endswith(b"\r\n\r\nbody")


REDIRECT = http("302 Found", b"", "Location: http://127.0.0.1:1/elsewhere", "Set-Cookie: a=b")


def test_a_redirect_is_not_followed_and_a_cookie_not_kept() -> None:
    with hostile(says(REDIRECT)) as server, Channel(server.url, NOBODY, limits=SHORT) as channel:
        assert channel.request("POST", "/", b"").status == 302
        assert channel.request("POST", "/", b"").status == 302
    assert len(server.requests) == 2
    assert b"Cookie" not in server.requests[1]


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    with hostile(says(OK)) as server:
        ask(server.url)
    assert b"Authorization" not in server.requests[0]


def chunked(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body


ENDLESS = Slow(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, 0.05)
ENDLESS_HEADERS = Slow(b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 1000, 0.05)
ENDLESS_CONTINUE = Slow(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.01)


def never(_: socket.socket, __: bytes) -> None:
    time.sleep(2)


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (never, Trouble.TIMEOUT),
        (ENDLESS, Trouble.TIMEOUT),
        (ENDLESS_HEADERS, Trouble.TIMEOUT),
        (ENDLESS_CONTINUE, Trouble.TIMEOUT),
        (nothing, Trouble.CUT),
        (reset, Trouble.CUT),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), Trouble.CUT),
        (says(chunked(b"5\r\n{")), Trouble.CUT),
        (says(chunked(b"zz\r\n{")), Trouble.CUT),
        (says(b"\x16\x03\x01 this is no HTTP\r\n\r\n"), Trouble.CUT),
        (says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"), Trouble.CUT),
        (says(http("200 OK", b"x" * 3000)), Trouble.NOT_CENTRAL),
        (says(chunked(b"800\r\n" + b"x" * 0x800 + b"\r\n0\r\n\r\n")), Trouble.NOT_CENTRAL),
    ],
)
def test_no_server_can_hold_or_fill_the_terminal(behave: Behaviour, expected: Trouble) -> None:
    with hostile(behave) as server:
        assert trouble(server.url) is expected


def test_a_packed_answer_is_not_unpacked() -> None:
    packed = says(http("200 OK", b"\x1f\x8b" * 500, "Content-Encoding: gzip"))
    with hostile(packed) as server, Channel(server.url, NOBODY, limits=SHORT) as channel:
        reply = channel.request("GET", "/")
    assert (reply.body, reply.content_encoding) == (b"", "gzip")


def test_a_deadline_that_passed_does_not_cut_the_next_request() -> None:
    slow = Slow(OK, 0.05)
    with hostile(slow) as server, Channel(server.url, NOBODY, limits=SHORT) as channel:
        with pytest.raises(Unreachable):
            channel.request("GET", "/")
        slow.over.set()
        server.behave = says(OK)
        assert channel.request("GET", "/").status == 200


def test_what_is_connected_after_the_deadline_is_cut_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name whose first addresses do not answer takes its time, and none of it is the server's."""
    known = socket.getaddrinfo

    def long_looked_for(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the library's signature
        time.sleep(2 * SHORT.total_s)
        return known(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", long_looked_for)
    slow = Slow(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, 0.05)
    with hostile(slow) as server, Channel(server.url, NOBODY, limits=SHORT) as channel:
        with pytest.raises(Unreachable) as found:
            channel.request("GET", "/")
        assert found.value.trouble is Trouble.TIMEOUT
        slow.over.wait(0.2)
        assert slow.sent < 100
        monkeypatch.undo()
        slow.over.set()
        server.behave = says(OK)
        assert channel.request("GET", "/").status == 200


def test_a_server_that_hangs_up_after_each_answer_costs_one_connection_at_a_time() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    closing = says(http("200 OK", b"{}", "Connection: close"))
    with hostile(closing) as server, Channel(server.url, NOBODY, limits=SHORT) as channel:
        for _ in range(30):
            channel.request("GET", "/")
        assert len(list(Path("/proc/self/fd").iterdir())) < before + 10


def no_name() -> str:
    return "http://localhost.invalid"


def no_server() -> str:
    return f"http://127.0.0.1:{unused_port()}"


@pytest.mark.parametrize(("url", "expected"), [(no_name, Trouble.NAME), (no_server, Trouble.REFUSED)])
def test_a_server_that_is_not_there_is_told_apart(url: Callable[[], str], expected: Trouble) -> None:
    assert trouble(url()) is expected


def test_a_listener_that_does_not_accept_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(address)
            waiting.append(one)
        assert trouble(f"http://127.0.0.1:{address[1]}") is Trouble.TIMEOUT
        for one in waiting:
            one.close()


def test_a_proxy_is_used_for_https_and_never_for_this_machine() -> None:
    with hostile(says(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")) as proxy:
        channel = Channel("https://central.example", Trust(None, lambda: 1_795_309_200_000), proxy.url, SHORT)
        with channel, pytest.raises(Unreachable) as found:
            channel.request("GET", "/api/v1/health")
        assert found.value.trouble is Trouble.PROXY
        assert proxy.requests[0].startswith(b"CONNECT central.example:443 HTTP/1.")
        with hostile(says(OK)) as server:
            ask(server.url, proxy.url)
        assert len(proxy.requests) == 1


def test_a_proxy_that_is_not_there_is_told_apart() -> None:
    proxy = f"http://127.0.0.1:{unused_port()}"
    channel = Channel("https://central.example", Trust(None, lambda: 1_795_309_200_000), proxy, SHORT)
    with channel, pytest.raises(Unreachable) as found:
        channel.request("GET", "/api/v1/health")
    assert found.value.trouble is Trouble.PROXY


def test_connections_are_let_go() -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with hostile(says(OK)) as server:
        before = open_files()
        for _ in range(5):
            ask(server.url)
        assert open_files() == before
    assert isinstance(server, Hostile)


NAMES = [b"Content-Type", b"Content-Length", b"Transfer-Encoding", b"Hailong-Nonce", b"X"]
lines = st.lists(st.tuples(st.sampled_from(NAMES), st.binary(max_size=20)), max_size=5)


@pytest.fixture(scope="module")
def anything() -> Iterator[Hostile]:
    with hostile(nothing) as server:
        yield server


def answered(server: Hostile, answer: bytes) -> None:
    """There is an answer, or central was not reached; nothing else."""
    server.behave = says(answer)
    with Channel(server.url, NOBODY, limits=SHORT) as channel:
        try:
            reply = channel.request("GET", "/")
        except Unreachable:
            return
        assert len(reply.body) <= SHORT.most_bytes


@given(st.binary(max_size=40), lines, st.binary(max_size=100))
@settings(max_examples=150, deadline=None)
def test_no_bytes_at_all_are_anything_but_an_answer_or_unreachable(
    anything: Hostile, status: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    head = b"\r\n".join([b"HTTP/1.1 200 " + status, *(name + b": " + value for name, value in headers)])
    answered(anything, head + b"\r\n\r\n" + body)


@given(st.binary(max_size=60))
@settings(max_examples=50, deadline=None)
def test_nor_are_bytes_that_are_no_http(anything: Hostile, answer: bytes) -> None:
    answered(anything, answer)


def test_through_a_proxy_the_certificate_is_judged_as_ever(tmp_path: Path) -> None:
    authority = Authority()
    other = Authority()
    with hostile(says(OK), authority.context(tmp_path)) as server, proxy_to(server.port) as proxy:
        for pinned, now_ms, expected in (
            (authority.pem, MORNING_MS, None),
            (other.pem, MORNING_MS, Trouble.CERTIFICATE),
            (authority.pem, MORNING_MS + 31 * 86_400_000, Trouble.CERTIFICATE_TIME),
        ):
            channel = Channel(server.url, Trust(pinned, lambda now_ms=now_ms: now_ms), proxy, SHORT)  # type: ignore[misc]
            with channel:
                if expected is None:
                    assert channel.request("GET", "/").status == 200
                    continue
                with pytest.raises(Unreachable) as found:
                    channel.request("GET", "/")
            assert found.value.trouble is expected
