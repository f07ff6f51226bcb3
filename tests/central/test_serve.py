"""`hailong-central serve` and the commands beside it, as processes with a database of their own."""

import json
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from central.serving import THREADS
from tests.central import served
from tests.central.served import RemoteTerminal, database_processes, run, said, serving, url
from tests.system.program import PATIENCE_S

ADD = ("device", "add", "--unit", "UBND phường Sông Công", "--counter", "Quầy 1", "--accept")


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A data folder with an empty, migrated database; to be copied."""
    with served.data_folder() as folder:
        assert run("device", "list", data=folder).returncode == 0
        yield folder


@pytest.fixture
def data(prepared: Path) -> Iterator[Path]:
    """A copy of it."""
    with served.data_folder() as folder:
        served.copy(prepared, folder)
        yield folder


@pytest.fixture
def nothing() -> Iterator[Path]:
    """A data folder that is not there yet."""
    with served.data_folder() as folder:
        yield folder


def health(address: str) -> int:
    return requests.get(f"{address}/api/v1/health", timeout=PATIENCE_S).status_code


def ended(processes: list[psutil.Process]) -> None:
    gone, alive = psutil.wait_procs(processes, timeout=PATIENCE_S)
    assert (len(gone), alive) == (len(processes), [])


def test_it_announces_itself_in_one_line_and_sigterm_leaves_nothing_running(data: Path) -> None:
    with serving(data) as program:
        assert set(program.lines[0]) == {"event", "url", "admin_login"}
        assert program.lines[0]["admin_login"].startswith(url(program) + "/admin/")
        assert health(url(program)) == 200
        processes = psutil.Process(program.process.pid).children(recursive=True) + database_processes(data)
        assert len(processes) >= 3
        assert program.end() == 0
        ended(processes)
        assert [line["event"] for line in program.lines] == ["listening"]
        assert program.log == ""


def test_after_sigkill_the_port_is_free_and_everything_is_still_there(data: Path) -> None:
    with serving(data) as program:
        device = said(*ADD, data=data)["device"]
        port = int(url(program).rpartition(":")[2])
        workers = psutil.Process(program.process.pid).children(recursive=True)
        program.end(signal.SIGKILL)
        ended(workers)
    assert database_processes(data)  # it runs on, and is used again
    with serving(data, port=port) as program:
        assert said("device", "list", data=data)["device"] == device
        assert program.end() == 0
    assert not database_processes(data)


def test_after_sigkill_of_server_and_database_everything_is_still_there(data: Path) -> None:
    with serving(data) as program:
        device = said(*ADD, data=data)["device"]
        program.process.kill()
        for process in database_processes(data):
            process.kill()
    assert said("device", "list", data=data)["device"] == device
    assert not database_processes(data)  # who started it stopped it


def test_a_code_made_while_it_runs_or_before_lets_a_terminal_in(data: Path) -> None:
    before = said(*ADD, data=data)
    assert not database_processes(data)
    with serving(data) as program:
        made = said(*ADD, data=data)
        assert set(made) == {"device", "code", "url", "qr_svg"}
        assert (made["url"], made["qr_svg"][:4]) == (url(program), "<svg")
        for code in (before, made):
            answer = RemoteTerminal(url(program)).enrol(code["code"])
            assert (answer.status_code, answer.json()["device"]) == (200, code["device"])
            assert answer.json()["status"] == "accepted"
        assert health(url(program)) == 200


def test_a_pending_terminal_is_accepted_and_revoked_by_commands(data: Path) -> None:
    with serving(data) as program:
        terminal = RemoteTerminal(url(program))
        device = terminal.enrol(said(*ADD[:-1], data=data)["code"]).json()["device"]
        assert terminal.heartbeat().json()["status"] == "pending"
        assert said("device", "list", data=data)["key_ids"] == [terminal.key.public.key_id]
        assert said("device", "accept", device, data=data) == {"device": device, "status": "accepted"}
        assert terminal.heartbeat().json()["config"] is not None
        assert run("device", "accept", device, data=data).returncode == 1
        said("device", "revoke", device, data=data)
        assert terminal.heartbeat().json()["code"] == "403.2"


def test_the_unit_and_the_counter_are_made_once(data: Path) -> None:
    first, second = said(*ADD, data=data), said(*ADD, data=data)
    assert first["device"] != second["device"]
    lines = [json.loads(line) for line in run("device", "list", data=data).stdout.splitlines()]
    assert {(line["unit"], line["counter"]) for line in lines} == {("UBND phường Sông Công", "Quầy 1")}
    assert [line["status"] for line in lines] == ["reserved", "reserved"]


def test_a_terminal_that_is_not_there_is_a_clear_error(data: Path) -> None:
    refused = run("device", "accept", "0000000000", data=data)
    assert (refused.returncode, refused.stderr) == (1, "Error: there is no terminal 0000000000\n")


def test_a_database_that_dies_is_started_again(data: Path) -> None:
    with serving(data) as program:
        (process,) = database_processes(data)
        process.kill()
        deadline = time.monotonic() + PATIENCE_S
        while process in database_processes(data) or health(url(program)) != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert program.end() == 0
    assert not database_processes(data)


def test_a_port_that_is_taken_is_a_clear_error(nothing: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), data=nothing)
    assert done.returncode == 1
    assert f"cannot listen at 127.0.0.1, port {port}" in done.stderr
    assert not nothing.exists()


def test_a_second_server_at_the_same_port_is_refused(data: Path) -> None:
    with serving(data) as program:
        port = url(program).rpartition(":")[2]
        assert run("serve", "--port", port, data=data).returncode == 1
        assert health(url(program)) == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "plain HTTP"),
        (("--host", "0.0.0.0", "--insecure"), "--url"),
        (("--url", "central.example"), "https://"),
        (("--url", "https://central.example/below"), "https://"),
        (("--certificate", __file__), "go together"),
        (("--host", "192.0.2.1"), "cannot listen"),
    ],
)
def test_what_would_be_unsafe_is_refused_with_the_remedy(
    nothing: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = run("serve", "--port", "0", *arguments, data=nothing)
    assert done.returncode != 0
    assert words in done.stderr
    assert not nothing.exists()


def test_nobody_else_reads_what_lies_in_the_folder_and_nothing_above_it_changes(nothing: Path) -> None:
    above = nothing.parent.stat()
    said(*ADD, data=nothing)
    assert nothing.parent.stat().st_mode == above.st_mode
    for name in ("keys", "keys/central.key", "keys/secret", "postgresql/data"):
        assert stat.S_IMODE((nothing / name).stat().st_mode) & 0o077 == 0, name


def test_a_key_that_others_may_read_is_refused(data: Path) -> None:
    said(*ADD, data=data)
    (data / "keys" / "central.key").chmod(0o644)
    done = run(*ADD, data=data)
    assert done.returncode == 1
    assert "chmod 600" in done.stderr
    assert not database_processes(data)


def test_tls_is_spoken_with_the_certificate_that_was_given(data: Path, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ed25519",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    alternative = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        [*command, *alternative, "-out", certificate, "-keyout", key], check=True, capture_output=True
    )
    with serving(data, "--certificate", str(certificate), "--key", str(key)) as program:
        assert url(program).startswith("https://127.0.0.1:")
        answer = requests.get(f"{url(program)}/api/v1/health", verify=str(certificate), timeout=PATIENCE_S)
        assert answer.status_code == 200
        pages = requests.get(f"{url(program)}/admin/login/", verify=str(certificate), timeout=PATIENCE_S)
        assert "Secure" in pages.headers["Set-Cookie"]
        assert int(pages.headers["Strict-Transport-Security"].partition("=")[2]) > 0


@contextmanager
def half_asked(address: str, number: int) -> Iterator[None]:
    """So many clients that have sent the beginning of a request, and are silent then."""
    host, port = address.removeprefix("http://").split(":")
    head = "POST /api/v1/enrol HTTP/1.1\r\nHost: x\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    with ExitStack() as connections:
        for _ in range(number):
            connections.enter_context(socket.create_connection((host, int(port)))).sendall(head.encode())
        yield


def test_clients_that_send_slowly_keep_nobody_waiting(data: Path) -> None:
    with serving(data) as program, half_asked(url(program), 40):
        assert health(url(program)) == 200


def test_many_clients_that_say_nothing_more_are_not_waited_for(data: Path) -> None:
    """Terminals whose power was cut in the middle of a request: more of them than there are threads."""
    environ = served.surroundings(HAILONG_CENTRAL_STALLED_S="8")
    with serving(data, environ=environ) as program, half_asked(url(program), 3 * THREADS):
        time.sleep(4)  # whoever asks now has been heard of late enough not to be taken for one of them
        assert health(url(program)) == 200


def test_a_body_that_is_much_too_large_is_answered(data: Path) -> None:
    with serving(data) as program:
        headers = {"Content-Type": "application/json"}
        at = f"{url(program)}/api/v1/enrol"
        answer = requests.post(at, data=b" " * (8 << 20), headers=headers, timeout=PATIENCE_S)
        assert answer.json()["code"] == "413.1"
        assert requests.post(at, data=b"{}", headers=headers, timeout=PATIENCE_S).json()["code"] == "400.2"


def test_a_proxy_that_is_trusted_says_who_asks_and_another_does_not(data: Path) -> None:
    for trusted, last in ((("--proxy", "127.0.0.1"), "403.3"), ((), "429.1")):
        with serving(data, *trusted) as program:
            terminal = RemoteTerminal(url(program))
            for n in range(12):
                terminal.more = {"X-Forwarded-For": f"192.0.2.{n}"}
                code = terminal.enrol("0" * 12).json()["code"]
            assert code == last
            assert program.end() == 0
