"""How many bytes a vote takes on the way, both ways, above TCP and TLS.

Ours is counted on the wire between the terminal's own client and a real server. The others are put together here with
the same fields (terminal, ledger, seq, boot, uptime, level, source, wall time), as their clients send them: one POST of
JSON a vote with the headers that `requests` makes and the shortest answer that a server gives, and MQTT 3.1.1 with
quality of service 1 (the specification's PUBLISH and PUBACK; CONNECT is not counted, for connections may last).
"""

import json
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import requests

from kiosk.clock import SystemClock
from kiosk.messages.statements import Checkpoint
from sync.client import Client
from sync.keys import SigningKey
from sync.plan import Planned
from sync.tls import Trust
from sync.transport import Channel
from tests.bench.measures import say, verdict
from tests.bench.terminals import Server, Voter, server
from tests.prove.evidence import ON_DISK, Evidence, table

GOAL_BYTES = 30.0
SIZES = (1, 50, 500)


class Relay:
    """A way to a server that counts the bytes in both directions."""

    def __init__(self, target: str) -> None:
        self._target = (str(urlsplit(target).hostname), int(urlsplit(target).port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.counted = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            while True:
                near, _ = self._listener.accept()
                with near, socket.create_connection(self._target) as far:
                    self._pass(near, far)
        except OSError:
            return  # closed

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in selector.select():
                    source, sink = key.fileobj, key.data
                    assert isinstance(source, socket.socket)
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    self.counted += len(data)
                    sink.sendall(data)

    def close(self) -> None:
        """No more."""
        self._listener.close()


@contextmanager
def _relay(place: Server) -> Iterator[Relay]:
    relay = Relay(place.url)
    try:
        yield relay
    finally:
        relay.close()


def ours(place: Server, voter: Voter, size: int, rounds: int) -> float:
    """Bytes a vote in batches of a size, by the terminal's own client."""
    chain = voter.chain
    with _relay(place) as relay, Channel(relay.url, Trust(None, lambda: None)) as channel:
        client = Client(channel, SigningKey(chain.key.private, "device"), SystemClock())
        for _ in range(rounds):
            after = len(chain.entries)
            voter.vote(size)
            checkpoint = Checkpoint(chain.ledger_id, len(chain.entries), chain.head)
            body = msgspec.json.encode(chain.batch(after))
            client.push(Planned(checkpoint, body, size, after), [chain.central.public])
    return relay.counted / (size * rounds)


def _said(voter: Voter) -> bytes:
    """The same fields of one vote, as somebody would write them who sends each for itself."""
    chain = voter.chain
    voter.vote(1)
    entry = chain.entries[-1]
    fields = {
        "device": chain.device,
        "ledger": chain.ledger_id.hex(),
        "seq": entry.seq,
        "boot_n": entry.boot_n,
        "boottime_ns": entry.boottime_ns,
        **json.loads(entry.payload),
    }
    return msgspec.json.encode(fields)


def post(voter: Voter, votes: int) -> float:
    """Bytes a vote of one JSON POST each, on a connection that stays."""
    total = 0
    for _ in range(votes):
        session = requests.Session()
        found = session.prepare_request(
            requests.Request("POST", "https://mot-cua.example/api/v1/votes", data=_said(voter))
        )
        headers = {"Host": "mot-cua.example", **found.headers, "Content-Type": "application/json"}
        lines = [f"POST {found.path_url} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        assert isinstance(found.body, bytes)
        total += len("\r\n".join(lines)) + 4 + len(found.body)
        total += len(b"HTTP/1.1 204 No Content\r\nDate: Wed, 25 Nov 2026 05:00:00 GMT\r\n\r\n")
    return total / votes


def mqtt(voter: Voter, votes: int) -> float:
    """Bytes a vote of MQTT 3.1.1, quality of service 1."""
    total = 0
    for n in range(votes):
        total += len(publish(f"votes/{voter.chain.device}", n % 65_535 + 1, _said(voter))) + PUBACK_BYTES
    return total / votes


PUBACK_BYTES = 4
"""MQTT 3.1.1, 3.4: a fixed header of two bytes and the packet's identifier."""


def publish(topic: str, packet: int, payload: bytes) -> bytes:
    """A PUBLISH packet with quality of service 1 (MQTT 3.1.1, 3.3)."""
    name = topic.encode()
    rest = len(name).to_bytes(2, "big") + name + packet.to_bytes(2, "big") + payload
    length, left = bytearray(), len(rest)
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (0x80 if left else 0))
        if not left:
            return bytes([0x32, *length]) + rest


def run(rounds: int, evidence: bool) -> int:
    """Measure and say; 0 = the goal was reached."""
    with server(1) as place:
        measured = [ours(place, Voter(size), size, rounds) for size in SIZES]
        posted, queued = post(Voter(7), 200), mqtt(Voter(8), 200)
    reached = measured[-1] <= GOAL_BYTES
    say(f"bytes a vote in batches of 500: {measured[-1]:.1f} (goal ≤ {GOAL_BYTES:.0f}: {verdict(reached)})")
    rows = [
        (f"batches of {size}", f"{found:,.1f}", f"{posted / found:.1f} ×", f"{queued / found:.1f} ×")
        for size, found in zip(SIZES, measured, strict=True)
    ]
    rows += [
        ("one JSON POST a vote", f"{posted:,.1f}", "1 ×", f"{queued / posted:.1f} ×"),
        ("MQTT QoS 1, the same JSON", f"{queued:,.1f}", f"{posted / queued:.1f} ×", "1 ×"),
    ]
    for name, found, *_ in rows:
        say(f"{name}: {found} bytes a vote")
    if evidence:
        _page(rounds, measured[-1], reached, rows).write()
    return 0 if reached else 1


def _page(rounds: int, found: float, reached: bool, rows: list[tuple[str, str, str, str]]) -> Evidence:
    goal = ("bytes a vote in batches of 500", f"≤ {GOAL_BYTES:.0f}", f"{found:.1f}", verdict(reached))
    return Evidence(
        name="wire",
        title="Bytes a vote",
        story=(
            "Requests and answers, with their headers, above TCP and TLS. Ours is what went over a connection "
            "between the terminal's own client and a running server; it contains a signed checkpoint, the "
            "evolving tag and the co-signed receipt. One JSON POST a vote has the headers that `requests` makes "
            "and the shortest answer; MQTT is PUBLISH and PUBACK as version 3.1.1 describes them. These two carry"
            " the same fields, and neither signature, nor tag, nor receipt. Votes are a random time apart, to the"
            " nanosecond; times do not compress."
        ),
        tables=[
            table(("", "goal", "result", ""), [goal]),
            table(("", "bytes a vote", "fewer than POST", "fewer than MQTT"), rows),
        ],
        command=f"scripts/bench wire --rounds {rounds} --evidence",
        folder=Path(ON_DISK),
        extra=[("requests", version("requests"))],
    )
