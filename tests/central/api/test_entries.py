"""Batches over HTTP: their limits, and what a terminal is answered."""

import gzip
import json
import zlib
from functools import partial
from typing import Any

import msgspec
import pytest
from django.db import connections
from django.http import HttpResponse

from central import server
from central.models import Entry, HourlyCount, Ledger, Rating
from sync.protocol import MOST_BYTES, Batch, compressed, signed_checkpoint, verified_receipt
from tests.central.chains import Chain
from tests.central.terminal import LEDGER, Terminal, enrolled, problem
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")

PATH = f"/api/v1/ledgers/{LEDGER.hex()}/entries"


def begun(terminal: Terminal, votes: int = 3) -> Chain:
    """An enrolled terminal's chain."""
    said = enrolled(terminal)
    chain = Chain(said["device"], server.this().key, terminal.key, LEDGER)
    chain.boot()
    chain.enrol(bytes.fromhex(said["first_key"]))
    chain.add("config", {"origin": "central", "revision": 1, "signed": said["config"]})
    for n in range(votes):
        chain.rate(1 + n % 5)
    return chain


def send(
    terminal: Terminal, batch: Batch | bytes, encoding: str | None = "gzip", path: str = PATH
) -> HttpResponse:
    body = msgspec.json.encode(batch) if isinstance(batch, Batch) else batch
    if encoding is None:
        return terminal.post(path, body)
    return terminal.post(path, compressed(body), {"Content-Encoding": encoding})


def levels() -> dict[int, int]:
    return {row.level: row.n for row in HourlyCount.objects.all() if row.n}


@pytest.mark.parametrize("encoding", ["gzip", None])
def test_a_batch_is_signed_for(encoding: str | None) -> None:
    terminal = Terminal()
    chain = begun(terminal)
    batch = chain.batch()
    answer = send(terminal, batch, encoding)
    assert answer.status_code == 200, answer.content
    receipt = json.loads(answer.content)["receipt"]
    assert verified_receipt(
        receipt, signed_checkpoint(batch.checkpoint).checkpoint, [server.this().key.public]
    )
    assert levels() == {1: 1, 2: 1, 3: 1}
    assert Ledger.objects.get().tag_state == "good"


def test_a_gap_says_what_is_held_and_a_fork_shows_the_last_receipt() -> None:
    terminal = Terminal()
    chain = begun(terminal)
    receipt = json.loads(send(terminal, chain.batch(0, 4)).content)["receipt"]
    answer = send(terminal, chain.batch(5))
    assert problem(answer) == "409.1"
    assert json.loads(answer.content)["size"] == 4
    assert json.loads(answer.content)["head"] == chain.entries[3].hash.hex()
    del chain.entries[3:]
    chain.rate(5)
    answer = send(terminal, chain.batch(3))
    assert problem(answer) == "409.2"
    assert json.loads(answer.content)["receipt"] == receipt


def test_a_zip_bomb_is_not_unpacked() -> None:
    terminal = Terminal()
    begun(terminal)
    bomb = compressed(b" " * (64 << 20))
    assert len(bomb) < MOST_BYTES
    answer = terminal.post(PATH, bomb, {"Content-Encoding": "gzip"})
    assert problem(answer) == "413.1"
    assert not Entry.objects.exists()


def test_what_is_too_large_is_refused() -> None:
    terminal = Terminal()
    chain = begun(terminal)
    assert problem(terminal.post(PATH, b" " * (MOST_BYTES + 1))) == "413.1"
    for _ in range(500):
        chain.rate()
    assert problem(send(terminal, chain.batch())) == "400.2"
    assert not Entry.objects.exists()


