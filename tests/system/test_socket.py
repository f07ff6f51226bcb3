"""The kiosk's socket, from another process: what central says arrives, and nothing that a peer does disturbs a vote."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.messages import wire
from kiosk.messages.client import Client, NoKiosk
from kiosk.messages.place import NAME
from tests.kiosk.ledger.central import DEVICE, Central, revised
from tests.system.program import PATIENCE_S, Program, entries, hailong, kinds
from tests.system.test_screen import SIZE, switches
from tests.xdisplay import environment, screenshot, xvfb

EACH_A_VISIT = {
    "visit_repeat_interval_s": "0",
    "visit_correction_window_s": "0",
}


@contextmanager
def kiosk(data: Path) -> Iterator[Program]:
    with hailong("run", "--headless", "--events", data=data, keys=True, settings=EACH_A_VISIT) as program:
        program.until("ready")
        yield program


def until(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def done(client: Client, request: wire.Request) -> None:
    assert client.ask(request) == wire.Done()


@pytest.fixture
def central() -> Central:
    return Central()


def test_from_enrolment_to_a_tagged_vote(tmp_path: Path, central: Central) -> None:
    with kiosk(tmp_path) as program, Client(tmp_path) as client:
        done(client, central.enrolment())
        nonce = client.ask(wire.GetNonce())
        assert isinstance(nonce, wire.Nonce)
        done(client, wire.PutAnchor(central.time(nonce.nonce)))
        program.key("4")
        program.stored()
        while (news := client.wait(PATIENCE_S)) is not None and not news.urgent:
            pass
        head = client.ask(wire.GetHead())
        assert isinstance(head, wire.Head)
        assert (head.device, head.config_revision) == (DEVICE, 1)
        assert head.tag is not None
        done(client, wire.PutReceipt(central.receipt(bytes.fromhex(head.ledger_id), head.seq, _hash(head))))
        assert program.end() == 0
    said = [kind for kind in kinds(tmp_path) if kind != "verified"]
    assert said == ["boot", "config", "enrolled", "config", "clock_anchor", "rating", "shutdown"]
    assert not (tmp_path / NAME).exists()


def _hash(head: wire.Head) -> bytes:
    return bytes.fromhex(head.hash)


def test_a_fork_gives_a_new_ledger_and_voting_goes_on(tmp_path: Path, central: Central) -> None:
    with kiosk(tmp_path) as program, Client(tmp_path) as client:
        done(client, central.enrolment())
        for key in "45":
            program.key(key)
            program.stored()
        old = client.ask(wire.GetHead())
        assert isinstance(old, wire.Head)
        done(client, wire.PutFork(central.receipt(bytes.fromhex(old.ledger_id), old.seq + 3, bytes(32))))
        program.key("3")
        program.stored()
        new = client.ask(wire.GetHead())
        assert isinstance(new, wire.Head)
        assert new.ledger_id != old.ledger_id
        assert (new.device, new.config_revision) == (DEVICE, 1)
        assert new.tag is not None
        until(lambda: "complete" in str(entries(tmp_path)))
        assert program.end() == 0
    assert kinds(tmp_path)[:3] == ["boot", "enrolled", "config"]
    salvaged = [body for _, kind, body in entries(tmp_path) if kind == "salvaged" and "stored" in body]
    assert [body["kind"] for body in salvaged].count("rating") == 2


def test_messages_that_central_did_not_sign_leave_the_ledger_as_it_is(
    tmp_path: Path, central: Central
) -> None:
    other = Central()
    with kiosk(tmp_path) as program, Client(tmp_path) as client:
        done(client, central.enrolment())
        head = client.ask(wire.GetHead())
        assert isinstance(head, wire.Head)
        ledger_id = bytes.fromhex(head.ledger_id)
        nonce = client.ask(wire.GetNonce())
        assert isinstance(nonce, wire.Nonce)
        before = entries(tmp_path), (tmp_path / "ledger" / "enrolment.json").read_bytes()
        for request in (
            other.enrolment(),
            central.enrolment(None, device="ABCDEFGH00"),
            wire.PutConfig(other.config(revised(9))),
            wire.PutConfig(central.config(revised(1, "Khác?"))),
            wire.PutAnchor(other.time(nonce.nonce)),
            wire.PutReceipt(other.receipt(ledger_id, head.seq, _hash(head))),
            wire.PutReceipt(central.receipt(ledger_id, head.seq, bytes(32))),
            wire.PutFork(other.receipt(ledger_id, head.seq, bytes(32))),
            wire.PutFork(central.receipt(ledger_id, head.seq, _hash(head))),
        ):
            assert isinstance(client.ask(request), wire.Refused), request
        assert (entries(tmp_path), (tmp_path / "ledger" / "enrolment.json").read_bytes()) == before
        assert program.end() == 0


STUCK = """
import sys, time
from pathlib import Path
from kiosk.messages.place import reached
import socket
peers = []
with reached(Path(sys.argv[1])) as short:
    for _ in range(4):
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(short / "kiosk.sock"))
        peers.append(peer)
