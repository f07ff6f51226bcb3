"""A way to central on which everything goes wrong: a proxy that hurts the requests and answers that pass through it.

Plain HTTP, one request a connection. Which fault a request meets is decided by a seeded die; how the threads interleave
is not.
"""

import gzip
import random
import re
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.prove.http_bytes import content_length, whole_request

PATIENCE_S = 10.0
_KEPT = 50
"""So many requests and answers of the past are at hand to be played back."""

_RESET = struct.pack("ii", 1, 0)
_PORTAL = b"<!DOCTYPE html><title>Wi-Fi</title><p>Xin m\xe1\xbb\x9di \xc4\x91\xc4\x83ng nh\xe1\xba\xadp</p>"


@dataclass
class Way:
    """One request, on its way.

    Attributes:
        client: The terminal's connection.
        request: As it came, whole.
        dice: Decides.
        proxy: The proxy.
    """

    client: socket.socket
    request: bytes
    dice: random.Random
    proxy: "ChaosProxy"

    def asked(self, request: bytes | None = None) -> bytes:
        """What central answers; empty when it does not."""
        return self.proxy.ask(self.request if request is None else request)

    def answer(self, data: bytes) -> None:
        """Let the terminal have this."""
        with suppress(OSError):  # it may have given up
            self.client.sendall(data)

    def pass_on(self) -> None:
        """Without a fault."""
        found = self.asked()
        self.proxy.remember(self.request, found)
        self.answer(found)


Fault = Callable[[Way], None]


def reset(way: Way) -> None:
    """The connection is reset; nothing passes."""
    way.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def cut_request(way: Way) -> None:
    """Central gets a part of the request."""
    with suppress(OSError), way.proxy.upstream() as central:
        central.sendall(way.request[: way.dice.randrange(1, len(way.request))])


def cut_answer(way: Way) -> None:
    """The terminal gets a part of the answer; central has done its part."""
    found = way.asked()
    way.answer(found[: way.dice.randrange(0, max(1, len(found)))])


def lose_answer(way: Way) -> None:
    """Central has done its part, and the terminal hears nothing of it."""
    way.asked()


def delay(way: Way) -> None:
    """The answer is late."""
    time.sleep(way.dice.uniform(0.02, 0.2))
    way.pass_on()


def late_request(way: Way) -> None:
    """The terminal hears nothing, and the request arrives after all, perhaps after the next one."""
    request, pause_s = way.request, way.dice.uniform(0.0, 0.3)

    def arrive() -> None:
        time.sleep(pause_s)
        way.proxy.ask(request)

    way.proxy.later(arrive)


def twice(way: Way) -> None:
    """The request arrives twice at once."""
    request = way.request
    way.proxy.later(lambda: way.proxy.ask(request))
    way.pass_on()


def flip_request(way: Way) -> None:
    """A bit of the request is another one."""
    way.answer(way.asked(_flipped(way.request, way.dice)))


def flip_entry(way: Way) -> None:
    """A bit of the batch is another one, and whoever did it packed it well."""
    way.answer(way.asked(_flipped_inside(way.request, way.dice)))


def wrong_tag(way: Way) -> None:
    """The evolving tag is another one, and all the rest is right: no signature covers it."""
    head, clear = _opened(way.request)
    found = re.search(rb'"tag":"([0-9a-f]{64})"', clear)
    if found is None:
        way.pass_on()
        return
    place = found.start(1) + way.dice.randrange(64)
    digit = b"0" if clear[place : place + 1] != b"0" else b"1"
    way.answer(way.asked(_packed(head, clear[:place] + digit + clear[place + 1 :])))


def flip_answer(way: Way) -> None:
    """A bit of the answer is another one."""
    way.answer(_flipped(way.asked(), way.dice))


def replay(way: Way) -> None:
    """A request of the past, of any terminal, arrives once more before this one."""
    old = way.proxy.old_request(way.dice)
    if old is not None:
        way.asked(old)
    way.pass_on()


def old_answer(way: Way) -> None:
    """The terminal gets an answer of the past, perhaps another terminal's; central gets nothing."""
    way.answer(way.proxy.old_answer(way.dice) or _http("200 OK", b'{"receipt": ""}'))


def portal(way: Way) -> None:
    """A captive portal: 200, and a page."""
    way.answer(_http("200 OK", _PORTAL, content_type="text/html; charset=utf-8"))


def portal_json(way: Way) -> None:
    """Somebody says 200 in JSON, and means nothing by it."""
    way.answer(_http("200 OK", b'{"status": "ok", "receipt": "ok"}'))


def nothing_to_say(way: Way) -> None:
    """204, without a body."""
    way.answer(_http("204 No Content", b""))


def busy(way: Way) -> None:
    """503 with Retry-After."""
    way.answer(_http("503 Service Unavailable", b"", f"Retry-After: {way.dice.randrange(0, 400)}"))


