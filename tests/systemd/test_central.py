"""The central server as the service that it is on an installed machine, under a systemd of its own."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.systemd.machine import ROOT, Machine, machine

UNIT = "hailong-central.service"
BACKUP = "hailong-central-backup.service"
ENVIRONMENT = "/etc/hailong/central.env"
DATA = "/var/lib/hailong-central"
COMMAND = "/opt/hailong/bin/hailong-central"
ADD = ("device", "add", "--unit", "UBND phường Sông Công", "--counter", "Quầy 1", "--accept")
ASK = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080/api/v1/health').status)"
DEBIAN = "/usr/lib/postgresql/15/bin"


def _shipped(name: str) -> str:
    return (ROOT / "systemd" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def server() -> Iterator[Machine]:
    """A machine on which a technician has installed the server, and nothing else was done."""
    if os.geteuid() != 0:
        pytest.skip("a machine of its own needs root")
    files = {
        **{f"/etc/systemd/system/{name}": _shipped(name) for name in (UNIT, BACKUP)},
        "/usr/lib/sysusers.d/hailong-central.conf": _shipped("hailong-central.sysusers.conf"),
        "/usr/lib/tmpfiles.d/hailong-central.conf": _shipped("hailong-central.tmpfiles.conf"),
        ENVIRONMENT: "# as docs/en/server.md has it\nHAILONG_CENTRAL_URL='https://danhgia.example.vn'\n",
    }
    with machine(files) as found:
        found.succeed("systemd-tmpfiles", "--create", "hailong-central.conf")
        yield found


def start(server: Machine) -> None:
    """Until it is ready, as systemd understands it."""
    done = server.run("systemctl", "start", UNIT)
    assert done.returncode == 0, done.stderr + server.run("journalctl").stdout


def health(server: Machine) -> str:
    return server.run("/opt/hailong/bin/python", "-c", ASK).stdout.strip()


def _outside(server: Machine, pid: str) -> int:
    """The number that this system gives to a process of the machine."""
    for process in psutil.Process(server.pid).children(recursive=True):
        numbers = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").split("NSpid:\t")[1]
        if numbers.splitlines()[0].split()[1] == pid:
            return process.pid
    raise AssertionError(f"no process {pid} in the machine")


def owners(server: Machine, *folders: str) -> set[str]:
    return set(server.succeed("find", *folders, "-printf", "%u\n").split())


def devices(server: Machine) -> list[tuple[str, str, str]]:
    """Each terminal, and where it stands."""
    listed = map(json.loads, server.succeed(COMMAND, "device", "list").splitlines())
    return [(one["device"], one["unit"], one["counter"]) for one in listed]


def test_it_runs_with_its_own_database_and_no_right_at_all(server: Machine) -> None:
    start(server)
    assert health(server) == "200"
    main = server.value(UNIT, "MainPID")
    status = Path(f"/proc/{_outside(server, main)}/status").read_text(encoding="ascii")
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {name: int(facts[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == dict.fromkeys(
        ("CapEff", "CapPrm", "CapBnd", "CapAmb"), 0
    )
    assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
    assert owners(server, DATA) == {"hailong-central"}


def test_commands_of_root_beside_it_find_its_database_and_leave_no_file_of_roots(server: Machine) -> None:
    start(server)
    made = json.loads(server.succeed(COMMAND, *ADD))
    assert made["url"] == "https://danhgia.example.vn"
    server.succeed("systemctl", "stop", UNIT)
    listed = json.loads(server.succeed(COMMAND, "device", "list"))  # and without it
    assert listed["device"] == made["device"]
    assert owners(server, DATA, "/run/hailong-central") == {"hailong-central"}
    start(server)
    assert json.loads(server.succeed(COMMAND, "device", "list"))["device"] == made["device"]


def test_killed_it_comes_back_and_told_to_stop_it_leaves_nothing(server: Machine) -> None:
    start(server)
    before = server.value(UNIT, "MainPID")
    server.succeed("systemctl", "kill", "--signal=KILL", "--kill-who=all", UNIT)
    server.succeed("bash", "-c", f"until [ $(systemctl show --value -p NRestarts {UNIT}) -gt 0 ]; do :; done")
    server.succeed("bash", "-c", f"until systemctl is-active --quiet {UNIT}; do :; done")
    assert health(server) == "200"
    assert server.value(UNIT, "MainPID") != before
    server.succeed("systemctl", "reload", UNIT)
    server.succeed("systemctl", "stop", UNIT)
    assert server.value(UNIT, "Result") == "success"
    assert server.run("pgrep", "--uid", "hailong-central").stdout == ""


def test_the_link_of_the_first_administrator_is_not_in_the_journal(server: Machine) -> None:
    start(server)
    said = server.succeed("journalctl", "--unit", UNIT, "--output", "cat")
    assert '"admin_login": null' in said
    assert "login-link/" not in said
    assert server.succeed(COMMAND, "login-link").startswith("https://danhgia.example.vn/admin/login-link/")


def test_the_nightly_backup_can_be_restored_after_the_data_are_lost(server: Machine) -> None:
    start(server)
    server.succeed(COMMAND, *ADD)
    server.succeed("systemctl", "start", BACKUP)
    (file,) = server.succeed(
        "find", "/var/backups/hailong-central", "-type", "f", "-printf", "%p %U %m\n"
    ).splitlines()
    path, owner, mode = file.split()
    assert (server.succeed("id", "-u", "hailong-central").strip(), "600") == (owner, mode)
    before = devices(server)
    assert before
    server.succeed("systemctl", "stop", UNIT)
    server.succeed("bash", "-c", f"rm -r {DATA}; systemd-tmpfiles --create hailong-central.conf")
    server.succeed(COMMAND, "restore", path)
    assert owners(server, DATA) == {"hailong-central"}
    start(server)
    assert devices(server) == before


def test_it_runs_with_a_database_that_somebody_else_runs(server: Machine) -> None:
    server.succeed("systemctl", "stop", UNIT)
    as_postgres = ("runuser", "-u", "postgres", "--")
    server.succeed("install", "-d", "-o", "postgres", "/srv/pg")
    server.succeed(*as_postgres, f"{DEBIAN}/initdb", "--auth=trust", "--locale=C.UTF-8", "/srv/pg/data")
    start_it = (
        "-o",
        "-c unix_socket_directories=/srv/pg -c listen_addresses=127.0.0.1",
        "--log=/srv/pg/log",
        "--wait",
    )
    server.succeed(*as_postgres, f"{DEBIAN}/pg_ctl", "start", "--pgdata=/srv/pg/data", *start_it)
    server.succeed("rm", "-r", DATA)
    server.succeed("systemd-tmpfiles", "--create", "hailong-central.conf")
    more = "DATABASE_URL=postgresql://postgres@127.0.0.1/postgres"
    server.succeed("bash", "-c", f"echo {more} >> {ENVIRONMENT}")
    start(server)
    assert health(server) == "200"
    made = json.loads(server.succeed(COMMAND, *ADD))
    assert json.loads(server.succeed(COMMAND, "device", "list"))["device"] == made["device"]
    assert server.succeed("ls", DATA).split() == ["keys"]
    server.succeed("systemctl", "stop", UNIT)
