"""Records what pygame makes of real taps: ``python -m tests.hardware.dumps.record KIND FILE``.

Starts an X server with a touch panel and a pointer (`touch_device`), opens a bare full-screen pygame window on it
(not the product's, so that nothing is filtered), makes a fixed series of taps and writes every pointer event as
pygame gave it. The first line says what was done, so that a test knows what must come out.
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame

from hardware.clock import boottime_ns
from tests.hardware.dumps.touch_device import TouchDevice

Tap = tuple[int, int]
Act = Callable[[TouchDevice, Tap], None]

WIDTH_PX, HEIGHT_PX = 1280, 800
# Twice each fifth of the width, at two heights.
TAPS: tuple[Tap, ...] = tuple((128 + 256 * column, y_px) for y_px in (400, 633) for column in (0, 4, 2, 1, 3))
PAUSE_S = 0.4
LOOK_S = 0.005  # how often the queue is read: the resolution of the times in a dump
EVENTS = {
    getattr(pygame, name): name
    for name in ("FINGERDOWN", "FINGERUP", "FINGERMOTION", "MOUSEBUTTONDOWN", "MOUSEBUTTONUP", "MOUSEMOTION")
}


def touch(device: TouchDevice, tap: Tap) -> None:
    """A finger, with a little slide that a real one makes."""
    finger = device.down(*tap)
    device.move(finger, tap[0] + 3, tap[1] + 2)
    device.up(finger, tap[0] + 3, tap[1] + 2)


def click(device: TouchDevice, tap: Tap) -> None:
    """A mouse: left click; then a right click and a turn of the wheel, which are no taps."""
    for button in (1, 3, 4):
        device.click(*tap, number=button)


def both_at_touch(device: TouchDevice, tap: Tap) -> None:
    """A panel that reports each touch on two devices: finger, then mouse, at the touch."""
    finger = device.down(*tap)
    device.button(*tap, pressed=True)
    device.up(finger, *tap)
    device.button(*tap, pressed=False)


def both_at_release(device: TouchDevice, tap: Tap) -> None:
    """The same, but the mouse clicks when the finger leaves, half a second later and a little aside."""
    finger = device.down(*tap)
    time.sleep(0.5)
    device.up(finger, tap[0] + 9, tap[1] - 7)
    device.click(tap[0] + 9, tap[1] - 7)


def mouse_first(device: TouchDevice, tap: Tap) -> None:
    """The same, but the mouse comes before the finger."""
    device.button(*tap, pressed=True)
    touch(device, tap)
    device.button(*tap, pressed=False)


KINDS: dict[str, tuple[str, tuple[Act, ...]]] = {
    # name: (SDL_TOUCH_MOUSE_EVENTS, what a tap is: one after the other in turn)
    "touch": ("0", (touch,)),
    "pointer": ("0", (click,)),
    "marked": ("1", (touch,)),
    "unmarked": ("0", (both_at_touch, both_at_release, mouse_first)),
}


def series(kind: str) -> Iterator[str]:
    """The lines of one dump."""
    touch_mouse, acts = KINDS[kind]
    hints = {"SDL_TOUCH_MOUSE_EVENTS": touch_mouse, "SDL_MOUSE_TOUCH_EVENTS": "0"}
    with TouchDevice(WIDTH_PX, HEIGHT_PX) as device:
        os.environ.update(hints | {"DISPLAY": device.display})
        pygame.display.init()
        surface = pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        pygame.display.flip()
        time.sleep(1.0)
        pygame.event.clear()
        yield json.dumps(
            {
                "kind": kind,
                "hints": hints,
                "pygame": pygame.version.ver,
                "sdl": ".".join(str(part) for part in pygame.get_sdl_version()),
                "driver": pygame.display.get_driver(),
                "surface": surface.get_size(),
                "taps": TAPS,
            }
        )
        hand = threading.Thread(target=make_taps, args=(device, acts))
        hand.start()
        while hand.is_alive():
            yield from events()
            time.sleep(LOOK_S)
        pygame.display.quit()


def make_taps(device: TouchDevice, acts: tuple[Act, ...]) -> None:
    """Every tap once, in the ways of this kind one after the other."""
    for number, tap in enumerate(TAPS):
        acts[number % len(acts)](device, tap)
        time.sleep(PAUSE_S)


def events() -> Iterator[str]:
    """What is in pygame's queue now."""
    now_ns = boottime_ns()
    for event in pygame.event.get():
        if event.type in EVENTS:
            fields = {name: value for name, value in event.dict.items() if name != "window"}
            yield json.dumps({"at_ns": now_ns, "type": EVENTS[event.type], "fields": fields})


def main() -> None:
    """Record one dump."""
    parser = argparse.ArgumentParser(description="Record what pygame makes of taps on a real X server.")
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    lines = list(series(arguments.kind))
    arguments.file.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
