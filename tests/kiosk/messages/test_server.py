"""No peer, however rude, costs more than its own connection; a good one beside it is answered."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from kiosk.messages import server as server_module
from kiosk.messages import wire
from kiosk.messages.client import Client, NoKiosk
from kiosk.messages.place import NAME, reached
from kiosk.messages.server import MOST_PEERS, Server
from tests.kiosk.messages.peers import PATIENCE_S, Ledger, Peer, serving

HEAD = wire.encode(wire.GetHead())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a path that is longer than a socket's may be."""
    path = tmp_path / ("a data folder " * 8).strip()
    path.mkdir()
    return path


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger()
    yield made
    made.close()


@pytest.fixture
def server(folder: Path, ledger: Ledger) -> Iterator[Server]:
    with serving(folder, ledger) as started:
        until(lambda: is_served(folder))
        yield started


def until(true: object) -> None:
    pause = threading.Event()
    for _ in range(round(PATIENCE_S / 0.01)):
        if callable(true) and true():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come true")


def connects(folder: Path) -> bool:
    try:
        Client(folder).close()
    except NoKiosk:
        return False
    return True


def is_served(folder: Path) -> bool:
    try:
        with Client(folder) as client:
            return isinstance(client.ask(wire.GetHead()), wire.Head)
    except NoKiosk:
        return False


@pytest.fixture
def peer(server: Server, folder: Path) -> Iterator[Peer]:
    assert server is not None
    with closing(Peer(folder)) as connected:
        yield connected


# --- good manners


def test_each_request_has_its_answer_in_order_however_it_is_cut_into_pieces(peer: Peer) -> None:
    lines = HEAD + wire.encode(wire.GetNonce()) + HEAD
    for at in range(0, len(lines), 7):
        peer.say(lines[at : at + 7])
    assert [type(peer.line()) for _ in range(3)] == [wire.Head, wire.Done, wire.Head]


def test_many_requests_at_once_are_all_answered(peer: Peer) -> None:
    count = 2_000
    writer = threading.Thread(target=peer.say, args=(HEAD * count,))
    writer.start()
    sizes = [answer.seq for answer in (peer.line() for _ in range(count)) if isinstance(answer, wire.Head)]
    writer.join(PATIENCE_S)
    assert sizes == sorted(set(sizes))
    assert len(sizes) == count


def test_the_socket_is_the_groups_and_goes_when_the_server_does(folder: Path, ledger: Ledger) -> None:
    with serving(folder, ledger):
        until(lambda: is_served(folder))
        mode = (folder / NAME).stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o660
    assert not (folder / NAME).exists()
    with pytest.raises(NoKiosk):
        Client(folder)


def test_news_come_unasked_with_what_was_urgent_in_between(server: Server, folder: Path) -> None:
    with Client(folder) as client:
        client.ask(wire.GetHead())
        server.tell(1, urgent=False)
        assert client.wait(PATIENCE_S) == wire.New(1, False)
        for seq in range(2, 400):
            server.tell(seq, urgent=seq == 200)
        said: list[wire.New] = []
        while not said or said[-1].seq < 399:
            news = client.wait(PATIENCE_S)
            assert news is not None
            said.append(news)
        assert any(news.urgent for news in said)
        assert len(said) < 50  # at most ten a second, and this took no five seconds
        assert isinstance(client.ask(wire.GetHead()), wire.Head)


def test_news_that_come_between_request_and_answer_are_kept(
    server: Server, folder: Path, ledger: Ledger
) -> None:
    with Client(folder) as client:
        client.ask(wire.GetHead())
        ledger.slow.clear()
        server.tell(7, urgent=True)
        threading.Timer(0.3, ledger.slow.set).start()
        assert isinstance(client.ask(wire.GetHead()), wire.Head)
        assert client.wait(PATIENCE_S) == wire.New(7, True)
        assert client.wait(0.01) is None


# --- bad manners


RUDE = {
    "garbage": b"\x00\xff\xfe garbage\n",
    "an empty line": b"\n",
    "not a message": b'{"type":"give_me_everything"}\n',
    "an answer": wire.encode(wire.Done()),
    "a wrong type": b'{"type":"put_config","note":7}\n',
    "a missing member": b'{"type":"put_config"}\n',
    "lists in lists": b"[" * 60_000 + b"\n",
    "a line of a megabyte": b"x" * (1 << 20),
    "a message of a megabyte": json.dumps({"type": "put_config", "note": "x" * (1 << 20)}).encode() + b"\n",
}


