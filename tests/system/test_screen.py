"""The real program on a real display, used by hand: touch, mouse, keys, and what people see."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from kiosk.screens.palette import CALM
from tests.hardware.dumps.touch_device import TouchDevice
from tests.system.program import PATIENCE_S, Program, entries, hailong, kinds
from tests.xdisplay import environment, screenshot, xdotool, xvfb

SIZE = (1280, 800)
MIDDLES_PX = (156, 398, 640, 882, 1124)
ROW_PX = 480
"""The middle of the cards, on every screen that takes presses."""
SWITCH_PX = (1180, 742)
"""The button for another language."""


@pytest.fixture
def display() -> Iterator[str]:
    with xvfb(*SIZE) as name:
        yield name


def until_seen(display: str, differs_from: Image.Image) -> Image.Image:
    """The next picture that is not that one."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        picture = screenshot(display)
        if ImageChops.difference(picture.convert("RGB"), differs_from.convert("RGB")).getbbox():
            return picture
        time.sleep(0.02)
    raise AssertionError("the screen did not change")


def colours_of(picture: Image.Image) -> set[tuple[int, ...]]:
    return {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}  # type: ignore[misc]


def rating_of(program: Program) -> int:
    line = program.until("rating_stored")
    assert line["kind"] == "rating"
    return int(line["level"])


def test_when_it_says_ready_the_first_frame_is_visible(display: str, tmp_path: Path) -> None:
    with hailong("run", data=tmp_path, environ=environment(display)) as program:
        program.until("ready")
        picture = screenshot(display)
        assert picture.size == SIZE
        assert picture.convert("RGB").getpixel((640, 5)) == CALM.paper
        assert len(colours_of(picture)) > 50


@pytest.mark.parametrize("level", range(1, 6))
def test_a_click_on_a_face_is_that_level(display: str, tmp_path: Path, level: int) -> None:
    with hailong("run", data=tmp_path, environ=environment(display)) as program:
        program.until("ready")
        xdotool(display, "mousemove", MIDDLES_PX[level - 1], ROW_PX, "click", 1)
        assert rating_of(program) == level


def on_panel(x: int, y: int, rotation: int) -> tuple[int, int]:
    """Where a point of the upright picture is on a panel with the picture turned clockwise."""
    width, height = SIZE
    return {
        0: (x, y),
        90: (height - 1 - y, x),
        180: (width - 1 - x, height - 1 - y),
        270: (y, width - 1 - x),
    }[rotation]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_picture_is_the_same_picture_and_is_touched_where_it_is_seen(
    display: str, tmp_path: Path, rotation: int
) -> None:
    quick = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "5"}
    with hailong("run", data=tmp_path / "upright", environ=environment(display), settings=quick) as program:
        program.until("ready")
        upright = screenshot(display).convert("RGB")
        xdotool(display, "mousemove", 5, 5, "key", "2")
        program.until("rating_stored")
        time.sleep(0.5)  # the thank-you follows the pressed card
        upright_thanks = screenshot(display).convert("RGB")
    panel, panel_mm = (SIZE, "217,136") if rotation in (0, 180) else (SIZE[::-1], "136,217")
    turned = quick | {"screen_rotation": str(rotation), "screen_panel_mm": panel_mm}
    with (
        xvfb(*panel) as other,
        hailong("run", data=tmp_path, environ=environment(other), settings=turned) as program,
    ):
        program.until("ready")
        picture = screenshot(other).convert("RGB").rotate(rotation, expand=True)
        assert not ImageChops.difference(picture, upright).getbbox()
        for level, x in enumerate(MIDDLES_PX, start=1):
            xdotool(other, "mousemove", *on_panel(x, ROW_PX, rotation), "click", 1)
            assert rating_of(program) == level
        # What was drawn in parts is where it belongs, too.
        end_s = time.monotonic() + PATIENCE_S
        while ImageChops.difference(picture, upright_thanks).getbbox() and time.monotonic() < end_s:
            picture = screenshot(other).convert("RGB").rotate(rotation, expand=True)
        assert not ImageChops.difference(picture, upright_thanks).getbbox()


def test_a_citizen_switches_the_language_and_the_next_one_finds_vietnamese(
    display: str, tmp_path: Path
) -> None:
    quick = {"visit_repeat_interval_s": "1", "visit_correction_window_s": "0", "visit_thanks_s": "1"}
    with hailong("run", data=tmp_path, environ=environment(display), settings=quick) as program:
        program.until("ready")
        xdotool(display, "mousemove", *SWITCH_PX)
        vietnamese = screenshot(display).convert("RGB")
        xdotool(display, "click", 1)
        english = until_seen(display, vietnamese)
        program.nothing_stored(0.5)
        xdotool(display, "mousemove", MIDDLES_PX[0], ROW_PX, "click", 1)
        assert rating_of(program) == 1
        until_seen(display, english)
        end_s = time.monotonic() + PATIENCE_S
        while ImageChops.difference(screenshot(display).convert("RGB"), vietnamese).getbbox():
            assert time.monotonic() < end_s


def test_a_touch_on_a_panel_is_one_press(tmp_path: Path) -> None:
    device = TouchDevice(*SIZE)
    try:
        quick = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "1"}
        with hailong("run", data=tmp_path, environ=environment(device.display), settings=quick) as program:
            program.until("ready")
            for level, x in enumerate(MIDDLES_PX, start=1):
                device.tap(x, ROW_PX)
                assert rating_of(program) == level
            for x, y in ((2, ROW_PX), (1278, ROW_PX), (640, 2), (640, 60), (640, 798)):
                device.tap(x, y)
            program.nothing_stored(1.0)
            assert program.end() == 0
    finally:
        device.close()
    assert kinds(tmp_path).count("rating") == 5
    assert {body["source"] for _, kind, body in entries(tmp_path) if kind == "rating"} == {"touch"}


