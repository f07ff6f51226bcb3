"""``scripts/demo`` as its visitor sees it: from a press to PostgreSQL, each part a program of its own."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from central import demonstration
from kiosk.ledger.disk import replace_file
from tests.system.program import PATIENCE_S, Program

CENTRAL = (sys.executable, "-m", "central")


@pytest.fixture
def environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "DATABASE_URL")}


def _played(folder: Path, presses: str, environ: Mapping[str, str]) -> dict[str, Any]:
    arguments = ("demo", "--data-dir", str(folder), "--headless", "--presses", presses, "--exit")
    done = subprocess.run(
        [*CENTRAL, *arguments],
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(last, dict)
    return last


def _of_this_folder(folder: Path) -> list[str]:
    """Command lines of processes that have to do with a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(folder) in line:
            found.append(line)
    return found


def test_every_press_is_received_signed_for_and_counted_and_a_second_demonstration_goes_on(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    folder = tmp_path / "dữ liệu thử"

    first = _played(folder, "5,4,3", environ)
    alone = ("demo", "--data-dir", str(folder), "--headless", "--presses", "3", "--exit")
    subprocess.run([sys.executable, "-m", "kiosk", *alone], env=environ, capture_output=True, check=True)
    second = _played(folder, "1,2", environ)

    assert (first["counted"], first["received"]) == (3, 3)
    assert (second["counted"], second["received"]) == (2, 2)
    assert first["receipt"] != second["receipt"]
    votes = subprocess.run(
        [*CENTRAL, "votes", "--data-dir", str(folder / "central"), "--format", "jsonl"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [json.loads(line) for line in votes.stdout.splitlines()]
    assert [row["level"] for row in rows] == [5, 4, 3, 3, 1, 2]
    assert {(row["unit"], row["counter"]) for row in rows} == {("UBND phường Sông Công", "Quầy 3")}
    assert not _of_this_folder(folder)


def test_a_demonstration_that_is_told_to_end_leaves_nothing_running(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    program = Program(
        ("demo", "--data-dir", str(tmp_path), "--headless", "--events"), environ, command=CENTRAL
    )
    try:
        program.until("ready")
        code = program.end()
    finally:
        program.close()

    assert code == 0, program.log
    assert not _of_this_folder(tmp_path)


def test_a_demonstration_that_is_killed_leaves_nothing_running_for_long(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    program = Program(
        ("demo", "--data-dir", str(tmp_path), "--headless", "--events"), environ, command=CENTRAL
    )
    try:
        program.until("ready")
        program.end(signal.SIGKILL)
    finally:
        program.close()

    give_up = time.monotonic() + PATIENCE_S
    while left := _of_this_folder(tmp_path):
        assert time.monotonic() < give_up, left
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_one_that_is_told_to_end_while_it_starts_leaves_nothing_running(
    tmp_path: Path, environ: dict[str, str], number: signal.Signals
) -> None:
    arguments = ("demo", "--data-dir", str(tmp_path), "--headless", "--presses", "5", "--exit")
    with subprocess.Popen([*CENTRAL, *arguments], env=environ, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        assert "127.0.0.1" in program.stderr.readline()  # the server runs, the terminal does not yet
        program.send_signal(number)
        program.send_signal(number)
        assert program.wait(60) == 128 + number
    assert not _of_this_folder(tmp_path)


def test_a_signal_in_the_moment_of_a_program_s_birth_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(subprocess.Popen[str]):
        def __init__(self, command: tuple[str, ...], **how: Any) -> None:  # noqa: ANN401 - as subprocess has them
            super().__init__(command, **how)
            if "device" in command:
                for _ in range(2):
                    signal.raise_signal(signal.SIGHUP)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with (
        pytest.raises(SystemExit) as ended,
        demonstration.Demonstration(tmp_path, io.StringIO(), io.StringIO()),
    ):
        pytest.fail("it went on")

    assert ended.value.code == 128 + signal.SIGHUP
    assert not _of_this_folder(tmp_path)


def test_an_enrolment_that_nobody_could_note_is_asked_for_again_with_the_same_code(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_fails(path: Path, content: bytes) -> None:
        if path.name == "demo.device":
            raise OSError("the power failed")
        replace_file(path, content)

    monkeypatch.setattr(demonstration, "replace_file", power_fails)
    with (
        pytest.raises(OSError, match="the power failed"),
        demonstration.Demonstration(tmp_path, io.StringIO(), io.StringIO()),
    ):
        pass
    assert (tmp_path / "ledger" / "enrolment.json").exists()
    assert _played(tmp_path, "5", environ)["received"] == 1


def test_a_port_that_is_taken_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "central").mkdir()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        (tmp_path / "central" / "demo.port").write_text(str(port))
        done = subprocess.run(
            [*CENTRAL, "demo", "--data-dir", str(tmp_path), "--headless", "--presses", "5", "--exit"],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert "Máy chủ trung tâm không khởi động được" in done.stderr
    assert str(port) in done.stderr
