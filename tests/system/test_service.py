"""The service page of the real program: opened by a real pad and by real fingers, closed, and nobody's vote touched."""

import json
import subprocess
import time
from pathlib import Path

import pytest
from PIL import ImageChops

from hardware.events import Level
from hardware.fakes.pad import PtyPad
from kiosk.panel import mm_per_px
from kiosk.screens.layout import lay_out
from kiosk.screens.rect import Rect
from tests.hardware.dumps.touch_device import TouchDevice
from tests.system.program import PATIENCE_S, PYTHON, Line, Program, entries, hailong, without_display
from tests.system.test_screen import MIDDLES_PX, ROW_PX, SIZE, on_panel
from tests.xdisplay import environment, screenshot, xdotool, xvfb

LAYOUT = lay_out(SIZE, mm_per_px(SIZE, (217, 136), None), header=False)
QUICK = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "1"}


def page(program: Program) -> str:
    return str(program.until("service")["page"])


def of_kind(data: Path, kind: str) -> list[Line]:
    own = ("wall", "synced")
    return [{n: v for n, v in body.items() if n not in own} for _, k, body in entries(data) if k == kind]


def counted(data: Path) -> list[int]:
    """The levels that count, as the independent verifier has checked them."""
    export = data / "export.jsonl"
    for command in (["ledger", "export", "--output", str(export)], ["verify", str(export)]):
        subprocess.run(
            [*PYTHON, *command, *(["--data-dir", str(data)] if command[0] == "ledger" else [])],
            env=without_display(),
            check=True,
            capture_output=True,
            timeout=PATIENCE_S,
        )
    rows = [json.loads(line) for line in export.read_text(encoding="utf-8").splitlines()]
    return [row["level_counted"] for row in rows if row["counted"]]


def test_a_technician_at_the_pad_opens_the_page_tests_a_button_and_closes_it_by_hand(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with PtyPad(tmp_path) as pad, xvfb(*SIZE) as display:
        settings = {"pad_enabled": "true", "pad_port": str(pad.path)}
        with hailong("run", data=data, environ=environment(display), settings=settings) as program:
            program.until("ready")
            assert pad.wait_acknowledged(1)
            xdotool(display, "mousemove", MIDDLES_PX[3], ROW_PX, "click", 1)
            assert program.until("rating_stored")["level"] == 4
            # The technician comes at once: the first press corrects the rating of the citizen before.
            pad.down(Level.EXCELLENT)
            assert program.until("rating_stored")["kind"] == "correction"
            pad.down(Level.VERY_POOR)
            assert page(program) == "opened"
            opened = screenshot(display).convert("RGB")
            pad.up(Level.EXCELLENT)
            pad.up(Level.VERY_POOR)
            pad.press(Level.GOOD)
            while not ImageChops.difference(screenshot(display).convert("RGB"), opened).getbbox():
                assert program.process.poll() is None
            xdotool(display, "mousemove", *LAYOUT.close.centre, "click", 1)
            assert page(program) == "closed"
            pad.press(Level.POOR)
            assert program.until("rating_stored")["level"] == 2
            assert program.end() == 0
    assert of_kind(data, "service") == [
        {"page": "opened", "by": "gesture", "source": "pad"},
        {"page": "closed", "by": "button"},
    ]
    assert of_kind(data, "test") == [{"level": 4, "source": "pad"}]
    assert counted(data) == [4, 2]


@pytest.mark.parametrize("rotation", [0, 90])
def test_two_fingers_in_the_corners_open_the_page_and_a_touch_closes_it(
    tmp_path: Path, rotation: int
) -> None:
    panel, panel_mm = (SIZE, "217,136") if rotation == 0 else (SIZE[::-1], "136,217")
    settings = QUICK | {"screen_rotation": str(rotation), "screen_panel_mm": panel_mm}

    def at(place: Rect) -> tuple[int, int]:
        return on_panel(*place.centre, rotation)

    with (
        TouchDevice(*panel) as device,
        hailong("run", data=tmp_path, environ=environment(device.display), settings=settings) as program,
    ):
        program.until("ready")
        places = [at(corner) for corner in LAYOUT.corners]
        fingers = [device.down(*place) for place in places]
        assert page(program) == "opened"
        for finger, place in zip(fingers, places, strict=True):
            device.up(finger, *place)
        device.tap(*on_panel(MIDDLES_PX[1], ROW_PX, rotation))  # there are no cards now
        program.nothing_stored(0.5)
        device.tap(*at(LAYOUT.close))
        assert page(program) == "closed"
        device.tap(*on_panel(MIDDLES_PX[1], ROW_PX, rotation))
        assert program.until("rating_stored")["level"] == 2
        assert program.end() == 0
    assert of_kind(tmp_path, "service") == [
        {"page": "opened", "by": "gesture", "source": "touch"},
        {"page": "closed", "by": "button"},
    ]
    assert of_kind(tmp_path, "test") == of_kind(tmp_path, "void") == []


def test_the_same_gesture_closes_the_page_of_a_terminal_without_glass(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with PtyPad(tmp_path) as pad:
        settings = QUICK | {"pad_enabled": "true", "pad_port": str(pad.path)}
        with hailong("run", "--headless", data=data, settings=settings) as program:
            program.until("ready")
            assert pad.wait_acknowledged(1)
            for expected in ("opened", "closed"):
                pad.down(Level.VERY_POOR)
                pad.down(Level.EXCELLENT)
                assert page(program) == expected
                pad.up(Level.VERY_POOR)
                pad.up(Level.EXCELLENT)
                time.sleep(0.3)  # a button rests for 100 ms before its next press
            pad.press(Level.GOOD)
            assert program.until("rating_stored")["level"] == 4
            assert program.end() == 0
    assert sorted(body["level"] for body in of_kind(data, "test")) == [1, 5]
    assert counted(data) == [4]