def broken(way: Way) -> None:
    """500, after central has done its part."""
    way.asked()
    way.answer(_http("500 Internal Server Error", b"{}"))


def redirect(way: Way) -> None:
    """Somebody says it is elsewhere."""
    way.answer(_http("302 Found", b"", "Location: http://127.0.0.1:9/api/v1/time"))


FAULTS: tuple[Fault, ...] = (
    reset,
    cut_request,
    cut_answer,
    lose_answer,
    delay,
    late_request,
    twice,
    flip_request,
    flip_entry,
    wrong_tag,
    flip_answer,
    replay,
    old_answer,
    portal,
    portal_json,
    nothing_to_say,
    busy,
    broken,
    redirect,
)


@dataclass
class ChaosProxy:
    """Listens on a port of its own until it is closed.

    Attributes:
        central_port: Where central listens.
        seed: For every decision.
        chance: How probable a fault is; 0 = nothing goes wrong. May be changed at any time.
        faults: Which ones.
        counts: How many of each there were.
        in_flight: Requests that central has and has not answered.
    """

    central_port: int
    seed: str
    chance: float = 0.0
    faults: tuple[Fault, ...] = FAULTS
    counts: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 - to be repeatable
        self._lock = threading.Lock()
        self._requests: list[bytes] = []
        self._answers: list[bytes] = []
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listening.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = threading.Thread(target=self._serve, name="chaos", daemon=True)
        self._server.start()

    def close(self) -> None:
        """Wait until what is under way has arrived."""
        self._over.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._server.join()
        self._listening.close()
        self.quiet()

    def quiet(self) -> None:
        """Until everything that is late has arrived."""
        while self._threads:
            self._threads.pop().join()

    def later(self, work: Callable[[], object]) -> None:
        """Do it beside the rest."""
        thread = threading.Thread(target=work, daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def upstream(self) -> socket.socket:
        """A connection to central. Raises `OSError`."""
        return socket.create_connection(("127.0.0.1", self.central_port), timeout=PATIENCE_S)

    def ask(self, request: bytes) -> bytes:
        """Central's answer, whole; empty where there is none."""
        with self._lock:
            self.in_flight += 1
        try:
            with self.upstream() as central:
                central.sendall(_once(request))
                parts = []
                while part := central.recv(65536):
                    parts.append(part)
                return b"".join(parts)
        except OSError:
            return b""
        finally:
            with self._lock:
                self.in_flight -= 1

    def remember(self, request: bytes, answer: bytes) -> None:
        """Have them at hand."""
        with self._lock:
            for kept, new in ((self._requests, request), (self._answers, answer)):
                if new:
                    kept.append(new)
                    del kept[:-_KEPT]

    def old_request(self, dice: random.Random) -> bytes | None:
        """One of the past."""
        with self._lock:
            return dice.choice(self._requests) if self._requests else None

    def old_answer(self, dice: random.Random) -> bytes | None:
        """One of the past."""
        with self._lock:
            return dice.choice(self._answers) if self._answers else None

    def _serve(self) -> None:
        while True:
            client, _ = self._listening.accept()
            if self._over.is_set():
                client.close()
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE_S)
        with client, suppress(OSError):
            request = whole_request(client)
            if not request:
                return
            with self._lock:
                hurt = self._dice.random() < self.chance
                fault = self._dice.choice(self.faults) if hurt else None
                dice = random.Random(self._dice.random())  # noqa: S311 - to be repeatable
                if fault is not None:
                    self.counts[fault.__name__] += 1
            way = Way(client, request, dice, self)
            if fault is None:
                way.pass_on()
            else:
                fault(way)


def _once(request: bytes) -> bytes:
    """The same request, after which the connection ends."""
    head, _, body = request.partition(b"\r\n\r\n")
    head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head)
    return head + b"\r\nConnection: close\r\n\r\n" + body


def _http(status: str, body: bytes, *headers: str, content_type: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "Connection: close", *headers, "", ""]).encode() + body


def _flipped(data: bytes, dice: random.Random) -> bytes:
    if not data:
        return data
    place = dice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1 :]


def _flipped_inside(request: bytes, dice: random.Random) -> bytes:
    """A bit of an unpacked body flipped, packed again; of a request that has no packed body, a bit of it."""
    head, clear = _opened(request)
    return _packed(head, _flipped(clear, dice)) if clear else _flipped(request, dice)


def _opened(request: bytes) -> tuple[bytes, bytes]:
    """The head, and the body unpacked; empty where it is not packed."""
    head, _, body = request.partition(b"\r\n\r\n")
    try:
        return head, gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        return head, b""


def _packed(head: bytes, clear: bytes) -> bytes:
    """A request with this body."""
    packed = gzip.compress(clear, 1)
    length = b"Content-Length: %d" % len(packed)
    head = re.sub(rb"(?i)content-length: *[0-9]+", length, head)
    assert content_length(head) == len(packed)
    return head + b"\r\n\r\n" + packed
