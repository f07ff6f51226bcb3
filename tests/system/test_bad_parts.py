"""The real program with a part missing, damaged or changed under it: it starts, shows something, and takes votes."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.program import PATIENCE_S, PYTHON, Program, entries
from tests.system.test_screen import MIDDLES_PX, ROW_PX, SIZE, colours_of, until_seen
from tests.xdisplay import environment, screenshot, xdotool, xvfb

ROOT = Path(__file__).parents[2]
Harm = Callable[[Path], None]


def without_font(folder: Path) -> None:
    (folder / "fontpkg.py").write_text("raise ImportError('no fontpkg here')\n")


def without_a_face(folder: Path) -> None:
    (folder / "assets/faces/level-3.svg").unlink()


def with_a_damaged_face(folder: Path) -> None:
    (folder / "assets/faces/level-5.svg").write_bytes(b"<svg")


def without_catalogue(folder: Path) -> None:
    (folder / "assets/locale/vi/LC_MESSAGES/hailong.mo").unlink()


def with_a_damaged_catalogue(folder: Path) -> None:
    file = folder / "assets/locale/vi/LC_MESSAGES/hailong.mo"
    file.write_bytes(file.read_bytes()[:5000])


HARM: dict[str, Harm] = {
    harm.__name__.replace("_", " "): harm
    for harm in (
        without_font,
        without_a_face,
        with_a_damaged_face,
        without_catalogue,
        with_a_damaged_catalogue,
    )
}


def harmed(folder: Path, name: str) -> dict[str, str]:
    """An environment in which the program has its assets in this folder, harmed."""
    shutil.copytree(ROOT / "assets", folder / "assets", ignore=shutil.ignore_patterns("__pycache__"))
    HARM[name](folder)
    # Safe: the folder where the tests are run must not come before it.
    return {"PYTHONPATH": f"{folder}:{ROOT}", "PYTHONSAFEPATH": "1"}


@pytest.mark.parametrize("name", HARM)
def test_a_missing_or_damaged_part_costs_no_vote_and_no_screen(tmp_path: Path, name: str) -> None:
    changed = harmed(tmp_path, name)
    with xvfb(*SIZE) as display:
        running = Program(["run", "--data-dir", str(tmp_path / "data")], environment(display) | changed)
        try:
            running.until("ready")
            assert len(colours_of(screenshot(display))) > 50
            xdotool(display, "mousemove", MIDDLES_PX[3], ROW_PX, "click", 1)
            assert running.until("rating_stored")["level"] == 4
            assert running.end() == 0
            assert "Traceback" not in running.log
            assert "WARNING" in running.log, "the log says what is missing"
        finally:
            running.close()
    assert [kind for _, kind, _ in entries(tmp_path / "data")].count("rating") == 1


@pytest.mark.parametrize(
    ("name", "english", "vietnamese"),
    [
        ("without font", "The font cannot be used: ", "Không dùng được phông chữ: "),
        ("without a face", "Faces are missing or broken: level-3.svg", "level-3.svg"),
        ("with a damaged face", "Faces are missing or broken: level-5.svg", "level-5.svg"),
        ("without catalogue", "The texts of the language vi cannot be read: ", "hailong.mo"),
        ("with a damaged catalogue", "The texts of the language vi cannot be read: ", "The texts of"),
    ],
)
def test_the_doctor_tells_what_is_missing_and_what_to_do(
    tmp_path: Path, name: str, english: str, vietnamese: str
) -> None:
    changed = harmed(tmp_path, name)
    with xvfb(*SIZE) as display:
        done = subprocess.run(
            [*PYTHON, "doctor", "--data-dir", str(tmp_path / "data")],
            env=environment(display) | changed,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S * 2,
        )
    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stdout.splitlines()
    at = max(n for n, line in enumerate(said) if english in line)
    assert ": ERROR: " in said[at]
    assert said[at + 1].startswith("    → ")
    assert vietnamese in said[at - 2] or vietnamese in said[at]
    assert said[at - 1].startswith("    → "), "the same in Vietnamese, above it"


def test_a_window_that_becomes_another_size_is_laid_out_anew_and_takes_votes(tmp_path: Path) -> None:
    quick = {"HAILONG_VISIT_REPEAT_INTERVAL_S": "0", "HAILONG_VISIT_CORRECTION_WINDOW_S": "0"}
    with xvfb(1920, 1080) as display:
        running = Program(
            ["run", "--data-dir", str(tmp_path), "--windowed", "1280x800"], environment(display) | quick
        )
        try:
            running.until("ready")
            before = screenshot(display)
            xdotool(display, "mousemove", 960, 540)
            window = xdotool(display, "getmouselocation", "--shell").partition("WINDOW=")[2]
            for width, height in ((800, 480), (1900, 1000), (800, 1000)):
                xdotool(display, "windowsize", window, width, height)
                before = until_seen(display, before)
                for level in (1, 5):
                    x = width * (2 * level - 1) // 10
                    xdotool(display, "mousemove", "--window", window, x, height * 3 // 4, "click", 1)
                    assert running.until("rating_stored")["level"] == level
                before = screenshot(display)
            assert running.end() == 0
            assert "Traceback" not in running.log
        finally:
            running.close()
