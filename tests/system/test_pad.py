"""The real program with a pad on a real pty: plugged, pressed, unplugged, plugged again."""

import time
from collections.abc import Callable
from pathlib import Path

from hardware.events import Level
from hardware.fakes.pad import PtyPad
from tests.system.program import entries, hailong

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
