"""The plain pages on a real display: the right way round, in the terminal's theme, never over another kiosk."""

import json
import signal
import time
from pathlib import Path

import pygame
import pytest
from PIL import Image, ImageChops

from assets.texts import Texts
from kiosk.clock import SystemClock
from kiosk.config.errors import ConfigError
from kiosk.config.load import load
from kiosk.panel import mm_per_px
from kiosk.rotation import ROTATIONS, Rotation, turned_size
from kiosk.screens.layout import lay_out
from kiosk.screens.palette import CALM, THEMES
from kiosk.screens.safe import draw_safe
from kiosk.screens.text_page import draw_text_page
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View
from tests.hardware.dumps.touch_device import TouchDevice
from tests.system.program import PATIENCE_S, hailong
from tests.xdisplay import environment, screenshot, xdotool, xvfb

SIZE = (1280, 800)
SIZE_MM = (217, 136)
every_way_round = pytest.mark.parametrize("rotation", ROTATIONS)


def upright(display: str, rotation: Rotation) -> Image.Image:
    """What is on the panel, as somebody reads it who looks at the terminal."""
    return screenshot(display).convert("RGB").rotate(rotation, expand=True)


def until_shown(display: str, rotation: Rotation, wanted: Image.Image) -> None:
    """Until the panel shows exactly that picture."""
    end_s = time.monotonic() + PATIENCE_S
    while ImageChops.difference(upright(display, rotation), wanted).getbbox():
        assert time.monotonic() < end_s, "another picture, or none"
        time.sleep(0.05)


def on_panel(point: tuple[int, int], rotation: Rotation) -> tuple[int, int]:
    """Where a point of the upright picture is on the panel, reckoned without the program's own code."""
    (x, y), (width, height) = point, SIZE
    places = {
        0: (x, y),
        90: (width - 1 - y, x),
        180: (width - 1 - x, height - 1 - y),
        270: (y, height - 1 - x),
    }
    return places[rotation]


def surface(rotation: Rotation) -> pygame.Surface:
    pygame.font.init()
    return pygame.Surface(turned_size(SIZE, rotation))


def as_image(picture: pygame.Surface) -> Image.Image:
    return Image.frombytes("RGB", picture.get_size(), pygame.image.tobytes(picture, "RGB"))


def scale(rotation: Rotation) -> float:
    return mm_per_px(turned_size(SIZE, rotation), turned_size(SIZE_MM, rotation), None)


