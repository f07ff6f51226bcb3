"""The real program with a pad on a real pty: plugged, pressed, unplugged, plugged again."""

import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops

from hardware.events import Level, OtherButton
from hardware.fakes.pad import PtyPad
from tests.disks import SmallDisk, small_disk
from tests.system.program import entries, hailong, kinds
from tests.xdisplay import environment, screenshot, xvfb

__all__ = ["small_disk"]

SETTINGS = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "1"}


def faults(data: Path) -> list[tuple[str, bool]]:
    return [(body["code"], body["active"]) for _, kind, body in entries(data) if kind == "fault"]


def test_a_press_on_a_pad_is_a_rating_and_a_lost_pad_comes_back_by_itself(tmp_path: Path) -> None:
    with PtyPad(tmp_path) as pad:
        settings = SETTINGS | {"pad_enabled": "true", "pad_port": str(pad.path)}
        with hailong("run", "--headless", data=tmp_path / "data", keys=True, settings=settings) as program:
            program.until("ready")
            assert pad.wait_acknowledged(1)
            pad.press(Level.GOOD)
            assert program.until("rating_stored")["level"] == 4
            assert pad.wait_stored(1)  # its lights blink
            pad.unplug()
            wait_for(lambda: "lost" in program.log)
            program.key("2")  # the other inputs go on
            assert program.until("rating_stored")["level"] == 2
            assert pad.stored == 1
            pad.replug()
            assert pad.wait_acknowledged(len(pad.acknowledged) + 1)
            pad.press(Level.VERY_POOR)
            assert program.until("rating_stored")["level"] == 1
            assert program.end() == 0
    assert ("H4", True) in faults(tmp_path / "data")
    assert ("H4", False) in faults(tmp_path / "data")


def test_the_sixth_button_of_a_pad_changes_the_language_and_is_no_rating(tmp_path: Path) -> None:
    settings = SETTINGS | {"inputs_touch": "false", "inputs_keyboard": "false", "pad_enabled": "true"}
    settings |= {"pad_language_button": "true", "pad_port": str(tmp_path / "pad")}
    with PtyPad(tmp_path) as pad, xvfb(1280, 800) as display:
        data = tmp_path / "data"
        with hailong("run", data=data, environ=environment(display), settings=settings) as program:
            program.until("ready")
            assert pad.wait_acknowledged(1)
            vietnamese = screenshot(display).convert("RGB")
            pad.press(OtherButton.LANGUAGE)
            wait_for(lambda: differ(screenshot(display), vietnamese))
            program.nothing_stored(0.5)
            english = screenshot(display).convert("RGB")
            pad.down(OtherButton.LANGUAGE)  # and stays there
            wait_for(lambda: not differ(screenshot(display), vietnamese))
            pad.press(Level.GOOD)
            assert program.until("rating_stored")["level"] == 4
            assert program.end() == 0
        assert differ(english, vietnamese)
    assert [body["level"] for _, kind, body in entries(data) if kind == "rating"] == [4]
    assert "refused" not in kinds(data)


def differ(picture: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(picture.convert("RGB"), other).getbbox() is not None


def test_the_lights_of_a_pad_glow_while_presses_are_kept_and_are_dark_on_a_full_disk(
    tmp_path: Path, small_disk: SmallDisk
) -> None:
    with PtyPad(tmp_path) as pad:
        settings = SETTINGS | {"pad_enabled": "true", "pad_port": str(pad.path)}
        data = small_disk.folder / "data"
        with hailong("run", "--headless", data=data, settings=settings) as program:
            program.until("ready")
            assert pad.wait_glow(True, 30)
            small_disk.fill()
            pad.press(Level.GOOD)
            assert pad.wait_glow(False, 30)
            assert pad.stored == 0
            small_disk.free()
            assert pad.wait_glow(True, 30)
            pad.press(Level.POOR)
            assert program.until("rating_stored")["level"] == 2
            assert pad.wait_stored(1)
            assert program.end() == 0
        assert pad.wait_glow(False)


def test_a_pad_that_is_not_there_does_not_stop_the_voting(tmp_path: Path) -> None:
    settings = SETTINGS | {"pad_enabled": "true", "pad_port": str(tmp_path / "nothing")}
    with hailong("run", "--headless", data=tmp_path / "data", keys=True, settings=settings) as program:
        program.until("ready")
        program.key("5")
        assert program.until("rating_stored")["level"] == 5
        assert program.end() == 0


def test_buttons_that_cannot_be_opened_do_not_stop_the_voting(tmp_path: Path) -> None:
    """On this machine there is no GPIO chip: the fault is named, and keys go on."""
    with hailong(
        "run", "--headless", data=tmp_path, keys=True, settings=SETTINGS | {"gpio_enabled": "true"}
    ) as program:
        program.until("ready")
        program.key("5")
        assert program.until("rating_stored")["level"] == 5
        assert program.end() == 0
        assert "the input 'gpio' does not work" in program.log
    assert ("H4", True) in faults(tmp_path)


def wait_for(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.05)
