"""``hailong doctor`` beside a kiosk that runs."""

import os
import subprocess
from pathlib import Path

from tests.system.program import PYTHON, entries, hailong, without_display


def _doctor(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*PYTHON, "doctor", "--data-dir", str(data), "--language", "en", *arguments]
    return subprocess.run(command, env=without_display(), capture_output=True, text=True, timeout=120)


def test_the_doctor_sees_a_running_kiosk_and_leaves_it_alone(tmp_path: Path) -> None:
    data = tmp_path / "demo-data"
    with hailong("run", "--headless", data=data, keys=True) as program:
        program.until("ready")
        program.key("4")
        program.until("rating_stored")
        before = sorted(path.name for path in (data / "ledger").iterdir())
        done = _doctor(data)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"A kiosk is running, process {program.process.pid}." in done.stdout
        assert "This terminal has no screen." in done.stdout
        assert sorted(path.name for path in (data / "ledger").iterdir()) == before
        program.key("5")  # within the window: a correction, so the ledger was left alone
        assert program.until("rating_stored")["level"] == 5
        assert program.end() == 0
    kinds = [kind for _, kind, _ in entries(data)]
    assert kinds.count("rating") + kinds.count("correction") == 2
    assert "fault" not in kinds


def test_the_doctor_looks_at_this_machine(tmp_path: Path) -> None:
    done = _doctor(tmp_path / "data", "--report", str(tmp_path / "report.txt"))
    assert done.returncode == 1  # no display here
    assert "There is no display that a person can see" in done.stdout
    text = (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert f"system = {os.uname().sysname} {os.uname().release}" in text
    assert not (tmp_path / "data").exists()


MISTAKES = """
wifi_password = "s3cret wifi"
[service]
pin_hash = 53241853
pin = "s3cret"
[sync]
proxy = "clerk:s3cret%40proxy"
url = "https://clerk:s3cret@central.example/?code=7K3F-9Q2M-XPTB"
[pull]
url = "https://clerk:s3cret@10.1.2.3"
server_key = "-----BEGIN PRIVATE KEY----- s3cret"
"""


def test_what_a_technician_wrote_into_a_wrong_place_is_in_no_report(tmp_path: Path) -> None:
    """Every mistake is named with its line; what may be a password, a PIN or a code is not repeated."""
    (tmp_path / "hailong.toml").write_text(MISTAKES, encoding="utf-8")
    command = [*PYTHON, "doctor", "--headless", "--config", str(tmp_path / "hailong.toml"), "--report"]
    environ = without_display() | {
        "HAILONG_SYNC_PROXY": "http://clerk:s3cret@10.0.0.1:3128",
        "HAILONG_SERVICE_PIN_HASH": "53241853",
        "HAILONG_CODE": "7K3F-9Q2M-XPTB",
    }
    done = subprocess.run(
        [*command, str(tmp_path / "report.txt"), "--data-dir", str(tmp_path / "data")],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    report = (tmp_path / "report.txt").read_text(encoding="utf-8")
    for key in ("service.pin_hash", "sync.proxy", "sync.url", "pull.url", "pull.server_key", "wifi_password"):
        assert key in report
    said = report + done.stdout + done.stderr
    assert not [secret for secret in ("s3cret", "53241853", "7K3F") if secret in said], said
