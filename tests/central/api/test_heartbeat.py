"""A heartbeat is believed once, from a known terminal, for the request that was signed."""

import json
from datetime import timedelta

import pytest

from central import clock
from central.models import Alarm, AlarmKind, Device, Entry, Ledger, Receipt
from kiosk.messages.statements import Checkpoint
from sync.protocol import PublicKey, verified_receipt
from sync.signing import signed_headers
from tests.central.terminal import ANY_TIME, LEDGER, Terminal, enrolled, problem

pytestmark = pytest.mark.usefixtures("database")

HASHES = [bytes([n]) * 32 for n in range(1, 4)]


def held(device: str) -> None:
    """Three entries, as ingest would have stored them a while ago."""
    then = clock.now() - timedelta(hours=1)
    for seq, digest in enumerate(HASHES, 1):
        Entry.objects.create(
            device_id=device,
            ledger_id=LEDGER,
            seq=seq,
            boot_n=1,
            boottime_ns=seq,
            kind="boot",
            payload=b"{}",
            hash=digest,
            received_at=then,
        )
    Ledger.objects.filter(device=device).update(size=3, recorded=3, head=HASHES[-1], last_received_at=then)
    Receipt.objects.create(
        device_id=device,
        ledger_id=LEDGER,
        day=then.date(),
        size=3,
        head=HASHES[-1],
        note="the last\n",
        at=then,
    )


def test_a_terminal_is_heard_and_told_its_configuration_once() -> None:
    terminal = Terminal()
    said = enrolled(terminal)
    Device.objects.update(last_seen_at=None)
    answer = json.loads(terminal.heartbeat(waiting=7).content)
    assert (answer["status"], answer["config"]) == ("accepted", said["config"])
    device = Device.objects.get()
    assert device.last_seen_at is not None
    assert device.waiting == 7
    assert json.loads(terminal.heartbeat(config_revision=1).content)["config"] is None


def test_a_pending_terminal_is_told_that_it_is() -> None:
    terminal = Terminal()
    enrolled(terminal, accept=False)
    answer = json.loads(terminal.heartbeat().content)
    assert (answer["status"], answer["config"]) == ("pending", None)


def test_a_nonce_is_good_once_and_for_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    enrolled(terminal)
    nonce, old = terminal.nonce(), terminal.nonce()
    assert terminal.heartbeat(nonce).status_code == 200
    assert problem(terminal.heartbeat(nonce)) == "400.5"
    for forged in ("", "x", "A" * 43, ("A" if old[0] != "A" else "B") + old[1:]):
        assert problem(terminal.heartbeat(forged)) == "400.5"
    later = clock.now() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert problem(terminal.heartbeat(old)) == "400.5"


def test_who_is_not_known_or_signs_wrongly_is_not_heard() -> None:
    terminal, stranger = Terminal(), Terminal()
    enrolled(terminal)
    assert problem(stranger.heartbeat()) == "401.1"
    body = json.dumps({"checkpoint": terminal.checkpoint()}).encode()
    path = "/api/v1/heartbeat"
    headers = terminal.signed(path, body, terminal.nonce())
    assert problem(terminal.post(path, body + b" ", headers)) == "401.1"
    assert problem(terminal.post(path + "?again", body, headers)) == "401.1"
    assert problem(terminal.post(path, body)) == "401.1"
    assert (
        problem(terminal.post(path, body, {k: v for k, v in headers.items() if k != "Signature"})) == "401.1"
    )
    assert terminal.post(path, body, headers).status_code == 200  # what failed did not use the nonce up
    assert problem(terminal.heartbeat(checkpoint=stranger.checkpoint())) == "401.1"


