"""Central is lost, and comes back from its last backup: the terminals heal what is missing, and nothing old works."""

import json
import shutil
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests

from central.backup.read import REVISIONS_LEFT_OUT
from sync.enrolling import enrol
from sync.tickets import ticket
from tests.central import served
from tests.central.served import RemoteTerminal, run, said
from tests.prove import served_central
from tests.prove.delivering import Terminal
from tests.system.program import PATIENCE_S

NOT_LATER = ("device", "add", "--unit", "UBND phường Sông Công", "--counter", "Quầy 9", "--accept")


@contextmanager
def central(folder: Path, port: int) -> Iterator[served_central.Central]:
    with served_central.central(folder, port, f"http://127.0.0.1:{port}") as found:
        yield found


def deliver(terminal: Terminal) -> None:
    """Some people vote, and all of it is delivered."""
    terminal.begin()
    terminal.cast()
    terminal.end_life()
    terminal.drain(3)


def numbers(found: served_central.Central) -> tuple[int, int]:
    """The last number of a counter, and the last revision of a configuration."""
    with found.connect() as connection:
        row = connection.execute(
            "SELECT (SELECT max(id) FROM central_counter), (SELECT max(revision) FROM central_issuedconfig)"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def test_a_lost_central_heals_from_a_backup_that_was_taken_while_votes_came(tmp_path: Path) -> None:
    port = served.free_port()
    target = tmp_path / "backup.hailong"
    with served.data_folder("mất") as lost, served.data_folder("mới") as new:
        with central(lost, port) as before:
            terminals = [Terminal(before, tmp_path / name, name) for name in ("một", "hai")]
            for terminal in terminals:
                deliver(terminal)
            device, code = before.device("Quầy 9")
            known = RemoteTerminal(before.public_url)
            assert known.enrol(before.device("Quầy 8")[1]).status_code == 200
            nonce = known.nonce()
            cookies = logged_in(before)
            unused = link(lost)
            ended = threading.Event()
            voting = threading.Thread(target=lambda: keep_voting(terminals[0], ended))
            voting.start()
            try:
                made = said("backup", str(target), data=lost)
            finally:
                ended.set()
                voting.join()
            assert made["file"] == str(target)
            assert stat.S_IMODE(target.stat().st_mode) == 0o600
            for terminal in terminals:
                deliver(terminal)
            late = Terminal(before, tmp_path / "muộn", "muộn")
            deliver(late)
            stranger = RemoteTerminal(before.public_url)
            assert stranger.enrol(code).json()["device"] == device  # used after the backup
            before.device("Quầy mới")
            last = numbers(before)
        for process in served.database_processes(lost):
            process.kill()
            process.wait(PATIENCE_S)
        shutil.rmtree(lost / "keys")
        restored = said("restore", str(target), data=new)
        assert restored["burnt_codes"] == 1
        assert restored["told_terminals"] == len(terminals) + 1
        with central(new, port) as after:
            for terminal in terminals:
                deliver(terminal)
                assert after.votes(terminal.device) == sorted(terminal.counted().items())
                assert newest_revision(terminal) > REVISIONS_LEFT_OUT  # it was told what is set here
            assert after.recount() == []
            held(after, terminals)
            # One that was enrolled since is enrolled once more, and brings its ledger with it.
            late.device, again = after.device("Quầy muộn")
            enrol(late.settings, ticket(after.public_url, again), late.settings.place.key(), replace=True)
            deliver(late)
            held(after, [late])
            # Nothing that was there before works once more.
            assert RemoteTerminal(after.public_url).enrol(code).json()["code"] == "403.3"
            assert stranger.heartbeat().json()["code"] == "401.1"  # it is enrolled once more
            assert known.heartbeat(nonce).json()["code"] == "400.5"
            assert known.heartbeat().status_code == 200
            page = requests.get(
                f"{after.public_url}/admin/", cookies=cookies, allow_redirects=False, timeout=PATIENCE_S
            )
            assert page.status_code == 302
            assert requests.get(unused, timeout=PATIENCE_S).status_code == 410
            # What was numbered since is not numbered again.
            after.device("Quầy sau")
            counter, revision = numbers(after)
            assert counter > last[0]
            assert revision > last[1]


def keep_voting(terminal: Terminal, ended: threading.Event) -> None:
    while not ended.is_set():
        deliver(terminal)


def held(found: served_central.Central, terminals: list[Terminal]) -> None:
    """Every entry of each ledger, once, in order, with its hash."""
    with found.connect() as connection:
        for terminal in terminals:
            rows = connection.execute(
                "SELECT seq, hash FROM central_entry WHERE device_id = %s ORDER BY seq", (terminal.device,)
            ).fetchall()
            entries = terminal.entries()[: len(rows)]
            assert [(row[0], bytes(row[1])) for row in rows] == [(entry.seq, entry.hash) for entry in entries]


def newest_revision(terminal: Terminal) -> int:
    """Of the configurations in its ledger."""
    said = [json.loads(entry.payload) for entry in terminal.entries() if entry.kind == "config"]
    return max(int(one.get("revision", 0)) for one in said)


def link(data: Path) -> str:
    return run("login-link", data=data).stdout.strip()


def logged_in(found: served_central.Central) -> dict[str, str]:
    """The cookies of an administrator."""
    session = requests.Session()
    session.get(link(found.data), timeout=PATIENCE_S)
    page = session.get(f"{found.public_url}/admin/", timeout=PATIENCE_S, allow_redirects=False)
    assert page.status_code == 200
    return session.cookies.get_dict()


def test_what_cannot_be_restored_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with served.data_folder("một") as data, served.data_folder("hai") as other:
        said(*NOT_LATER, data=data)
        target = tmp_path / "backup.hailong"
        said("backup", str(target), data=data)
        again = run("backup", str(target), data=data)
        assert (again.returncode, "exists" in again.stderr) == (1, True)
        assert "is not empty" in run("restore", str(target), data=data).stderr
        damaged = tmp_path / "damaged.hailong"
        damaged.write_bytes(target.read_bytes()[:-100])
        done = run("restore", str(damaged), data=other)
        assert (done.returncode, "cut off or damaged" in done.stderr) == (1, True)
        assert not other.exists()
        newer(target, damaged)
        done = run("restore", str(damaged), data=other)
        assert (done.returncode, "0999_later" in done.stderr) == (1, True)
        assert not other.exists() or not any(other.iterdir())
        # The same file, whole, into the same folder: nothing was left of the tries.
        assert said("restore", str(target), data=other)["rows"]["central_device"] == 1


def newer(source: Path, target: Path) -> None:
    """The same backup by a version that has one more migration."""
    import zipfile

    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                manifest["migrations"].append("central.0999_later")
                content = json.dumps(manifest).encode()
            new.writestr(name, content)


def test_only_the_newest_of_a_folder_are_kept(tmp_path: Path) -> None:
    with served.data_folder() as data:
        said(*NOT_LATER, data=data)
        mine = tmp_path / "hailong-central-20200101T000000Z.hailong"
        for name in (mine.name, "hailong-central-20210101T000000Z.hailong", "other.hailong"):
            (tmp_path / name).write_text("", encoding="ascii")
        done = said("backup", "--keep", "2", str(tmp_path), data=data)
        assert done["removed"] == [str(mine)]
        assert len(list(tmp_path.iterdir())) == 3
        assert json.loads((data / "backup.json").read_text(encoding="utf-8"))["file"] == done["file"]


@pytest.fixture
def postgres() -> Iterator[str]:
    """Two empty databases of a PostgreSQL that somebody else runs: the address of `first`; the other is `first2`."""
    from central.embedded import Cluster
    from central.runner import runner
    from tests.central.conftest import DEBIAN

    with served.data_folder("khác") as folder:
        folder.mkdir(mode=0o711)
        cluster = Cluster(folder / "postgresql", runner(DEBIAN))
        cluster.start()
        try:
            for name in ("first", "first2"):
                with psycopg.connect(cluster.url, autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name}")
            yield cluster.url.replace("/postgres?", "/first?")
        finally:
            cluster.stop()


def test_another_postgresql_is_backed_up_and_restored_by_tools_that_fit_it(
    postgres: str, tmp_path: Path
) -> None:
    with served.data_folder("một") as data, served.data_folder("hai") as other:
        environ = served.surroundings(DATABASE_URL=postgres)
        device = said(*NOT_LATER, data=data, environ=environ)["device"]
        target = tmp_path / "backup.hailong"
        said("backup", str(target), data=data, environ=environ)
        full = run("restore", str(target), data=other, environ=environ)
        assert (full.returncode, "the database is not empty" in full.stderr) == (1, True)
        elsewhere = served.surroundings(DATABASE_URL=postgres.replace("/first?", "/first2?"))
        assert said("restore", str(target), data=other, environ=elsewhere)["rows"]["central_device"] == 1
        assert said("device", "list", data=other, environ=elsewhere)["device"] == device
        # And from there into a database that comes with us.
        with served.data_folder("ba") as embedded:
            said("backup", str(tmp_path / "second.hailong"), data=other, environ=elsewhere)
            said("restore", str(tmp_path / "second.hailong"), data=embedded)
            assert said("device", "list", data=embedded)["device"] == device


def test_the_password_of_a_database_is_in_no_list_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    from central.backup.tools import tool

    monkeypatch.setenv("PGAPPNAME", "x")
    found = tool("pg_dump", "postgresql://u:s%20ecret@h/d", 15, 15, embedded=False)
    assert "ecret" not in found.database
    assert found.environment["PGPASSWORD"] == "s ecret"
    listed = subprocess.run(["env"], env=found.environment, capture_output=True, text=True, check=True).stdout
    assert "PGAPPNAME=x" in listed
