"""Several servers on one database are one server, and what the database cannot do is said."""

import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from central.embedded import Cluster
from central.runner import runner
from tests.central import served
from tests.central.conftest import FAST, binaries
from tests.central.served import RemoteTerminal, run, said, serving, url
from tests.disks import SmallDisk
from tests.system.program import PATIENCE_S

PUBLIC = "https://central.example"
ADD = ("device", "add", "--unit", "UBND phường Sông Công", "--counter", "Quầy 1", "--accept")


@pytest.fixture(scope="module")
def database() -> Iterator[Cluster]:
    """A database of its own, which no server starts."""
    with served.data_folder() as folder:
        folder.mkdir(mode=0o711)
        found = Cluster(folder / "postgresql", runner(binaries()))
        found.start()
        yield found
        found.stop()


@pytest.fixture(scope="module")
def environ(database: Cluster) -> dict[str, str]:
    return served.surroundings(DATABASE_URL=database.url, HAILONG_CENTRAL_URL=PUBLIC)


@pytest.fixture(scope="module")
def folders(environ: dict[str, str]) -> Iterator[tuple[Path, Path]]:
    """Two data folders with the same keys."""
    with served.data_folder("một") as one, served.data_folder("hai") as other:
        assert run("device", "list", data=one, environ=environ).returncode == 0
        other.mkdir()
        shutil.copytree(one / "keys", other / "keys", copy_function=shutil.copy2)
        yield one, other


def local(program_port: int) -> str:
    return f"http://127.0.0.1:{program_port}"


@contextmanager
def both(folders: tuple[Path, Path], environ: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Where two servers are reached that are one to the world."""
    ports = [served.free_port(), served.free_port()]
    with (
        serving(folders[0], port=ports[0], environ=environ) as first,
        serving(folders[1], port=ports[1], environ=environ) as second,
    ):
        assert url(first) == url(second) == PUBLIC
        yield local(ports[0]), local(ports[1])


def health(at: str) -> requests.Response:
    return requests.get(f"{at}/api/v1/health", timeout=PATIENCE_S)


def test_what_one_began_the_other_goes_on_with(folders: tuple[Path, Path], environ: dict[str, str]) -> None:
    with both(folders, environ) as (first, second):
        made = said(*ADD, data=folders[0], environ=environ)
        assert made["url"] == PUBLIC
        terminal = RemoteTerminal(PUBLIC, at=first)
        assert terminal.enrol(made["code"]).status_code == 200
        nonce = terminal.nonce()
        terminal.at = second
        assert terminal.heartbeat(nonce).status_code == 200
        terminal.at = first
        assert terminal.heartbeat(nonce).json()["code"] == "400.5"


def test_a_terminal_that_is_revoked_is_refused_by_every_server_with_its_next_word(
    folders: tuple[Path, Path], environ: dict[str, str]
) -> None:
    with both(folders, environ) as doors:
        made = said(*ADD, data=folders[0], environ=environ)
        terminal = RemoteTerminal(PUBLIC, at=doors[0])
        assert terminal.enrol(made["code"]).status_code == 200
        for terminal.at in doors:
            assert terminal.heartbeat(terminal.nonce()).status_code == 200
        said("device", "revoke", made["device"], data=folders[0], environ=environ)
        for terminal.at in doors:
            assert terminal.heartbeat(terminal.nonce()).json()["code"] == "403.2"


def test_a_code_lets_one_terminal_in_through_whichever_door(
    folders: tuple[Path, Path], environ: dict[str, str]
) -> None:
    with both(folders, environ) as doors:
        code = said(*ADD, data=folders[0], environ=environ)["code"]
        terminals = [RemoteTerminal(PUBLIC, at=doors[n % 2]) for n in range(8)]
        with ThreadPoolExecutor(len(terminals)) as pool:
            answers = list(pool.map(lambda terminal: terminal.enrol(code), terminals))
        assert sorted(answer.status_code for answer in answers) == [200] + [403] * 7


def test_a_server_with_other_keys_does_not_start(folders: tuple[Path, Path], environ: dict[str, str]) -> None:
    assert folders
    with served.data_folder("ba") as stranger:
        done = run("serve", "--port", "0", data=stranger, environ=environ)
        assert (done.returncode, "copy its folder keys" in done.stderr) == (1, True)


def test_a_database_that_is_stopped_is_503_and_nothing_else_and_comes_back(
    database: Cluster, folders: tuple[Path, Path], environ: dict[str, str]
) -> None:
    with both(folders, environ) as doors:
        (leader,) = served.database_processes(database.folder.parent)
        leader.send_signal(signal.SIGINT)
        psutil.wait_procs([leader], timeout=PATIENCE_S)
        for at in doors:
            answer = health(at)
            assert (answer.status_code, answer.json()["code"]) == (503, "503.1")
            assert int(answer.headers["Retry-After"]) > 0
            assert RemoteTerminal(PUBLIC, at=at).enrol("0" * 12).json()["code"] == "503.1"
        database.revive()
        for at in doors:
            _until(at, 200)


def test_a_database_that_may_forget_is_refused() -> None:
    with served.data_folder("bốn") as folder:
        folder.mkdir(mode=0o711)
        forgetful = Cluster(folder / "postgresql", runner(binaries()), FAST)
        forgetful.start()
        try:
            environ = served.surroundings(DATABASE_URL=forgetful.url)
            done = run("serve", "--port", "0", data=folder, environ=environ)
            assert (done.returncode, "fsync = off" in done.stderr) == (1, True)
        finally:
            forgetful.stop()


def test_a_full_disk_is_503_until_there_is_room(central_disk: SmallDisk) -> None:
    with serving(central_disk.folder) as program:
        assert health(url(program)).status_code == 200
        central_disk.fill()
        _until(url(program), 503)
        central_disk.free()
        _until(url(program), 200)
        assert program.end() == 0


def _until(at: str, status: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while health(at).status_code != status:
        assert time.monotonic() < deadline, f"/health never was {status}"
        time.sleep(0.2)
