"""The window on real X servers: what a key, a click and a touch become, and how little it does when idle."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import sleep
from typing import TypedDict

import pygame
import pytest

from hardware.keys import KeyDown
from kiosk.window import display_available, record_of
from tests.hardware.dumps.touch_device import TouchDevice
from tests.xdisplay import environment, screenshot, x_process, xdotool, xvfb, xvfb_command

ROOT = Path(__file__).parents[2]
ANSWER_S = 30.0
"""Reaching this limit is a hang, not a slow machine."""

BACKGROUND = (20, 120, 220)


class Record(TypedDict, total=False):
    """One line of the child; only what the tests look at."""

    kind: str
    size: list[int]
    driver: str
    polls: bool
    message: str
    repr: str
    code: str
    repeat: bool
    button: int
    x_px: int
    y_px: int
    touch: bool
    x_norm: float
    y_norm: float


class Child:
    """The running program of `tests.kiosk.window_child`."""

    def __init__(self, environ: dict[str, str], *arguments: str) -> None:
        command = [sys.executable, "-m", "tests.kiosk.window_child", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, bufsize=0)
        self._rest = b""

    def read(self) -> Record:
        """The next line; fails when there is none within `ANSWER_S`."""
        assert self.process.stdout is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self.process.stdout], [], [], ANSWER_S)
            chunk = self.process.stdout.read(65536) if ready else b""
            assert chunk, f"the window said nothing more than {self._rest!r}"
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        record: Record = json.loads(line)
        return record

    def until(self, kind: str, count: int = 1) -> list[Record]:
        """Read until `count` records of that kind came; returns those, and skips what the window system says."""
        found: list[Record] = []
        while len(found) < count:
            record = self.read()
            found += [record] if record["kind"] == kind else []
        return found

    def next_inputs(self, count: int) -> list[Record]:
        """The next records of keys, mouse and fingers, whatever their kind."""
        found: list[Record] = []
        while len(found) < count:
            try:
                record = self.read()
            except AssertionError as silence:
                raise AssertionError(f"only {found}") from silence
            found += [record] if record["kind"] not in {"Exposed", "Resized"} else []
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal it; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(ANSWER_S)

    def sleeps(self) -> int:
        """How often its threads have gone to sleep by themselves since they began."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        lines = [line for task in tasks for line in (task / "status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


@contextmanager
def child(environ: dict[str, str], *arguments: str) -> Iterator[Child]:
    running = Child(environ, *arguments)
    with running.process:
        try:
            yield running
        finally:
            running.process.kill()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with xvfb(1280, 800) as name:
        yield name


@pytest.fixture
def window(display: str) -> Iterator[Child]:
    """A full-screen window that has the keyboard."""
    with child(environment(display)) as running:
        running.until("ready")
        while not focused(display, running):
            sleep(0.05)
        yield running


def focused(display: str, running: Child) -> bool:
    """Whether keys go to the window; before it is mapped, nothing has them."""
    owner = subprocess.run(
        ["xdotool", "getwindowfocus", "getwindowpid"],
        env=environment(display),
        capture_output=True,
        text=True,
        check=False,
    )
    return owner.stdout.strip() == str(running.process.pid)


def test_full_screen_has_the_size_of_the_desktop_and_is_visible(display: str) -> None:
    with child(environment(display)) as running:
        assert running.read() == {"kind": "ready", "size": [1280, 800], "driver": "x11", "polls": False}
        image = screenshot(display)
        assert image.size == (1280, 800)
        # The cursor is see-through, and the frame is everywhere.
        assert image.convert("RGB").getcolors() == [(1280 * 800, BACKGROUND)]


def test_a_windowed_size_is_kept(display: str) -> None:
    with child(environment(display), "800x480") as running:
        assert running.read()["size"] == [800, 480]
        window = xdotool(display, "search", "--pid", running.process.pid)
        command = ["xprop", "-id", window, "_NET_WM_NAME"]
        title = subprocess.run(command, env=environment(display), check=True, capture_output=True)
        assert '"Hài lòng"' in title.stdout.decode()


def test_keys_one_to_five_and_keypad(display: str, window: Child) -> None:
    names = ["1", "2", "3", "4", "5", "87", "84", "a"]  # two are X's codes of the keypad, NumLock is off
    xdotool(display, "key", *names)
    records = window.next_inputs(2 * len(names))
    downs = [record["code"] for record in records if record["kind"] == "KeyDown"]
    assert downs == ["1", "2", "3", "4", "5", "kp1", "kp5", "key 97"]
    assert [record["kind"] for record in records] == ["KeyDown", "KeyUp"] * len(names)
    assert not any(record["repeat"] for record in records if record["kind"] == "KeyDown")


@pytest.mark.parametrize("layout", ["vn", "fr", "us"])
def test_the_digit_row_works_on_layouts_that_type_letters_there(layout: str) -> None:
    with xvfb(400, 300) as display:
        subprocess.run(["setxkbmap", layout], env=environment(display), check=True, capture_output=True)
        with child(environment(display)) as running:
            running.until("ready")
            while not focused(display, running):
                sleep(0.05)
            xdotool(display, "key", *(str(keycode) for keycode in range(10, 15)))  # X's codes of that row
            downs = running.until("KeyDown", 5)
            assert [record["code"] for record in downs] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("key", "scancode", "code"),
    [
        (0x103, pygame.KSCAN_1, "1"),  # ă
        (pygame.K_7, pygame.KSCAN_1, "7"),  # what is printed on it goes before its place
        (pygame.K_a, pygame.KSCAN_A, "key 97"),
    ],
)
def test_a_key_is_its_digit_else_the_digit_of_its_place(key: int, scancode: int, code: str) -> None:
    event = pygame.event.Event(pygame.KEYDOWN, key=key, scancode=scancode)
    assert record_of(event, 5) == KeyDown(code, False, 5)


