"""The real wizard in a real window: a finger chooses the language, a keyboard types, a power cut takes nothing back."""

import json
import signal
import subprocess
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import pygame
from PIL import Image, ImageChops

from assets.texts import Texts
from kiosk.panel import mm_per_px
from kiosk.provision.page import Page
from kiosk.provision.saved import Saved, save
from kiosk.provision.steps import Mark, Status, Step
from kiosk.rotation import Rotation, turned_size
from kiosk.screens.layout import lay_out
from kiosk.screens.palette import CALM
from kiosk.screens.sheet import draw_sheet
from kiosk.screens.type import Type
from kiosk.screens.wizard_sheet import BACK, CHOICE, wizard_page
from kiosk.wizard.keyboard import begin
from tests.kiosk.wizard.pages import walk
from tests.system.program import PATIENCE_S, PYTHON
from tests.xdisplay import environment, screenshot, xdotool, xvfb

SIZE, SIZE_MM = (800, 480), (154, 86)


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


def _pages() -> dict[str, Page]:
    """Of the step of the panel, as this display has it."""
    scale = mm_per_px(SIZE, SIZE_MM, None)
    return {
        name: replace(page, ruler_mm_per_px=page.ruler_mm_per_px and scale) for name, page in walk().items()
    }


class Panel:
    """Whoever stands before a panel that hangs another way, and waits for each page before touching it."""

    def __init__(self, display: str) -> None:
        self.display, self.pages, self.type = display, _pages(), Type()

    def touch(self, name: str, button: str, rotation: Rotation) -> None:
        """Wait for a page, and touch a button where it is on the turned picture."""
        picture = turned_size(SIZE, rotation)
        layout = lay_out(picture, mm_per_px(SIZE, SIZE_MM, None), header=False)
        page = self.pages[name]
        typing = None if page.entry is None else begin(page.entry.keys)
        laid = wizard_page(layout, self.type, page, typing, 0, Texts("vi"))
        surface = pygame.Surface(picture)
        surface.fill(CALM.paper)
        draw_sheet(surface, laid.sheet, (0, 0), layout, self.type, CALM)
        wanted = Image.frombytes("RGB", picture, pygame.image.tobytes(surface, "RGB"))
        end_s = time.monotonic() + PATIENCE_S
        while ImageChops.difference(self._upright(rotation), wanted).getbbox():
            assert time.monotonic() < end_s, f"not the page {name}, turned by {rotation}"
            time.sleep(0.2)
        x, y = dict(laid.sheet.targets)[button].centre
        # Reckoned without the program's own code: where a point of a picture is that hangs turned by so much.
        places = {0: (x, y), 270: (y, SIZE[1] - 1 - x)}
        xdotool(self.display, "mousemove", *places[rotation], "click", 1)

    def _upright(self, rotation: Rotation) -> Image.Image:
        return screenshot(self.display).convert("RGB").rotate(rotation, expand=True)


def test_a_panel_that_hangs_on_its_side_is_turned_and_touched_where_it_shows_its_buttons(
    tmp_path: Path,
) -> None:
    file, data = tmp_path / "hailong.toml", tmp_path / "data"
    file.write_text(f'data_dir = "{data}"\n[screen]\npanel_mm = {list(SIZE_MM)}\n', encoding="utf-8")
    save(data / "provision.json", Saved({Step.LANGUAGE: Mark(Status.DONE)}, at=Step.PANEL))
    command = [*PYTHON, "provision", "--touch", "--windowed", "800x480", "--config", str(file)]
    with xvfb(*SIZE) as display:
        wizard = subprocess.Popen(command, env=environment(display))
        try:
            panel = Panel(display)
            panel.touch("panel", f"{CHOICE}turn", 0)
            panel.touch("turn", f"{CHOICE}right", 0)
            panel.touch("turn", f"{CHOICE}up", 270)
            panel.touch("panel", f"{CHOICE}right", 270)
            panel.touch("inputs", BACK, 270)
        finally:
            wizard.send_signal(signal.SIGKILL)
            wizard.wait(PATIENCE_S)
    settings = tomllib.loads(file.read_text(encoding="utf-8"))["screen"]
    assert settings["rotation"] == 270
    assert settings["panel_mm"] == [143, 86]  # of the panel itself, as it is without turning
