"""The real program, started as a technician starts it."""

import fcntl
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.system.program import PATIENCE_S, entries, hailong, kinds, without_display

NO_VISITS = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "1"}
QUICK = {"visit_repeat_interval_s": "0.3", "visit_correction_window_s": "0.2", "visit_thanks_s": "1"}


def test_a_key_becomes_a_durable_row(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True) as program:
        program.until("ready")
        program.key("4")
        line = program.until("rating_stored")
        assert (line["kind"], line["level"]) == ("rating", 4)
        program.process.kill()
        program.wait()
    assert (line["seq"], "rating") in [(seq, kind) for seq, kind, _ in entries(tmp_path)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, number: int) -> None:
    with hailong("run", "--headless", data=tmp_path) as program:
        program.until("ready")
        assert program.end(number) == 0
    assert kinds(tmp_path)[-1] == "shutdown"


def test_counts_of_the_visit_that_goes_on_are_written_before_the_end(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True) as program:
        program.until("ready")
        program.key("4")
        program.until("rating_stored")
        program.key("444")
        line = None
        while line is None or program.process.poll() is None:
            program.process.send_signal(signal.SIGTERM)
            program.wait()
            line = program.lines[-1]
    repeats = [body for _, kind, body in entries(tmp_path) if kind in ("repeat", "refused")]
    assert sum(sum(body["counts"].values()) for body in repeats) == 3
    assert line["kind"] == "repeat"
    assert line["level"] is None


def test_a_second_program_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True) as first:
        first.until("ready")
        with hailong("run", "--headless", data=tmp_path) as second:
            assert second.wait() == 1
            assert str(tmp_path / "ledger") in second.log
            assert second.lines == []
        first.key("2")
        assert first.until("rating_stored")["level"] == 2


def test_restarting_within_a_boot_keeps_the_number_of_the_boot(tmp_path: Path) -> None:
    for _ in range(2):
        with hailong("run", "--headless", data=tmp_path) as program:
            program.until("ready")
            assert program.end() == 0
    assert kinds(tmp_path).count("boot") == 2
    assert kinds(tmp_path).count("config") == 1


def test_the_demo_plays_presses_as_separate_visitors(tmp_path: Path) -> None:
    with hailong("demo", "--headless", "--presses", "5,4,3,2,1,5", "--exit", data=tmp_path) as program:
        assert program.wait() == 0
        last = program.lines[-1]
    assert (last["stored"], last["counted"]) == (6, 6)
    assert last["ledger"] == str(tmp_path / "ledger" / "ledger.db")
    levels = [body["level"] for _, kind, body in entries(tmp_path) if kind == "rating"]
    assert levels == [5, 4, 3, 2, 1, 5]


def test_the_last_line_of_the_demo_has_the_head_of_the_ledger(tmp_path: Path) -> None:
    with hailong("demo", "--headless", "--presses", "3", "--exit", data=tmp_path) as program:
        assert program.wait() == 0
    with hailong("ledger", "export", "--format", "jsonl", data=tmp_path) as export:
        assert export.wait() == 0
    assert export.lines[-1]["hash"] == program.lines[-1]["head"]


@pytest.mark.parametrize("presses", ["6", "", "1;2", "0,1", "ba"])
def test_presses_that_are_none_are_named(tmp_path: Path, presses: str) -> None:
    with hailong("demo", "--headless", "--presses", presses, "--exit", data=tmp_path) as program:
        assert program.wait() == 2
        assert f"“{presses}”" in program.log


def test_a_day_of_votes_leaves_no_level_in_the_logs(tmp_path: Path) -> None:
    """Every file but the ledger, and everything the program says but the event lines."""
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as program:
        program.until("ready")
        for level in "1234512345" * 4:
            program.key(level)
            program.until("rating_stored")
        assert program.end() == 0
    leak = re.compile(r"level\W{1,4}[1-5]|\brating\W{1,3}[1-5]\b|mức\s*[1-5]", re.IGNORECASE)
    assert not leak.search(program.log)
    assert not re.search(r"\b[1-5]\b", program.log)
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        if not path.name.startswith("ledger.db"):
            assert not leak.search(path.read_bytes().decode("latin-1"))


