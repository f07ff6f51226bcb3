"""A third language is one file of texts: the build takes it in, and citizens find it on the button."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.system.program import PATIENCE_S, PYTHON, Program
from tests.system.test_screen import MIDDLES_PX, ROW_PX, SIZE, SWITCH_PX, until_seen
from tests.xdisplay import environment, screenshot, xdotool, xvfb

ROOT = Path(__file__).parents[2]
GERMAN = """
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "English"
msgstr "Deutsch"

msgid "How did you find the service today?"
msgstr "Wie zufrieden waren Sie heute mit uns?"

msgid "Please choose one of the five"
msgstr "Bitte wählen Sie eine der fünf Stufen"

msgid "Good"
msgstr "Gut"

msgid "Thank you!"
msgstr "Vielen Dank!"
"""


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The product with one more file, built by its own setup.py."""
    copy, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "assets", copy / "assets", ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    file = copy / "assets/locale/de/LC_MESSAGES/hailong.po"
    file.parent.mkdir(parents=True)
    file.write_text(GERMAN, encoding="utf-8")
    command = [sys.executable, "setup.py", "--quiet", "build_py", "--build-lib", str(built)]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    # Safe: the folder where the tests are run must not come before it.
    return {"PYTHONPATH": f"{built}:{ROOT}", "PYTHONSAFEPATH": "1"}


def test_the_button_leads_through_three_languages_and_a_vote_in_the_third_is_a_vote(
    environ: dict[str, str], tmp_path: Path
) -> None:
    quick = {
        "HAILONG_VISIT_REPEAT_INTERVAL_S": "1",
        "HAILONG_VISIT_CORRECTION_WINDOW_S": "0",
        "HAILONG_VISIT_THANKS_S": "1",
    }
    with xvfb(*SIZE) as display:
        program = Program(["run", "--data-dir", str(tmp_path)], environment(display) | environ | quick)
        try:
            program.until("ready")
            xdotool(display, "mousemove", *SWITCH_PX)
            shown = [screenshot(display).convert("RGB")]
            for _ in range(3):
                xdotool(display, "click", 1)
                shown.append(until_seen(display, shown[-1]).convert("RGB"))
            vietnamese, german, english, again = shown
            assert not differ(vietnamese, again), "after the last one the first comes again"
            assert differ(german, english)
            program.nothing_stored(0.5)
            xdotool(display, "click", 1)
            until_seen(display, vietnamese)
            xdotool(display, "mousemove", MIDDLES_PX[3], ROW_PX, "click", 1)
            assert program.until("rating_stored")["level"] == 4
            xdotool(display, "mousemove", *SWITCH_PX)
            while differ(screenshot(display).convert("RGB"), vietnamese):
                program.nothing_stored(0.2)  # the next citizen finds Vietnamese
            assert program.end() == 0
            assert "Traceback" not in program.log
        finally:
            program.close()


def differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def test_it_can_be_configured_and_the_doctor_counts_what_is_still_english(
    environ: dict[str, str], tmp_path: Path
) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*PYTHON, *arguments]
        surroundings = environment(":0") | environ | {"HAILONG_LANGUAGE": "de"}
        return subprocess.run(
            command, env=surroundings, capture_output=True, text=True, timeout=PATIENCE_S * 2
        )

    shown = run("config", "show")
    assert shown.returncode == 0, shown.stderr
    assert 'language = "de"' in shown.stdout
    told = run("doctor", "--headless", "--data-dir", str(tmp_path / "data"))
    assert "The language de lacks " in told.stdout
    assert "Ngôn ngữ de thiếu " in told.stdout
    assert "assets/locale/de/LC_MESSAGES/hailong.po" in told.stdout
    assert "configuration is right" in told.stdout
