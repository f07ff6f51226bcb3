"""Whether a window manager runs, asked of real X servers; and that the terminal fills the screen either way."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from Xlib import X
from Xlib.display import Display
from Xlib.xobject.drawable import Window

from kiosk import x11
from tests.kiosk.test_window import child
from tests.xdisplay import environment, xvfb

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0


def asked(display: str) -> bool:
    """What a process on that display finds."""
    program = "from kiosk.x11 import manager_runs; print(manager_runs())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    return {"True": True, "False": False}[done.stdout.strip()]


@contextmanager
def managed(display: str) -> Iterator[None]:
    """Openbox manages that display's windows."""
    manager = subprocess.Popen(["openbox", "--sm-disable"], env={**os.environ, "DISPLAY": display})
    try:
        end_s = time.monotonic() + PATIENCE_S
        while not asked(display):
            assert manager.poll() is None, "openbox has ended"
            assert time.monotonic() < end_s, "openbox never said that it manages the windows"
        yield
    finally:
        manager.terminate()
        manager.wait(PATIENCE_S)


def window(display: str) -> tuple[tuple[int, int, int, int], bool]:
    """Place and size of the terminal's window on its screen, and whether it asked for the full screen."""
    with_server = Display(display)
    try:
        root = with_server.screen().root
        found = [each for each in _family(root) if (each.get_wm_class() or ("", ""))[0] == "hailong"]
        (ours,) = found
        size = ours.get_geometry()
        place = root.translate_coords(ours, 0, 0)
        state = ours.get_full_property(with_server.intern_atom("_NET_WM_STATE"), X.AnyPropertyType)
        full = with_server.intern_atom("_NET_WM_STATE_FULLSCREEN")
        return (place.x, place.y, size.width, size.height), state is not None and full in state.value
    finally:
        with_server.close()


def _family(parent: Window) -> Iterator[Window]:
    for each in parent.query_tree().children:
        yield each
        yield from _family(each)


def test_a_bare_server_has_no_window_manager_and_the_window_fills_it() -> None:
    with xvfb(1280, 800) as display:
        assert not asked(display)
        with child(environment(display)) as running:
            running.until("ready")
            assert window(display) == ((0, 0, 1280, 800), False)


def test_a_window_manager_is_seen_and_asked_for_the_full_screen() -> None:
    with xvfb(1280, 800) as display, managed(display), child(environment(display)) as running:
        running.until("ready")
        expected = (0, 0, 1280, 800), True
        end_s = time.monotonic() + PATIENCE_S
        while (found := window(display)) != expected:  # a manager answers when it likes to
            assert time.monotonic() < end_s, found


def test_what_cannot_be_told_is_taken_for_a_window_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":32000")
    assert x11.manager_runs()
    monkeypatch.setattr(x11, "_LIBRARY", "libno-such-thing.so.1")
    assert x11.manager_runs()
