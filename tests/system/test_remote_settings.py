"""Settings from central to a terminal that runs, and the answer back: real programs, real HTTP."""

import json
import subprocess
import sys
from pathlib import Path

from tests.central import served
from tests.system.program import PATIENCE_S, entries, hailong, without_display

PLACE = ("--unit", "UBND phường Sông Công", "--counter", "Quầy 1")
OWN = {"visit_repeat_interval_s": "2", "visit_correction_window_s": "0", "sound_volume": "10"}


def command(*arguments: str, terminal: Path, codes: tuple[int, ...] = (0,)) -> str:
    surroundings = without_display() | {f"HAILONG_{name.upper()}": value for name, value in OWN.items()}
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", *arguments, "--data-dir", str(terminal)],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


def test_a_running_terminal_follows_or_refuses_and_central_shows_which(tmp_path: Path) -> None:
    terminal, file = tmp_path / "terminal", tmp_path / "settings.toml"
    with (
        served.data_folder() as data,
        served.serving(data),
        hailong("run", "--headless", "--events", data=terminal, keys=True, settings=OWN) as kiosk,
    ):
        kiosk.until("ready")
        made = served.said("device", "add", *PLACE, "--accept", data=data)
        command("enrol", made["url"], made["code"], terminal=terminal)

        def push(text: str) -> int:
            file.write_text(text, encoding="utf-8")
            said = served.said("config", "push", "--device", made["device"], str(file), data=data)
            command("sync", "once", terminal=terminal)
            return int(said["revision"])

        def listed() -> tuple[object, object]:
            (line,) = served.run("device", "list", data=data).stdout.splitlines()
            said = json.loads(line)
            return said["config_used"], said["config_refused"]

        good = push('[sound]\nvolume = 90\n[texts]\nquestion = "Ông/bà có hài lòng không?"\n')
        assert listed() == (good, None)
        bad = push("[visit]\ncorrection_window_s = 3\n[sound]\nvolume = 20\n")
        used, refused = listed()
        assert used == good
        assert isinstance(refused, dict)
        assert refused["revision"] == bad
        assert "visit.correction_window_s: Thời gian được chọn lại (3 giây)" in refused["reason"]
        assert f"Bản số {bad} bị từ chối" in command("doctor", "--headless", terminal=terminal, codes=(0, 1))
        assert f"volume = 90  # máy chủ trung tâm, bản cấu hình số {good}" in command(
            "config", "show", terminal=terminal
        )
        kiosk.key("5")
        kiosk.stored()
        better = push("[visit]\ncorrection_window_s = 1\n")
        assert listed() == (better, None)
        votes = served.run("votes", "--format", "jsonl", data=data).stdout.splitlines()
        assert [json.loads(vote)["counter"] for vote in votes] == ["Quầy 1"]
        assert kiosk.end() == 0
    said = [body.get("revision") for _, kind, body in entries(terminal) if kind == "config"]
    assert said == [None, 1, good, better]