def test_a_signature_for_another_host_is_none_whatever_the_host_header_says() -> None:
    terminal = Terminal()
    enrolled(terminal)
    body, path = json.dumps({"checkpoint": terminal.checkpoint()}).encode(), "/api/v1/heartbeat"
    headers = signed_headers(
        "POST", "https://evil.example" + path, body, terminal.key, terminal.nonce(), ANY_TIME
    )
    answer = terminal.post(
        path, body, {**headers, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )
    assert problem(answer) == "401.1"


def test_a_revoked_terminal_is_told_so() -> None:
    terminal = Terminal()
    enrolled(terminal)
    Device.objects.update(status="revoked", revoked_at=clock.now())
    assert problem(terminal.heartbeat()) == "403.2"


def test_a_checkpoint_that_central_holds_gets_a_receipt() -> None:
    terminal = Terminal()
    said = enrolled(terminal)
    held(said["device"])
    nonce = terminal.nonce()
    Ledger.objects.update(last_received_at=clock.now())
    answer = terminal.heartbeat(checkpoint=terminal.checkpoint(3, HASHES[2]))
    central = PublicKey("central", bytes.fromhex(said["central"]["public_key"]))
    receipt = json.loads(answer.content)["receipt"]
    verified_receipt(receipt, Checkpoint(LEDGER, 3, HASHES[2]), [central])
    assert terminal.heartbeat(nonce, checkpoint=terminal.checkpoint(3, HASHES[2])).status_code == 200


def test_more_than_central_holds_gets_none_and_is_remembered() -> None:
    terminal = Terminal()
    held(enrolled(terminal)["device"])
    answer = json.loads(terminal.heartbeat(checkpoint=terminal.checkpoint(9, bytes(32))).content)
    assert answer["receipt"] is None
    assert Ledger.objects.get().recorded == 9


def test_where_there_is_no_receipt_it_says_how_far_central_holds_the_ledger() -> None:
    terminal = Terminal()
    device = enrolled(terminal)["device"]
    end = terminal.checkpoint(9, bytes(32))

    def said() -> tuple[object, object]:
        answer = json.loads(terminal.heartbeat(checkpoint=end).content)
        return answer["size"], answer["head"]

    assert said() == (0, bytes(32).hex())
    held(device)
    assert said() == (3, HASHES[2].hex())
    answer = json.loads(terminal.heartbeat(checkpoint=terminal.checkpoint(3, HASHES[2])).content)
    assert answer["receipt"] is not None
    assert (answer["size"], answer["head"]) == (None, None)
    Ledger.objects.all().delete()  # a backup of before
    assert said() == (0, bytes(32).hex())


def test_a_ledger_that_was_put_back_is_found_out() -> None:
    terminal = Terminal()
    held(enrolled(terminal)["device"])
    answer = terminal.heartbeat(checkpoint=terminal.checkpoint(2, HASHES[1]))
    assert problem(answer) == "409.2"
    assert json.loads(answer.content)["receipt"] == "the last\n"
    assert Alarm.objects.get().kind == AlarmKind.RESTORED


def test_a_heartbeat_that_was_overtaken_by_a_batch_is_no_ledger_put_back() -> None:
    terminal = Terminal()
    held(enrolled(terminal)["device"])
    nonce = terminal.nonce()
    Entry.objects.create(
        device_id=Device.objects.get().pk,
        ledger_id=LEDGER,
        seq=4,
        boot_n=1,
        boottime_ns=4,
        kind="boot",
        payload=b"{}",
        hash=bytes(32),
        received_at=clock.now() + timedelta(seconds=1),
    )
    Ledger.objects.update(
        size=4, recorded=4, head=bytes(32), last_received_at=clock.now() + timedelta(seconds=1)
    )
    assert terminal.heartbeat(nonce, checkpoint=terminal.checkpoint(3, HASHES[2])).status_code == 200


def test_another_history_is_a_fork_and_nothing_is_overwritten() -> None:
    terminal = Terminal()
    held(enrolled(terminal)["device"])
    assert problem(terminal.heartbeat(checkpoint=terminal.checkpoint(3, HASHES[0]))) == "409.2"
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.detail["head"]) == (AlarmKind.FORK, HASHES[0].hex())
    assert alarm.evidence.get().checkpoint == terminal.checkpoint(3, HASHES[0])
    assert bytes(Ledger.objects.get().head) == HASHES[2]