def test_the_thank_you_looks_the_same_for_every_level(tmp_path: Path) -> None:
    pictures = []
    settings = {"visit_correction_window_s": "0"}
    for level in (1, 5):
        with (
            xvfb(*SIZE) as display,
            hailong(
                "run", data=tmp_path / str(level), environ=environment(display), settings=settings
            ) as program,
        ):
            program.until("ready")
            idle = screenshot(display)
            xdotool(display, "key", level)
            program.until("rating_stored")
            time.sleep(0.3)
            pictures.append(screenshot(display).convert("RGB"))
            assert ImageChops.difference(pictures[-1], idle.convert("RGB")).getbbox()
    assert not ImageChops.difference(*pictures).getbbox()


def test_a_thousand_clicks_are_one_visit_and_the_next_citizen_can_vote(display: str, tmp_path: Path) -> None:
    with hailong("run", data=tmp_path, environ=environment(display)) as program:
        program.until("ready")
        xdotool(display, "mousemove", MIDDLES_PX[3], ROW_PX, "click", "--repeat", 1000, "--delay", 1, 1)
        lines = [program.until("rating_stored")]
        while lines[-1]["kind"] != "repeat":
            lines.append(program.until("rating_stored"))
        xdotool(display, "key", "2")
        assert rating_of(program) == 2
        assert program.end() == 0
    counted = [sum(b["counts"].values()) for _, kind, b in entries(tmp_path) if kind in ("repeat", "refused")]
    assert 1 + [line["kind"] for line in lines].count("correction") + sum(counted) == 1000


def test_a_second_start_that_is_refused_leaves_the_first_its_keys(display: str, tmp_path: Path) -> None:
    with hailong("run", data=tmp_path, environ=environment(display)) as first:
        first.until("ready")
        before = screenshot(display)
        with hailong("run", data=tmp_path, environ=environment(display)) as second:
            assert second.wait() == 1
        assert not ImageChops.difference(screenshot(display).convert("RGB"), before.convert("RGB")).getbbox()
        xdotool(display, "key", "3")
        assert rating_of(first) == 3


def test_a_bad_configuration_is_shown_on_the_screen(display: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[visit]\nrepeat_interval_s = 'năm'\n", encoding="utf-8")
    before = screenshot(display)
    with hailong(
        "run", "--config", str(bad), data=tmp_path / "data", environ=environment(display)
    ) as program:
        picture = until_seen(display, before)
        assert len(colours_of(picture)) > 10
        assert program.wait() == 2
        assert "repeat_interval_s" in program.log


@pytest.mark.parametrize("size", ["1280", "axb", "-1x5", "1280x800x2", "99999x10"])
def test_an_impossible_size_is_named(display: str, tmp_path: Path, size: str) -> None:
    with hailong("run", f"--windowed={size}", data=tmp_path, environ=environment(display)) as program:
        assert program.wait() == 2
        assert size.split("x")[0] in program.log


def test_without_a_display_it_says_so(tmp_path: Path) -> None:
    with hailong("run", data=tmp_path) as program:
        assert program.wait() == 3
        assert "--headless" in program.log


def test_the_demo_goes_on_without_a_display(tmp_path: Path) -> None:
    with hailong("demo", data=tmp_path, keys=True) as program:
        program.until("ready")
        program.key("4")
        assert rating_of(program) == 4


def broken(*arguments: str, data: Path, display: str) -> Program:
    command = (sys.executable, "-m", "tests.system.broken_drawing")
    return Program(["run", *arguments, "--data-dir", str(data)], environment(display), command=command)


def test_a_broken_drawing_shows_plain_text_and_still_takes_votes(display: str, tmp_path: Path) -> None:
    program = broken(data=tmp_path, display=display)
    try:
        program.until("ready")
        assert len(colours_of(screenshot(display))) > 5
        xdotool(display, "key", "4")
        assert rating_of(program) == 4
        xdotool(display, "mousemove", MIDDLES_PX[1], ROW_PX, "click", 1)
        assert program.until("rating_stored")["kind"] == "correction"
        program.end()
        assert "RuntimeError: drawing is broken" in program.log
    finally:
        program.close()


def test_the_fifth_start_within_a_minute_draws_plain_text_and_takes_votes(
    display: str, tmp_path: Path
) -> None:
    for start in range(1, 6):
        program = broken(data=tmp_path, display=display)
        try:
            program.until("ready")
            if start == 5:
                picture = screenshot(display)
                xdotool(display, "key", "2")
                assert rating_of(program) == 2
            program.end(signal.SIGKILL)
            assert ("drawing is broken" in program.log) == (start < 5)
        finally:
            program.close()
    assert len(colours_of(picture)) > 5


def test_starts_that_end_in_good_order_are_no_crash_loop(display: str, tmp_path: Path) -> None:
    for _ in range(6):
        with hailong("run", data=tmp_path, environ=environment(display)) as program:
            program.until("ready")
            assert program.end() == 0
            assert "again and again" not in program.log


def switches(pid: int) -> int:
    """Voluntary context switches of every thread so far: each is one sleep that ended."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        text = status.read_text(encoding="ascii", errors="replace")
        total += int(text.split("\nvoluntary_ctxt_switches:")[1].split()[0])
    return total


def test_an_idle_terminal_wakes_up_at_most_twice_a_second(display: str, tmp_path: Path) -> None:
    with hailong("run", data=tmp_path, environ=environment(display)) as program:
        program.until("ready")
        time.sleep(3.0)  # what is prepared ahead of the first press is done by then
        before = switches(program.process.pid)
        time.sleep(20.0)
        assert switches(program.process.pid) - before <= 2 * 20
