"""The real wizard in a real window: a finger chooses the language, a keyboard types, a power cut takes nothing back."""

import json
import signal
import subprocess
import time
from pathlib import Path

from assets.texts import Texts
from kiosk.panel import mm_per_px
from kiosk.provision.steps import Step
from kiosk.screens.layout import lay_out
from kiosk.screens.type import Type
from kiosk.screens.wizard_sheet import CHOICE, wizard_page
from tests.kiosk.wizard.pages import walk
from tests.system.program import PATIENCE_S, PYTHON
from tests.xdisplay import environment, xdotool, xvfb

SIZE = (800, 480)


def place_of(button: str) -> tuple[int, int]:
    """The middle of a button of the page of languages."""
    layout = lay_out(SIZE, mm_per_px(SIZE, (154, 86), None), header=False)
    laid = wizard_page(layout, Type(), walk()["language"], None, 0, Texts("vi"))
    return dict(laid.sheet.targets)[button].centre


def test_a_language_is_chosen_by_touch_and_kept_through_a_power_cut(tmp_path: Path) -> None:
    file, data = tmp_path / "hailong.toml", tmp_path / "data"
    file.write_text(f'data_dir = "{data}"\n[screen]\npanel_mm = [154, 86]\n', encoding="utf-8")
    command = [*PYTHON, "provision", "--touch", "--windowed", "800x480", "--config", str(file)]
    kept = data / "provision.json"
    with xvfb(*SIZE) as display:
        wizard = subprocess.Popen(command, env=environment(display))
        try:
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline and not _is_done(kept):
                # A click before the page is there means nothing; one after it is another step's, and harmless.
                xdotool(display, "mousemove", *place_of(f"{CHOICE}en"), "click", 1)
                time.sleep(0.5)
        finally:
            wizard.send_signal(signal.SIGKILL)
            wizard.wait(PATIENCE_S)
    assert _is_done(kept)
    assert 'language = "en"' in file.read_text(encoding="utf-8")


def _is_done(kept: Path) -> bool:
    if not kept.exists():
        return False
    return bool(json.loads(kept.read_bytes())["marks"][Step.LANGUAGE.value]["status"] == "done")