@pytest.mark.parametrize("rude", RUDE.values(), ids=RUDE.keys())
def test_what_is_no_message_ends_that_connection_and_no_other(
    peer: Peer, folder: Path, ledger: Ledger, rude: bytes
) -> None:
    with Client(folder) as good:
        good.ask(wire.GetHead())
        before = len(ledger.asked)
        with suppress(BrokenPipeError, ConnectionResetError):  # it may hang up before the end
            peer.say(rude)
        assert peer.ends()
        assert len(ledger.asked) == before
        assert isinstance(good.ask(wire.GetHead()), wire.Head)


def test_half_a_line_waits_for_ever_and_disturbs_nobody(peer: Peer, folder: Path) -> None:
    peer.say(HEAD[:-5])
    with Client(folder) as good:
        assert isinstance(good.ask(wire.GetHead()), wire.Head)
    peer.say(HEAD[-5:])
    assert isinstance(peer.line(), wire.Head)


def test_a_peer_that_never_reads_is_not_read_either(
    peer: Peer, server: Server, folder: Path, ledger: Ledger
) -> None:
    """Its answers fill its socket; then it is left alone, and not more than a line of it is kept."""
    peer.socket.setblocking(False)
    request = wire.encode(wire.PutConfig("n"))
    sent = 0
    idle = threading.Event()
    for _ in range(20):
        try:
            while True:
                sent += peer.socket.send(request * 500)
        except BlockingIOError:
            idle.wait(0.05)
    assert sent < 4 << 20
    asked = len(ledger.asked)
    for seq in range(1, 100):
        server.tell(seq, urgent=True)
    with Client(folder) as good:
        assert isinstance(good.ask(wire.GetHead()), wire.Head)
    assert asked * 30_000 < 4 << 20


@pytest.mark.usefixtures("server")
def test_a_peer_that_hangs_up_in_the_middle_of_anything_is_forgotten(folder: Path) -> None:
    for said in (b"", HEAD[:4], HEAD, HEAD * 100):
        for _ in range(MOST_PEERS * 2):
            peer = Peer(folder)
            with suppress(BrokenPipeError, ConnectionResetError):  # the house may be full
                peer.say(said)
            peer.close()
    until(lambda: is_served(folder))


@pytest.mark.usefixtures("server")
def test_a_peer_that_hangs_up_while_the_ledger_is_slow_does_not_get_anothers_answer(
    folder: Path, ledger: Ledger
) -> None:
    ledger.slow.clear()
    gone = Peer(folder)
    gone.say(HEAD)
    gone.close()
    other = Peer(folder)
    other.say(wire.encode(wire.GetNonce()))
    ledger.slow.set()
    assert other.line() == wire.Done()
    other.close()


CROWD = """
import socket, sys
from pathlib import Path
from kiosk.messages.place import NAME, reached
crowd = []
with reached(Path(sys.argv[1])) as short:
    for _ in range(1000):
        crowd.append(socket.socket(socket.AF_UNIX))
        crowd[-1].connect(str(short / NAME))
open_still = 0
for connection in crowd:
    connection.settimeout(0.2)
    try:
        open_still += bool(connection.recv(1))
    except TimeoutError:
        open_still += 1
    except ConnectionResetError:
        pass
print(open_still, flush=True)
sys.stdin.read()
"""