def test_a_thousand_keys_in_a_second_are_one_visit(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True) as program:
        program.until("ready")
        for n in range(1000):
            program.key(str(n % 5 + 1))
            time.sleep(0.001)
        lines = [program.until("rating_stored")]
        while lines[-1]["kind"] != "repeat":
            lines.append(program.until("rating_stored"))
        program.key("3")  # the next citizen
        assert program.until("rating_stored")["kind"] == "rating"
        assert program.end() == 0
    found = entries(tmp_path)
    counted = [sum(body["counts"].values()) for _, kind, body in found if kind in ("repeat", "refused")]
    of_visit = [line["kind"] for line in lines]
    assert of_visit.count("rating") == 1
    assert of_visit.count("correction") <= 5
    assert of_visit.count("repeat") == 1
    assert 1 + of_visit.count("correction") + sum(counted) == 1000


def test_a_reader_that_stops_reading_does_not_stop_the_votes(tmp_path: Path) -> None:
    """First it does not read (the pipe fills up), then it is gone."""
    settings = {f"HAILONG_{name.upper()}": value for name, value in NO_VISITS.items()}
    command = [sys.executable, "-m", "kiosk", "run", "--headless", "--events", "--data-dir", str(tmp_path)]
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
        env=without_display() | settings,
    ) as process:
        os.close(writing)
        assert process.stdin is not None
        for _ in range(150):
            process.stdin.write(b"5")
            process.stdin.flush()
            time.sleep(0.02)
        os.close(reading)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert kinds(tmp_path).count("rating") > 50
    assert kinds(tmp_path)[-1] == "shutdown"


def test_a_bad_configuration_ends_with_every_problem_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[visit]\nrepeat_intervall_s = 5\n[gpio]\npins = [5, 5, 13, 19, 26]\n", encoding="utf-8")
    with hailong("run", "--headless", "--config", str(bad), data=tmp_path / "data") as program:
        assert program.wait() == 2
    assert f"{bad}, dòng 2" in program.log
    assert f"{bad}, dòng 4" in program.log
    assert "repeat_interval_s" in program.log
    assert not (tmp_path / "data").exists()


def test_the_installed_command_works_from_any_folder(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("hailong")
    done = subprocess.run(
        [command, "--version"], cwd=tmp_path, env=without_display(), capture_output=True, check=True
    )
    assert done.stdout.startswith(b"hailong")


def test_at_a_terminal_the_demo_still_ends_with_its_summary(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kiosk", "demo", "--headless", "--presses", "5,1", "--exit"]
    with subprocess.Popen(
        [*command, "--data-dir", str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=without_display(),
    ) as process:
        os.close(theirs)
        assert process.wait(60) == 0
    said = os.read(ours, 65536).decode()
    os.close(ours)
    last = json.loads(said.strip().splitlines()[-1])
    assert (last["stored"], last["counted"]) == (2, 2)
    assert "rating_stored" not in said


def test_closed_standard_streams_are_no_trap(tmp_path: Path) -> None:
    """Numbers 0 to 2 must not become the ledger's, or our own pipes'."""
    command = f"exec '{sys.executable}' -m kiosk run --headless --data-dir '{tmp_path}' <&- >&- 2>&-"
    with subprocess.Popen(["/bin/sh", "-c", command], env=without_display()) as process:
        end_s = time.monotonic() + 30
        while not (tmp_path / "ledger" / "ledger.db").exists():
            assert time.monotonic() < end_s
            time.sleep(0.1)
        time.sleep(1.0)
        assert process.poll() is None
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 0
    assert kinds(tmp_path)[-1] == "shutdown"


def test_a_verdict_that_cannot_be_written_is_not_taken_for_one(tmp_path: Path) -> None:
    with hailong("demo", "--headless", "--presses", "3", "--exit", data=tmp_path) as program:
        assert program.wait() == 0
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "kiosk", "ledger", "verify", "--data-dir", str(tmp_path)]
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env=without_display(), check=False
        )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_what_a_start_needed_is_written_down_for_the_next(tmp_path: Path) -> None:
    environ = without_display() | {"CACHE_DIRECTORY": str(tmp_path / "cache")}
    file = tmp_path / "cache" / "start.txt"
    for _ in range(2):  # with a list, too
        with hailong("run", "--headless", data=tmp_path, environ=environ) as program:
            program.until("ready")
            end_s = time.monotonic() + PATIENCE_S
            while not file.exists():
                assert time.monotonic() < end_s, "nothing was written down"
                time.sleep(0.05)
            assert program.end() == 0
        names = file.read_text(encoding="utf-8").splitlines()
        assert any("/kiosk/" in name and "/app." in name for name in names)
        assert any("libsqlite3" in name for name in names)
