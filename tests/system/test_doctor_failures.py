"""``hailong doctor`` with each failure really there: what is wrong and what to do, in Vietnamese and in English."""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware.events import Level
from hardware.fakes.pad import PtyPad
from hardware.pad import PadMode
from kiosk.clock import SystemClock
from kiosk.doctor.finding import COMMAND
from tests.disks import Ext4Disk, SmallDisk, failing_disk, small_disk
from tests.kiosk.doctor.test_storage import kept
from tests.system.program import PATIENCE_S, PYTHON, Program, hailong, without_display
from tests.system.test_pad import faults, wait_for
from tests.xdisplay import environment, xvfb

__all__ = ["failing_disk", "small_disk"]


@dataclass(frozen=True)
class Said:
    """One finding that is not well, in both languages; `command` is empty where nothing is typed."""

    vietnamese: str
    remedy_vi: str
    english: str
    remedy_en: str
    command: str


def doctor(data: Path, environ: Mapping[str, str] | None = None, *arguments: str) -> list[Said]:
    """Run it; everything that it calls a warning, an error or, with something to do, a note."""
    done = subprocess.run(
        [*PYTHON, "doctor", "--data-dir", str(data), *arguments],
        env=environ or without_display(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 2,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1)
    lines, found = done.stdout.splitlines(), []
    for n, line in enumerate(lines):
        if line[:1] in "✗!·" and lines[n + 1].startswith("    → "):
            command = lines[n + 4].removeprefix(COMMAND) if lines[n + 4].startswith(COMMAND) else ""
            found.append(Said(line, lines[n + 1], lines[n + 2], lines[n + 3], command))
    return found


def the_one(found: list[Said], english: str) -> Said:
    """The finding with these words; both languages are there, and each has something to do."""
    (said,) = [said for said in found if english in said.english]
    assert said.vietnamese[2:] != said.english[2:], "not translated"
    assert said.remedy_vi != said.remedy_en
    assert said.remedy_vi.startswith("    → ")
    assert said.remedy_en.startswith("    → ")
    return said


CONFIGURATION = {
    "a light on the pin of a button": (
        {"GPIO_LEDS": "5,16,20,21,25"},
        "pin 5 is used by button 1 and by light 1",
    ),
    "the language on the pin of a button": ({"GPIO_LANGUAGE_PIN": "13"}, "pin 13 is used by button 3"),
    "a pattern that could hang": (
        {"PAD_MODE": "pattern", "PAD_PATTERN": "(a+)+(?P<level>[1-5])"},
        "too long on some lines",
    ),
    "a pattern without a level": (
        {"PAD_MODE": "pattern", "PAD_PATTERN": "KEY"},
        "must say where the level is",
    ),
    "a pattern that is none": ({"PAD_MODE": "pattern", "PAD_PATTERN": "("}, "not a regular expression"),
    "a panel of nothing": ({"SCREEN_PANEL_MM": "0,0"}, "screen.panel_mm"),
    "a panel of a millimetre": ({"SCREEN_PANEL_MM": "1,1"}, "screen.panel_mm"),
    "a panel of ten metres": ({"SCREEN_PANEL_MM": "10000,10000"}, "screen.panel_mm"),
    "a theme that there is not": ({"SCREEN_THEME": "grey-on-grey"}, "screen.theme"),
    "a rotation that there is not": ({"SCREEN_ROTATION": "45"}, "screen.rotation"),
    "a name that is too long": ({"TEXTS_UNIT": "ữ" * 301}, "at most 300 characters; this one has 301"),
    "headphones on the loudspeaker": (
        {"SOUND_HEADPHONES": "USB", "SOUND_LOUDSPEAKER": "USB"},
        "it must be another one",
    ),
}


@pytest.mark.parametrize("name", CONFIGURATION)
def test_a_wrong_configuration(tmp_path: Path, name: str) -> None:
    settings, words = CONFIGURATION[name]
    environ = without_display() | {f"HAILONG_{key}": value for key, value in settings.items()}
    said = the_one(doctor(tmp_path / "data", environ, "--headless"), words)
    assert ": ERROR: " in said.english
    assert ": LỖI: " in said.vietnamese
    assert "hailong config check" in said.remedy_en


def test_a_display_that_nobody_can_see_and_none_at_all(tmp_path: Path) -> None:
    for environ in (without_display() | {"SDL_VIDEODRIVER": "dummy"}, without_display()):
        said = the_one(doctor(tmp_path / "data", environ), "There is no display that a person can see")
        assert "--headless" in said.remedy_en


def test_buttons_without_lgpio_and_a_pad_that_is_not_there(tmp_path: Path) -> None:
    environ = without_display() | {
        "HAILONG_GPIO_ENABLED": "true",
        "HAILONG_PAD_ENABLED": "true",
        "HAILONG_PAD_PORT": str(tmp_path / "no-pad"),
    }
    found = doctor(tmp_path / "data", environ, "--headless")
    assert "python3-lgpio" in the_one(found, "The library lgpio cannot be used").remedy_en
    assert "ERROR" in the_one(found, "no-pad").english


def test_a_machine_without_a_sound_card(tmp_path: Path) -> None:
    if list(Path("/dev/snd").glob("pcm*p")):
        pytest.fail("this machine has a sound card; the test is for one without")
    environ = without_display() | {"HAILONG_SOUND_ENABLED": "true"}
    said = the_one(doctor(tmp_path / "data", environ, "--headless"), "There is no sound card.")
    assert "nối loa" in said.remedy_vi
    assert said.command == "aplay -l"


def test_a_panel_whose_size_nobody_knows_and_names_that_do_not_fit(tmp_path: Path) -> None:
    with xvfb(800, 480) as display:
        unknown = doctor(tmp_path / "data", environment(display) | {"HAILONG_SCREEN_PANEL_MM": ""})
        said = the_one(unknown, "does not say how large it is; 10.1 inches are assumed")
        assert "screen.panel_mm = [" in said.remedy_vi
        seven_inches = environment(display) | {"HAILONG_SCREEN_PANEL_MM": "154,86"}
        assert not [said for said in doctor(tmp_path / "data", seven_inches) if "panel" in said.english]
        unit = "Ủy ban nhân dân phường Nguyễn Thị Minh Khai " * 6
        found = doctor(tmp_path / "data", seven_inches | {"HAILONG_TEXTS_UNIT": unit})
        assert "texts.unit" in the_one(found, "Not everything fits on the panel").english


@pytest.mark.parametrize("small_disk", ["ext4"], indirect=True)
def test_a_full_disk(small_disk: SmallDisk) -> None:
    data = small_disk.folder / "data"
    kept(data).close(clean=True)
    small_disk.fill()
    assert "du -xh" in the_one(doctor(data, None, "--headless"), "MB are free").command


def test_a_disk_that_is_read_only(failing_disk: Ext4Disk) -> None:
    data = failing_disk.folder / "data"
    kept(data).close(clean=True)
    failing_disk.fail_read_only()
    found = doctor(data, None, "--headless")
    assert "fsck" in the_one(found, "has met 1 errors").remedy_vi
    the_one(found, "(code D3 – memory card cannot be written)")


def test_a_data_folder_that_belongs_to_somebody_else(tmp_path: Path) -> None:
    data = tmp_path / "demo-data"
    kept(data).close(clean=True)
    os.chown(data / "ledger" / "ledger.db", 12345, 12345)
    (data / "ledger").chmod(0o777)
    found = doctor(data, None, "--headless", "--user", "nobody")
    belongs = [said for said in found if "belongs to somebody else than nobody" in said.english]
    assert len(belongs) == 1
    assert belongs[0].command.startswith("sudo chown -R nobody")
    assert any("Others than the kiosk may write" in said.english for said in found)


def test_a_program_that_is_started_again_and_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    kept(data).close(clean=True)
    clock = SystemClock()
    starts = {"boot_id": clock.boot_id(), "starts_ns": [clock.boottime_ns()] * 5}
    (data / "starts.json").write_text(json.dumps(starts), encoding="utf-8")
    said = the_one(doctor(data, None, "--headless"), "K2 – the program has been started five times")
    assert "journalctl -u hailong-kiosk" in said.remedy_vi


def ailing(data: Path, pad: PtyPad, settings: Mapping[str, str], harm: bytes) -> list[Said]:
    """What the doctor says beside a kiosk whose pad says nothing but `harm`."""
    given = {"pad_enabled": "true", "pad_port": str(pad.path), **settings}
    with hailong("run", "--headless", data=data, keys=True, settings=given) as program:
        program.until("ready")
        wait_for(lambda: "is open" in program.log)
        pad.send(harm)
        wait_for(lambda: ("H4", True) in faults(data))
        said = doctor(data, without_display() | {f"HAILONG_{k.upper()}": v for k, v in given.items()})
        assert program.end() == 0
    return said


def test_a_pattern_that_never_fits(tmp_path: Path) -> None:
    with PtyPad(tmp_path, mode=PadMode.PATTERN) as pad:
        settings = {"pad_mode": "pattern", "pad_pattern": "BUTTON(?P<level>[1-5])"}
        found = ailing(tmp_path / "demo-data", pad, settings, b"KEY1\n" * 25)
    assert "no line fits pad.pattern" in the_one(found, "H4 – some buttons are disconnected").remedy_en


def test_a_pad_that_sends_noise(tmp_path: Path) -> None:
    with PtyPad(tmp_path) as pad:
        pad.mute = True
        data = tmp_path / "demo-data"
        given = {"pad_enabled": "true", "pad_port": str(pad.path)}
        with hailong("run", "--headless", data=data, keys=True, settings=given) as program:
            program.until("ready")
            wait_for(lambda: "is open" in program.log)
            noise_until(pad, program, "bytes came that are no frames: check pad.mode and pad.baud")
            wait_for(lambda: ("H4", True) in faults(data))
            program.key("4")
            assert program.until("rating_stored")["level"] == 4
            found = doctor(data)
            assert program.end() == 0
    the_one(found, "H4 – some buttons are disconnected")


def noise_until(pad: PtyPad, program: Program, words: str) -> None:
    """115,200 bit/s of noise until the program says something."""
    end_s = time.monotonic() + PATIENCE_S
    while words not in program.log:
        assert time.monotonic() < end_s, program.log
        pad.mute = False
        pad.send(os.urandom(1152))
        pad.mute = True
        time.sleep(0.1)


def test_hwtest_says_what_is_wrong_with_a_pad_that_sends_noise(tmp_path: Path) -> None:
    with PtyPad(tmp_path) as pad:
        pad.mute = True
        environ = without_display() | {
            "HAILONG_PAD_ENABLED": "true",
            "HAILONG_PAD_PORT": str(pad.path),
            "HAILONG_LANGUAGE": "en",
        }
        command = [*PYTHON, "hwtest", "--headless", "--seconds", "12", "--data-dir", str(tmp_path / "data")]
        with subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as test:
            while test.poll() is None:
                pad.mute = False
                pad.send(os.urandom(1152))
                pad.mute = True
                time.sleep(0.1)
            output, _ = test.communicate()
    assert "✗ pad: lost (no sign of life for 4 s; " in output
    assert "check pad.mode and pad.baud" in output
    assert "✗ pad: nothing came." in output
    assert "Check the cable, pad.port, pad.baud and pad.mode" in output


def test_no_level_is_in_what_it_says(tmp_path: Path) -> None:
    with PtyPad(tmp_path) as pad:
        given = {"pad_enabled": "true", "pad_port": str(pad.path)}
        data = tmp_path / "demo-data"
        with hailong("run", "--headless", data=data, settings=given) as program:
            program.until("ready")
            assert pad.wait_acknowledged(1)
            pad.down(Level.VERY_POOR)
            program.until("rating_stored")
            found = doctor(data)
            assert program.end() == 0
    for said in found:
        assert "level" not in said.english.lower()
        assert "mức" not in said.vietnamese
