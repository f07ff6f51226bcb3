"""What is pulled is what a push would carry, and a receipt that comes this way is one like the others."""

import json
from dataclasses import replace

import pytest

from kiosk.ledger.chain import GENESIS, Entry
from kiosk.messages import wire
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import checkpoint_of
from sync.contact import Settings, contact
from sync.protocol import Batch, chained, decoded
from sync.resting import MaybeKiosk
from sync.store import Store
from tests.sync.pull.puller import ANY_PORT, Puller, answering
from tests.sync.reference import Reference
from tests.sync.world import entries, votes


def batch_of(puller: Puller, after: int, limit: int, prev: bytes = GENESIS) -> tuple[Batch, list[Entry]]:
    found = puller.ask("GET", f"/v1/entries?after={after}&limit={limit}")
    batch = decoded(found.content, Batch)
    ledger_id = checkpoint_of(parse_note(batch.checkpoint)).ledger_id
    return batch, chained(batch, ledger_id, prev)


def cursor(where: Settings) -> int:
    head = entries(where)[-1]
    with Store(where.place.database) as store:
        (row,) = store._rows("SELECT max(size) FROM cursor") or [(0,)]
    assert head.seq >= (row[0] or 0)
    return int(row[0] or 0)


def test_all_entries_come_in_batches_with_a_signed_end_and_the_tag_with_the_last(
    terminal: Settings, central: Reference
) -> None:
    with answering(terminal, central.key) as puller:
        status = puller.get("/v1/status")
        end = checkpoint_of(parse_note(status["checkpoint"]))
        key = terminal.place.key().public
        assert (status["public_key"], status["device"]) == (key.raw.hex(), "4T8JQ2ZK7M")
        assert (status["pull"], status["config_revision"]) == (puller.url, 1)
        found: list[Entry] = []
        while len(found) < end.size:
            batch, more = batch_of(puller, len(found), 3, found[-1].hash if found else GENESIS)
            note = parse_note(batch.checkpoint)
            assert note.is_signed_by(key)
            assert checkpoint_of(note).head == more[-1].hash
            found += more
            assert (batch.tag is None) == (len(found) < end.size)
        assert batch.tag == central._tag(found)
        last, nothing = batch_of(puller, end.size, 500, found[-1].hash)
        assert (nothing, last.tag) == ([], batch.tag)
        assert checkpoint_of(parse_note(last.checkpoint)) == end
    assert found == entries(terminal)


def test_a_packed_answer_is_the_same(puller: Puller) -> None:
    plain = puller.ask("GET", "/v1/entries?after=0", headers={"Accept-Encoding": "identity"})
    packed = puller.ask("GET", "/v1/entries?after=0", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == plain.json()


def test_asking_changes_nothing(where: Settings, puller: Puller) -> None:
    before = entries(where)
    for _ in range(3):
        puller.get("/v1/status")
        puller.entries()
    assert (entries(where), cursor(where)) == (before, 0)


def test_a_receipt_counts_as_one_of_a_push(terminal: Settings, central: Reference) -> None:
    with answering(terminal, central.key) as puller:
        first, last = puller.entries(0, 4), puller.entries()
        size = len(entries(terminal))
        body = puller.receipt_for(last["checkpoint"])
        assert puller.post(body).json()["size"] == size
        assert puller.get("/v1/status")["waiting"] == 0
        with Store(terminal.place.database) as store:
            (kept,) = store.receipts_of(
                central.key.public, checkpoint_of(parse_note(last["checkpoint"])).ledger_id
            )
        assert kept.render() == json.loads(body)["receipt"]
        assert puller.post(puller.receipt_for(first["checkpoint"])).json()["size"] == size  # never back
    assert cursor(terminal) == size


def test_what_was_pulled_is_not_pushed_again_and_the_other_way_round(
    terminal: Settings, central: Reference
) -> None:
    kiosk = MaybeKiosk(terminal.place, terminal.clock, "test")

    def push() -> None:
        with Store(terminal.place.database) as store:
            contact(replace(terminal, opened=kiosk.opened).terminal(kiosk, store), heartbeat=False)

    with answering(terminal, central.key) as puller:
        puller.post(puller.receipt_for(puller.entries()["checkpoint"]))
        push()
        assert not [path for path in central.served if path.endswith("/entries")]
        votes(terminal, 2)
        push()
        assert len(central.served) > 0
        assert puller.get("/v1/status")["waiting"] == 0
    kiosk.close()


def test_a_second_server_gets_all_and_moves_nothing(terminal: Settings) -> None:
    with answering(terminal) as province:
        answer = province.post(province.receipt_for(province.entries()["checkpoint"]))
        assert (answer.status_code, answer.json()["size"]) == (200, 0)
        stranger = Puller(province.url)
        assert province.post(stranger.receipt_for(province.entries()["checkpoint"])).json()["code"] == "400.4"
    assert cursor(terminal) == 0


def test_a_receipt_that_the_ledger_contradicts_closes_it_where_the_witness_gave_it(
    terminal: Settings, central: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[wire.Request] = []
    usual = MaybeKiosk.ask

    def ask(self: MaybeKiosk, request: wire.Request) -> wire.Answer:
        if isinstance(request, wire.GetHead | wire.GetNonce):
            return usual(self, request)
        heard.append(request)
        return wire.Done()

    monkeypatch.setattr(MaybeKiosk, "ask", ask)
    with answering(terminal, central.key) as puller:
        first = puller.entries()["checkpoint"].split("\n")[0]
        other = central.key.sign(f"{first}\n2\n{'A' * 43}=\n").render()
        answer = puller.post(puller.receipt_for(other))
        assert (answer.json()["code"], [type(one) for one in heard]) == ("409.2", [wire.PutFork])
    heard.clear()
    with answering(terminal) as province:
        assert province.post(province.receipt_for(other)).json()["code"] == "409.2"
    assert heard == []


def test_without_a_kiosk_a_fork_waits_for_one(terminal: Settings, central: Reference) -> None:
    with answering(terminal, central.key) as puller:
        first = puller.entries()["checkpoint"].split("\n")[0]
        other = central.key.sign(f"{first}\n2\n{'A' * 43}=\n").render()
        answer = puller.post(puller.receipt_for(other))
    assert (answer.status_code, answer.json()["code"]) == (503, "503.1")
    assert answer.headers["Retry-After"]


def test_the_url_that_callers_see_is_the_one_that_is_signed(where: Settings) -> None:
    with answering(where, wanted=replace(ANY_PORT, url="https://dich.example:9443")) as puller:
        assert puller.url == "https://dich.example:9443"


def test_an_empty_folder_has_nothing_and_says_so(where: Settings, puller: Puller) -> None:
    puller.get("/v1/status")
    for path in where.place.ledger.parent.iterdir():
        path.unlink()
    answer = puller.ask("GET", "/v1/entries?after=0")
    assert (answer.status_code, answer.json()["code"]) == (503, "503.1")
