"""`hailong sync run --pull` as a program: what it says, where it listens, and what it says when it cannot."""

import socket
from pathlib import Path

import pytest

from sync import keys
from tests.sync.pull.puller import Puller
from tests.sync.reference import CODE, Reference, serving
from tests.sync.world import settings, votes
from tests.system.program import hailong
from tests.system.test_sync import ratings, said, until

RUN = ("sync", "run", "--no-push", "--pull")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("0.0.0.0:8443", "đại diện cho nhiều địa chỉ"),
        ("10.1.2.3", "địa chỉ của máy này kèm cổng, ví dụ 10.1.2.3:8443"),
        ("127.0.0.1:65536", "địa chỉ của máy này kèm cổng"),
        ("192.0.2.1:8443", "Không mở được 192.0.2.1:8443"),
    ],
)
def test_an_address_that_cannot_be_is_said_in_vietnamese(tmp_path: Path, address: str, words: str) -> None:
    done = said(*RUN, address, data=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said_in_vietnamese(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        done = said(*RUN, f"127.0.0.1:{port}", data=tmp_path)
    assert done.returncode == 2
    assert f"Không mở được 127.0.0.1:{port}: chương trình khác đang dùng" in done.stderr


def test_the_first_heartbeat_says_at_once_where_and_nothing_is_pushed(tmp_path: Path) -> None:
    with serving(Reference()) as central:
        done = said("enrol", central.url, CODE, data=tmp_path)
        assert done.returncode == 0, done.stderr
        votes(settings(tmp_path), 3)
        with hailong(*RUN, "127.0.0.1:0", data=tmp_path) as sync:
            where = sync.until("listening")
            until(lambda: bool(central.heartbeats), sync.log)
            puller = Puller(where["url"], central.key)
            assert puller.get("/v1/status")["pull"] == where["url"]
            puller.session.close()
            assert sync.end() == 0
        assert central.heartbeats[0].pull == where["url"]
        assert ratings(central) == 0
    assert "Traceback" not in sync.log


def test_a_server_key_alone_is_enough_and_the_key_of_the_terminal_is_shown(tmp_path: Path) -> None:
    server = keys.generate("central")
    votes(settings(tmp_path), 2)
    (tmp_path / "pull.toml").write_text(f'[pull]\nserver_key = "{server.public.raw.hex()}"\n')
    with hailong(*RUN, "127.0.0.1:0", "--config", str(tmp_path / "pull.toml"), data=tmp_path) as sync:
        where = sync.until("listening")
        puller = Puller(where["url"], server)
        status = puller.get("/v1/status")
        assert (status["device"], status["public_key"]) == (None, where["public_key"])
        taken = puller.post(puller.receipt_for(puller.entries()["checkpoint"]))
        assert taken.status_code == 200
        puller.session.close()
        assert sync.end() == 0
    shown = said("sync", "status", data=tmp_path).stdout
    key_id = where["key_id"]
    assert "-".join(key_id[n : n + 4] for n in range(0, 16, 4)) in shown
    assert "Không còn lượt đánh giá nào chờ gửi" in shown