@pytest.mark.usefixtures("server")
def test_a_thousand_connections_cost_eight_and_the_next_one_is_served(folder: Path) -> None:
    before = set(threading.enumerate())
    with subprocess.Popen(
        [sys.executable, "-c", CROWD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as crowd:
        assert crowd.stdout is not None
        assert int(crowd.stdout.readline()) == MOST_PEERS
        assert set(threading.enumerate()) == before
        crowd.kill()
    until(lambda: is_served(folder))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_is_turned_away_unless_the_folder_is_of_its_group(folder: Path, ledger: Ledger) -> None:
    for parent in [folder, *folder.parents]:
        if parent.stat().st_mode & 0o005 != 0o005 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    with serving(folder, ledger):
        until(lambda: is_served(folder))
        (folder / NAME).chmod(0o666)  # the file's mode lets it in; the server must not
        assert asked_as(folder, uid=65_534, gid=65_534) == "turned away"
        os.chown(folder, 0, 65_533)
        assert asked_as(folder, uid=65_534, gid=65_534) == "turned away"
        assert asked_as(folder, uid=65_534, gid=65_533) == "Head"
        assert asked_as(folder, uid=65_534, gid=65_533, replace=True) == "Refused"
        assert asked_as(folder, uid=0, gid=0, replace=True) == "Done"


ASK = """
import sys
from pathlib import Path
from kiosk.messages import wire
from kiosk.messages.client import Client, NoKiosk
import os
folder, uid, gid, replace = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "True"
os.setgroups([]); os.setgid(gid); os.setuid(uid)
request = wire.PutEnrolment("d", "u", "k", "f", replace=True) if replace else wire.GetHead()
try:
    print(type(Client(folder).ask(request)).__name__)
except NoKiosk:
    print("turned away")
"""


def asked_as(folder: Path, *, uid: int, gid: int, replace: bool = False) -> str:
    """What another user's program is answered."""
    arguments = [str(folder), str(uid), str(gid), str(replace)]
    done = subprocess.run([sys.executable, "-c", ASK, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_mistake_of_ours_costs_the_connection_that_met_it(
    peer: Peer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ImportError

    monkeypatch.setattr(server_module, "load_library", broken)
    with Client(folder) as good:
        good.ask(wire.GetHead())
        peer.say(wire.encode(wire.PutConfig("n")))
        assert peer.ends()
        assert isinstance(good.ask(wire.GetHead()), wire.Head)
    assert is_served(folder)


# --- the socket itself


def test_a_stale_socket_is_replaced_and_a_live_one_is_not_taken_over(folder: Path, ledger: Ledger) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as dead, reached(folder) as short:
        dead.bind(str(short / NAME))
    with serving(folder, ledger):
        until(lambda: is_served(folder))
        other = Ledger()
        with serving(folder, other):
            assert is_served(folder)
        assert other.asked == []
        other.close()
        assert is_served(folder)


def test_what_is_no_socket_is_left_alone(
    folder: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "TRY_AGAIN_S", 0.05)
    (folder / NAME).write_text("a note of somebody's")
    with serving(folder, ledger):
        with pytest.raises(NoKiosk):
            Client(folder)
        assert (folder / NAME).read_text() == "a note of somebody's"
        (folder / NAME).unlink()
        until(lambda: is_served(folder))


def test_a_folder_that_comes_later_is_served_when_it_is_there(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "TRY_AGAIN_S", 0.05)
    folder = tmp_path / "later"
    with serving(folder, ledger):
        with pytest.raises(NoKiosk):
            Client(folder)
        folder.mkdir()
        until(lambda: is_served(folder))


def test_a_socket_that_was_removed_is_made_again_with_the_next_entry(server: Server, folder: Path) -> None:
    with Client(folder) as client:
        client.ask(wire.GetHead())
        (folder / NAME).unlink()
        server.tell(1, urgent=True)
        until(lambda: is_served(folder))
        assert client.wait(PATIENCE_S) == wire.New(1, True)


def test_an_answer_that_comes_after_the_end_goes_nowhere(folder: Path, ledger: Ledger) -> None:
    ledger.slow.clear()
    with serving(folder, ledger):
        until(lambda: connects(folder))
        peer = Peer(folder)
        peer.say(HEAD)
        until(lambda: not ledger._queue.empty() or ledger.asked == [])
    assert peer.ends()
    ledger.slow.set()
    peer.close()


def test_a_kiosk_that_hangs_or_dies_costs_its_client_an_error(folder: Path, ledger: Ledger) -> None:
    ledger.slow.clear()
    with serving(folder, ledger):
        until(lambda: connects(folder))
        with Client(folder, timeout_s=0.3) as client:
            with pytest.raises(NoKiosk, match="did not answer"):
                client.ask(wire.GetHead())
            with pytest.raises(NoKiosk):
                client.ask(wire.GetHead())
        waiting = Client(folder)
    with pytest.raises(NoKiosk):
        waiting.wait(PATIENCE_S)
