"""`hailong status` beside a real kiosk: what a technician reads out, and what a program reads."""

import json
import subprocess
from pathlib import Path

from tests.system.program import PATIENCE_S, PYTHON, hailong, without_display


def status(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*PYTHON, "status", *arguments, "--data-dir", str(data)]
    return subprocess.run(
        command, env=without_display(), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def test_it_is_well_while_the_kiosk_runs_and_not_after(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, environ=without_display()) as program:
        program.until("ready")
        done = status(tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Thiết bị đang nhận đánh giá, không có lỗi nào." in done.stdout
        facts = json.loads(status(tmp_path, "--json").stdout)
        assert (facts["kiosk"], facts["faults"], facts["well"]) == ("yes", [], True)
        assert program.end() == 0
    done = status(tmp_path)
    assert done.returncode == 1
    assert "thiết bị đang không nhận đánh giá" in done.stdout
    assert json.loads(status(tmp_path, "--json").stdout)["kiosk"] == "stopped"


def test_a_bad_configuration_is_said(tmp_path: Path) -> None:
    file = tmp_path / "hailong.toml"
    file.write_text("language = 7\n", encoding="utf-8")
    done = status(tmp_path / "data", "--config", str(file))
    assert done.returncode == 2
    assert "language" in done.stderr
