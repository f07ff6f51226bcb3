"""The line on a real display, from another process."""

import os
from pathlib import Path

from kiosk.provision.page import RULER_MM
from kiosk.provision.panel_line import PanelLine
from kiosk.provision.works import Panel
from kiosk.screens.palette import CALM
from tests.xdisplay import environment, screenshot, xvfb

WIDTH_MM = 217


def _config(tmp_path: Path, rotation: int = 0) -> tuple[str, ...]:
    file = tmp_path / "hailong.toml"
    file.write_text(f"[screen]\npanel_mm = [{WIDTH_MM}, 136]\nrotation = {rotation}\n", encoding="utf-8")
    return ("--config", str(file), "--data-dir", str(tmp_path / "data"))


def test_the_line_is_as_long_as_it_says_and_goes_away(tmp_path: Path) -> None:
    with xvfb() as display:
        line = PanelLine(_config(tmp_path), environment(display), has_screen=True)
        seen = line.show()
        try:
            assert seen.size_px == (1280, 800)
            picture = screenshot(display)
        finally:
            line.hide()
        line.hide()  # twice does no harm
    ink = tuple(CALM.ink)[:3]
    row = [x for x in range(1280) if picture.getpixel((x, 400)) == ink]
    assert row == list(range(row[0], row[-1] + 1)), "one line without a gap"
    assert abs(len(row) * WIDTH_MM / 1280 - RULER_MM) < 0.2
    assert len({picture.getpixel((x, 5)) for x in range(1280)}) == 1, "nothing else at the rim"


def test_what_is_measured_is_the_panel_however_the_picture_is_turned(tmp_path: Path) -> None:
    with xvfb() as display:
        line = PanelLine(_config(tmp_path, rotation=90), environment(display), has_screen=True)
        seen = line.show()
        try:
            picture = screenshot(display)
        finally:
            line.hide()
    assert seen.size_px == (1280, 800)
    ink = tuple(CALM.ink)[:3]
    column = [y for y in range(800) if picture.getpixel((640, y)) == ink]
    assert abs(len(column) * WIDTH_MM / 1280 - RULER_MM) < 0.2


def test_without_a_screen_there_is_no_line(tmp_path: Path) -> None:
    assert PanelLine(_config(tmp_path), os.environ, has_screen=False).show() == Panel(None)


def test_a_display_that_is_not_there_is_no_screen(tmp_path: Path) -> None:
    nowhere = {**os.environ, "DISPLAY": ":4711", "SDL_VIDEODRIVER": "x11"}
    assert PanelLine(_config(tmp_path), nowhere, has_screen=True).show() == Panel(None)
