"""``hailong first-boot`` as a unit runs it: with a real server, real files, and the power going away."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.reference import CODE, Reference, serving
from tests.system.program import PATIENCE_S, PYTHON, kinds, without_display

OPTIONS = '[texts]\r\nunit = "UBND phường Sông Công"\r\n[inputs]\r\nkeyboard = false\r\n'


@pytest.fixture
def central() -> Iterator[Reference]:
    with serving(Reference()) as found:
        yield found


def _command(tmp_path: Path) -> list[str]:
    for name in ("stick", "data"):
        (tmp_path / name).mkdir(exist_ok=True)
    config = tmp_path / "hailong.toml"
    config.touch()
    folders = (
        "--from",
        str(tmp_path / "stick"),
        "--config",
        str(config),
        "--data-dir",
        str(tmp_path / "data"),
    )
    return [*PYTHON, "first-boot", *folders]


def _boot(tmp_path: Path, *before: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*before, *_command(tmp_path)],
        env=without_display() | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def _bring(tmp_path: Path, ticket: bytes) -> Path:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "hailong-enrol.txt").write_bytes(ticket)
    (stick / "hailong.toml").write_bytes(b"\xef\xbb\xbf" + OPTIONS.encode())
    return stick


def _result(stick: Path) -> str:
    return (stick / "hailong-ket-qua.txt").read_text(encoding="utf-8-sig")


def _is_set_up(tmp_path: Path, stick: Path) -> None:
    assert not (stick / "hailong-enrol.txt").exists()
    assert (tmp_path / "data" / "provisioned").exists()
    assert "enrolled" in kinds(tmp_path / "data")
    assert "UBND phường Sông Công" in (tmp_path / "hailong.toml").read_text(encoding="utf-8")
    assert "Mọi việc đã xong" in _result(stick)
    everything = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [content for content in everything if CODE.encode() in content]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_stick_sets_a_terminal_up_whatever_editor_it_went_through(
    tmp_path: Path, central: Reference, encoding: str
) -> None:
    lines = f"{central.url}\r\n{CODE}\r\n{central.key.public.key_id}\r\n"
    stick = _bring(tmp_path, lines.encode(encoding))
    done = _boot(tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    _is_set_up(tmp_path, stick)


def test_a_host_whose_name_has_accents_is_set_up_and_named(tmp_path: Path, central: Reference) -> None:
    stick = _bring(tmp_path, f"{central.url} {CODE}".encode())
    named = (
        "unshare",
        "--uts",
        "sh",
        "-c",
        'printf quầy-số-3 > /proc/sys/kernel/hostname && exec "$@"',
        "sh",
    )
    done = _boot(tmp_path, *named)
    assert done.returncode == 0, done.stderr + done.stdout
    _is_set_up(tmp_path, stick)
    assert "quầy-số-3" in _result(stick)


def test_a_terminal_whose_own_configuration_is_wrong_says_so_on_the_stick(
    tmp_path: Path, central: Reference
) -> None:
    stick = _bring(tmp_path, f"{central.url} {CODE}\n".encode())
    (tmp_path / "hailong.toml").write_text("[screen]\nrotation = 3\n", encoding="utf-8")
    assert _boot(tmp_path).returncode == 1
    assert "screen.rotation" in _result(stick)
    assert central.served == []


def test_a_code_that_has_expired_is_said_in_the_result_and_a_new_one_is_taken(
    tmp_path: Path, central: Reference
) -> None:
    stick = _bring(tmp_path, f"{central.url} 8K3F9Q2MXPTB\n".encode())
    assert _boot(tmp_path).returncode == 1
    assert "hết hạn" in _result(stick)
    assert not (tmp_path / "data" / "provisioned").exists()
    (stick / "hailong-enrol.txt").write_text(f"{central.url} {CODE}\n", encoding="utf-8")
    assert _boot(tmp_path).returncode == 0
    _is_set_up(tmp_path, stick)


def test_a_server_out_of_reach_keeps_the_code_for_the_next_start(tmp_path: Path, central: Reference) -> None:
    stick = _bring(tmp_path, f"http://127.0.0.1:9 {CODE}\n".encode())
    assert _boot(tmp_path).returncode == 1
    assert (stick / "hailong-enrol.txt").exists()
    assert "máy chủ" in _result(stick)
    (stick / "hailong-enrol.txt").write_text(f"{central.url} {CODE}\n", encoding="utf-8")
    assert _boot(tmp_path).returncode == 0
    _is_set_up(tmp_path, stick)


@pytest.mark.parametrize("request_number", [1, 2, 3])
def test_the_power_goes_while_the_server_is_asked_and_the_next_start_ends_it(
    tmp_path: Path, central: Reference, request_number: int
) -> None:
    stick = _bring(tmp_path, f"{central.url} {CODE}\n".encode())
    seen = 0

    def cut(_method: str, _path: str) -> None:
        nonlocal seen
        seen += 1
        if seen == request_number:
            os.killpg(boot.pid, signal.SIGKILL)

    central.interfere = cut
    with subprocess.Popen(
        _command(tmp_path),
        env=without_display(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as boot:
        assert boot.wait(PATIENCE_S) == -signal.SIGKILL
    central.interfere = lambda _method, _path: None
    done = _boot(tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    _is_set_up(tmp_path, stick)