def test_an_entry_may_be_nearly_as_large_as_a_batch() -> None:
    terminal = Terminal()
    chain = begun(terminal, votes=0)
    chain.add("fault", b"\xff" * (MOST_BYTES // 2))
    assert send(terminal, chain.batch()).status_code == 200
    assert Entry.objects.count() == 4


@pytest.mark.parametrize("cut", [2, 20, -1])
def test_half_a_batch_is_none(cut: int) -> None:
    terminal = Terminal()
    body = compressed(msgspec.json.encode(begun(terminal).batch()))
    assert problem(terminal.post(PATH, body[:cut], {"Content-Encoding": "gzip"})) == "400.1"
    assert problem(terminal.post(PATH, gzip.decompress(body)[:cut])) == "400.1"


def test_what_is_not_gzip_not_json_or_not_by_its_header_is_refused() -> None:
    terminal = Terminal()
    body = msgspec.json.encode(begun(terminal).batch())
    assert problem(terminal.post(PATH, body, {"Content-Encoding": "gzip"})) == "400.1"
    assert problem(terminal.post(PATH, zlib.compress(body), {"Content-Encoding": "gzip"})) == "400.1"
    assert problem(terminal.post(PATH, compressed(body) * 2, {"Content-Encoding": "gzip"})) == "400.1"
    assert problem(terminal.post(PATH, body, {"Content-Encoding": "br"})) == "415.1"
    for broken in (b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b"5"):
        assert problem(send(terminal, broken)) in ("400.1", "400.2")
    found = terminal.client.post(PATH, body, content_type="text/plain")
    assert isinstance(found, HttpResponse)
    assert problem(found) == "415.1"
    assert not Entry.objects.exists()


CHANGES: list[dict[str, Any]] = [
    {"after": -1},
    {"after": "0"},
    {"after": 1 << 63},
    {"after": None},
    {"entries": {}},
    {"entries": [5]},
    {"entries": [{}]},
    {"entries": [{"boot_n": 0, "boottime_ns": 0, "kind": "x", "payload": ""}]},
    {"entries": [{"boot_n": 1, "boottime_ns": -1, "kind": "x", "payload": ""}]},
    {"entries": [{"boot_n": 1, "boottime_ns": 0, "kind": "x"}]},
    {"entries": [{"boot_n": 1, "boottime_ns": 0, "kind": "x", "payload": "", "payload_base64": ""}]},
    {"entries": [{"boot_n": 1, "boottime_ns": 0, "kind": "x", "payload_base64": "!"}]},
    {"entries": [{"boot_n": 1, "boottime_ns": 0, "kind": "tốt", "payload": ""}]},
    {"checkpoint": None},
    {"checkpoint": ""},
    {"checkpoint": "x" * 5000},
    {"tag": "zz"},
    {"tag": 5},
]


@pytest.mark.parametrize("change", CHANGES, ids=repr)
def test_a_member_of_another_type_or_range_is_named(change: dict[str, Any]) -> None:
    terminal = Terminal()
    said = json.loads(msgspec.json.encode(begun(terminal).batch())) | change
    if len(said["entries"] or ()) == 1:
        said["checkpoint"] = (
            Chain("x", server.this().key, terminal.key, LEDGER, []).checkpoint(0).replace("\n0\n", "\n1\n")
        )
    assert problem(send(terminal, json.dumps(said).encode())) in ("400.2", "401.1")
    assert not Entry.objects.exists()


def test_a_path_that_is_no_ledger_is_not_found() -> None:
    terminal = Terminal()
    batch = begun(terminal).batch()
    for name in ("0", LEDGER.hex().upper(), LEDGER.hex() + "0", "é"):
        assert problem(send(terminal, batch, path=f"/api/v1/ledgers/{name}/entries")) == "404.1"
    other = f"/api/v1/ledgers/{'ab' * 16}/entries"
    assert problem(send(terminal, batch, path=other)) == "400.3"
    found = terminal.client.get(PATH)
    assert isinstance(found, HttpResponse)
    assert problem(found) == "405.1"


def test_the_same_batch_on_many_connections_at_once_counts_once() -> None:
    terminal = Terminal()
    chain = begun(terminal, votes=100)
    batches = [chain.batch(0, 60), chain.batch()] * 4
    codes: list[int] = []

    def deliver(batch: Batch) -> None:
        codes.append(send(Terminal(), batch).status_code)
        connections.close_all()

    at_once([partial(deliver, batch) for batch in batches])
    assert codes == [200] * len(batches)
    assert [bytes(row) for row in Entry.objects.order_by("seq").values_list("hash", flat=True)] == [
        entry.hash for entry in chain.entries
    ]
    assert sum(levels().values()) == Rating.objects.count() == 100