peers[0].sendall(b'{"type":"get_he')
peers[1].sendall(b'{"type":"get_head"}\\n' * 2000)
peers[2].sendall(b'{"type":"get_nonce"}\\n')
print("stuck", flush=True)
time.sleep(600)
"""


def test_a_peer_that_hangs_or_is_killed_does_not_disturb_voting(tmp_path: Path, central: Central) -> None:
    with kiosk(tmp_path) as program:
        with Client(tmp_path) as client:
            done(client, central.enrolment())
        peer = subprocess.Popen(
            [sys.executable, "-c", STUCK, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        with peer:
            assert peer.stdout is not None
            assert peer.stdout.readline() == "stuck\n"
            peer.send_signal(signal.SIGSTOP)
            for key in "12345":
                program.key(key)
                program.stored()
            with Client(tmp_path) as client:
                assert isinstance(client.ask(wire.GetHead()), wire.Head)
            peer.kill()
        for key in "12345":
            program.key(key)
            program.stored()
        assert program.end() == 0
    assert kinds(tmp_path).count("rating") == 10


def test_a_kiosk_that_is_killed_or_hangs_costs_its_peer_an_error_and_the_next_one_serves_it(
    tmp_path: Path, central: Central
) -> None:
    with kiosk(tmp_path) as program:
        with Client(tmp_path, timeout_s=0.5) as client:
            done(client, central.enrolment())
            program.process.send_signal(signal.SIGSTOP)
            until(lambda: " T " in Path(f"/proc/{program.process.pid}/stat").read_text())
            with pytest.raises(NoKiosk):
                client.ask(wire.GetHead())
            program.process.send_signal(signal.SIGCONT)
        with Client(tmp_path) as client:
            program.end(signal.SIGKILL)
            with pytest.raises(NoKiosk):
                client.ask(wire.GetHead())
        assert (tmp_path / NAME).exists()
        with pytest.raises(NoKiosk):
            Client(tmp_path)
    with kiosk(tmp_path) as program, Client(tmp_path) as client:
        head = client.ask(wire.GetHead())
        assert isinstance(head, wire.Head)
        assert head.device == DEVICE
        assert program.end() == 0


def test_without_a_socket_voting_goes_on(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with kiosk(tmp_path) as program:
        program.key("5")
        program.stored()
        assert program.end() == 0
        assert "no socket" in program.log


def test_the_library_of_signatures_is_loaded_with_the_first_of_them(tmp_path: Path, central: Central) -> None:
    def loaded(program: Program) -> bool:
        return "/cryptography/" in Path(f"/proc/{program.process.pid}/maps").read_text()

    with kiosk(tmp_path) as program, Client(tmp_path) as client:
        client.ask(wire.GetHead())
        assert not loaded(program)
        done(client, central.enrolment())
        assert loaded(program)
    with kiosk(tmp_path) as program, Client(tmp_path) as client:
        head = client.ask(wire.GetHead())
        assert isinstance(head, wire.Head)
        assert head.config_revision == 1
        assert not loaded(program)


# --- on the screen


@pytest.fixture
def display() -> Iterator[str]:
    with xvfb(*SIZE) as name:
        yield name


def test_centrals_words_appear_without_a_restart_and_are_there_at_the_next_start(
    display: str, tmp_path: Path, central: Central
) -> None:
    with hailong("run", data=tmp_path, environ=environment(display)) as program:
        program.until("ready")
        own = screenshot(display).tobytes()
        with Client(tmp_path) as client:
            done(client, central.enrolment())
            until(lambda: screenshot(display).tobytes() != own)
            first = screenshot(display).tobytes()
            other = replace(revised(2, "Ông/bà thấy thế nào?"), settings={"screen.theme": "contrast"})
            done(client, wire.PutConfig(central.config(other)))
            until(lambda: screenshot(display).tobytes() not in (own, first))
            second = screenshot(display).tobytes()
            bad = replace(other, revision=3, settings={"screen.theme": "calm", "sound.volume": 101})
            assert isinstance(client.ask(wire.PutConfig(central.config(bad))), wire.Refused)
            head = client.ask(wire.GetHead())
            assert isinstance(head, wire.Head)
            assert head.refused is not None
            assert (head.config_revision, head.refused.revision) == (2, 3)
            assert screenshot(display).tobytes() == second
        assert program.end() == 0
    with hailong("run", data=tmp_path, environ=environment(display)) as program:
        program.until("ready")
        assert screenshot(display).tobytes() == second
    shown = [body for _, kind, body in entries(tmp_path) if kind == "config"]
    assert [body["origin"] for body in shown] == ["local", "central", "central"]
    assert [body["question"] for body in shown[1:]] == ["Hài lòng không?", "Ông/bà thấy thế nào?"]
    assert shown[2]["counter"] == "Quầy 1"


def test_an_enrolled_terminal_with_a_peer_that_waits_is_as_idle_as_any(
    display: str, tmp_path: Path, central: Central
) -> None:
    with hailong("run", data=tmp_path, environ=environment(display)) as program:
        program.until("ready")
        with Client(tmp_path) as client:
            done(client, central.enrolment())
            time.sleep(3.0)
            before = switches(program.process.pid)
            time.sleep(20.0)
            assert switches(program.process.pid) - before <= 2 * 20