def bad_file(folder: Path, rotation: object, theme: str) -> Path:
    """A configuration of which only the visit, and perhaps the rotation, is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "bad.toml"
    panel = list(turned_size(SIZE_MM, 90 if rotation in (90, 270) else 0))
    file.write_text(
        f"[visit]\nrepeat_interval_s = 'năm'\n[screen]\nrotation = {rotation}\ntheme = '{theme}'\npanel_mm = {panel}\n",
        encoding="utf-8",
    )
    return file


def page(file: Path, rotation: Rotation, theme: str) -> Image.Image:
    """The page of the problems of that file."""
    texts, picture = Texts(), surface(rotation)
    with pytest.raises(ConfigError) as found:
        load(environment={}, system_file=None, config_file=file)
    title = f"{texts('The configuration is not right')} (K1)"
    problems = [problem.render(texts) for problem in found.value.problems]
    draw_text_page(picture, scale(rotation), texts, title, problems, THEMES[theme])
    return as_image(picture)


@every_way_round
@pytest.mark.parametrize("theme", THEMES)
def test_a_bad_configuration_is_read_upright_in_the_theme_of_the_terminal(
    tmp_path: Path, rotation: Rotation, theme: str
) -> None:
    file = bad_file(tmp_path, rotation, theme)
    with (
        xvfb(*SIZE) as display,
        hailong(
            "run", "--config", str(file), data=tmp_path / "data", environ=environment(display)
        ) as program,
    ):
        until_shown(display, rotation, page(file, rotation, theme))
        program.end(signal.SIGKILL)


def test_where_the_rotation_is_what_is_wrong_the_page_is_not_turned(tmp_path: Path) -> None:
    file = bad_file(tmp_path, 45, "contrast")
    with (
        xvfb(*SIZE) as display,
        hailong(
            "run", "--config", str(file), data=tmp_path / "data", environ=environment(display)
        ) as program,
    ):
        until_shown(display, 0, page(file, 0, "contrast"))
        program.end(signal.SIGKILL)


def test_a_bad_configuration_covers_no_kiosk_that_runs_and_takes_no_keys_from_it(tmp_path: Path) -> None:
    file = bad_file(tmp_path, 0, "contrast")
    data = tmp_path / "data"
    with (
        xvfb(*SIZE) as display,
        hailong("run", data=data, environ=environment(display)) as kiosk,
    ):
        kiosk.until("ready")
        before = screenshot(display).convert("RGB")
        with hailong("run", "--config", str(file), data=data, environ=environment(display)) as second:
            while second.process.poll() is None:
                # The page would stand there for seconds.
                assert not ImageChops.difference(screenshot(display).convert("RGB"), before).getbbox()
            assert second.wait() == 2
            assert "visit.repeat_interval_s" in second.log
            assert f"process {kiosk.process.pid} uses" in second.log
        xdotool(display, "key", "3")
        assert kiosk.until("rating_stored")["level"] == 3


def test_a_kiosk_on_another_data_folder_does_not_keep_the_page_away(tmp_path: Path) -> None:
    file = bad_file(tmp_path, 0, "calm")
    with (
        xvfb(*SIZE) as display,
        hailong("run", "--headless", data=tmp_path / "other", environ=environment(display)) as kiosk,
    ):
        kiosk.until("ready")
        data = tmp_path / "data"
        with hailong("run", "--config", str(file), data=data, environ=environment(display)) as program:
            until_shown(display, 0, page(file, 0, "calm"))
            program.end(signal.SIGKILL)


@every_way_round
def test_plain_text_after_a_crash_loop_is_turned_and_touched_where_it_is_seen(
    tmp_path: Path, rotation: Rotation
) -> None:
    clock = SystemClock()
    now_ns = clock.boottime_ns()
    starts = {"boot_id": clock.boot_id(), "starts_ns": [now_ns - n for n in range(1, 5)]}
    (tmp_path / "starts.json").write_text(json.dumps(starts), encoding="utf-8")
    layout = lay_out(turned_size(SIZE, rotation), scale(rotation), header=False)
    picture = surface(rotation)
    wording = Wording.from_texts(Texts())
    draw_safe(picture, View(ScreenName.IDLE), wording, layout.cards, CALM, "K2")

    panel_mm = ",".join(str(side) for side in turned_size(SIZE_MM, rotation))
    settings = {"screen_rotation": str(rotation), "screen_panel_mm": panel_mm}
    with (
        xvfb(*SIZE) as display,
        hailong("run", data=tmp_path, environ=environment(display), settings=settings) as program,
    ):
        program.until("ready")
        until_shown(display, rotation, as_image(picture))
        xdotool(display, "mousemove", *on_panel(layout.cards[3].centre, rotation), "click", 1)
        assert program.until("rating_stored")["level"] == 4
        assert "K2" in program.log


@every_way_round
def test_a_finger_means_the_card_that_it_touches_however_the_picture_is_turned(
    tmp_path: Path, rotation: Rotation
) -> None:
    device = TouchDevice(*SIZE)
    panel_mm = ",".join(str(side) for side in turned_size(SIZE_MM, rotation))
    settings = {
        "screen_rotation": str(rotation),
        "screen_panel_mm": panel_mm,
        "visit_repeat_interval_s": "0",
        "visit_correction_window_s": "0",
        "visit_thanks_s": "1",
    }
    layout = lay_out(turned_size(SIZE, rotation), scale(rotation), header=False)
    try:
        with hailong("run", data=tmp_path, environ=environment(device.display), settings=settings) as program:
            program.until("ready")
            for level, card in enumerate(layout.cards, start=1):
                device.tap(*on_panel(card.centre, rotation))
                assert program.until("rating_stored")["level"] == level
            width, _ = turned_size(SIZE, rotation)
            for x in (2, width - 2):
                device.tap(*on_panel((x, layout.cards[0].centre[1]), rotation))
            program.nothing_stored(1.0)
    finally:
        device.close()