def test_a_held_key_is_one_down_and_one_up(display: str, window: Child) -> None:
    xdotool(display, "keydown", "3", "sleep", "1.5", "keyup", "3", "key", "4")
    records = window.next_inputs(4)
    assert [(record["kind"], record["code"]) for record in records] == [
        ("KeyDown", "3"),
        ("KeyUp", "3"),
        ("KeyDown", "4"),
        ("KeyUp", "4"),
    ]


def test_a_click_is_one_down_and_one_up_at_its_place(display: str, window: Child) -> None:
    xdotool(display, "mousemove", 700, 400, "click", 1, "click", 3)
    records = window.next_inputs(4)
    kinds = [(record["kind"], record["button"]) for record in records]
    assert kinds == [("MouseDown", 1), ("MouseUp", 1), ("MouseDown", 3), ("MouseUp", 3)]
    assert {(record["x_px"], record["y_px"], record["touch"]) for record in records} == {(700, 400, False)}


def test_the_first_click_on_a_fresh_window_is_not_swallowed(display: str) -> None:
    for _ in range(8):  # without the hint SDL loses about one in four
        with child(environment(display)) as running:
            running.until("ready")
            while not focused(display, running):
                sleep(0.01)
            xdotool(display, "mousemove", 700, 400, "click", 1)
            assert [record["kind"] for record in running.next_inputs(2)] == ["MouseDown", "MouseUp"]


def test_a_touch_is_a_finger_and_nothing_else() -> None:
    with TouchDevice(1024, 600) as device, child(environment(device.display)) as running:
        assert running.until("ready")[0]["size"] == [1024, 600]
        device.tap(256, 300)
        device.tap(1023, 0)
        records = running.next_inputs(4)
        assert [record["kind"] for record in records] == ["FingerDown", "FingerUp"] * 2
        assert records[0]["x_norm"] * 1024 == pytest.approx(256, abs=1.5)
        assert records[0]["y_norm"] * 600 == pytest.approx(300, abs=1.5)
        assert records[2]["x_norm"] == pytest.approx(1.0, abs=0.002)  # SDL really goes above 1


def test_no_event_of_a_storm_is_lost_while_frames_are_shown(display: str) -> None:
    with child(environment(display), "--present") as running:
        running.until("ready")
        while not focused(display, running):
            sleep(0.05)
        xdotool(display, "key", "--delay", 1, "--repeat", 200, *"12345")
        downs = running.until("KeyDown", 1000)
        assert [record["code"] for record in downs] == list("12345") * 200


def test_an_idle_window_sleeps(window: Child) -> None:
    sleep(1.0)
    before = window.sleeps()
    sleep(5.0)
    assert window.sleeps() - before <= 10  # two a second


def test_terminating_wakes_the_sleeper_and_ends_cleanly(window: Child) -> None:
    assert window.stop() == 0
    assert window.until("closed")[0]["repr"] == "<Window x11 closed>"


def test_a_killed_x_server_is_an_error_of_our_own() -> None:
    command = xvfb_command(400, 300)
    with x_process(command) as (display, server), child(environment(display)) as running:
        running.until("ready")
        while not focused(display, running):  # then it has done with its first events and sleeps
            sleep(0.05)
        sleep(0.5)
        server.kill()
        assert "closed the connection" in running.until("lost")[0]["message"]
        assert running.process.wait(ANSWER_S) == 7


def test_an_x_server_that_ends_never_leaves_the_program_hanging_or_content() -> None:
    with ExitStack() as outer:
        with xvfb(400, 300) as display:
            running = outer.enter_context(child(environment(display)))
            running.until("ready")
        # 1 is Xlib's own: it ends the process when the server goes in the middle of a call.
        assert running.process.wait(ANSWER_S) in (1, 7)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "offscreen"),
        ({"SDL_VIDEODRIVER": "dummy"}, "dummy"),
        ({"SDL_VIDEODRIVER": "x11", "DISPLAY": ":9999"}, "cannot be opened"),
    ],
)
def test_a_display_that_nobody_can_see_is_refused(environ: dict[str, str], says: str) -> None:
    bare = environment("")
    del bare["DISPLAY"]
    with child(bare | environ) as running:
        record = running.until("unavailable")[0]
        assert says in record["message"]
        assert "--headless" in record["message"]
        assert running.process.wait(ANSWER_S) == 6


def test_a_dummy_display_is_accepted_on_request_looked_at_by_polling_and_only_once() -> None:
    program = """
from kiosk.window import DisplayUnavailable, Window
window = Window((320, 240), allow_dummy=True)
assert window.polls and window.size == (320, 240) and window.driver == "dummy"
window.surface.fill((1, 2, 3))
window.present()
assert window.surface.get_at((319, 239))[:3] == (1, 2, 3)
list(window.events(0))
window.wait()
try:
    Window((320, 240), allow_dummy=True)
except DisplayUnavailable:
    window.close()
    window.close()
    print("once")
"""
    environ = dict(os.environ, SDL_VIDEODRIVER="dummy")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    assert done.stdout == "once\n"  # and no greeting of pygame's


def test_a_named_display_is_worth_trying_and_no_display_is_not() -> None:
    assert display_available({"DISPLAY": ":0"})
    assert display_available({"WAYLAND_DISPLAY": "wayland-0"})
    assert not display_available({"DISPLAY": "", "PATH": os.environ["PATH"]})
