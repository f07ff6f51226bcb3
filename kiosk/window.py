"""The one window: opens the display, turns pygame's events into plain records, shows frames, sleeps.

Everything that has to be arranged with SDL is here, so that inputs and controller never see it. Only the display
and the fonts of pygame are started: no mixer, no joystick, nothing that would poll.

A process opens one window, once: opening the display a second time crashes in SDL (pygame-ce issues 1374 and
1375). When the display is lost the program ends with an error and is started again.
"""

import atexit
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from hardware.keys import KeyDown, KeyRecord, KeyUp
from hardware.pointer import FingerDown, FingerUp, MouseDown, MouseUp, PointerRecord
from kiosk.rotation import Place, Rotation, on_panel, on_picture, turned_size
from kiosk.wait import DisplayLost, Waiter, display_sockets, open_sockets
from kiosk.x11 import manager_runs

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # its greeting would be a line on standard output

import pygame

TITLE: Final = "Hài lòng"

DRIVERS: Final = frozenset({"kmsdrm", "wayland", "x11"})
"""SDL's video drivers that a person can see. Without a display SDL silently takes ``offscreen``."""

HINTS: Final = {
    # One tap is one event: neither clicks made out of touches nor touches made out of clicks.
    "SDL_TOUCH_MOUSE_EVENTS": "0",
    "SDL_MOUSE_TOUCH_EVENTS": "0",
    "SDL_MOUSE_AUTO_CAPTURE": "0",  # grabbing the pointer at each press is a round trip to the server, for nothing
    "SDL_MOUSE_FOCUS_CLICKTHROUGH": "1",  # else the click that comes with the focus is swallowed
    "SDL_VIDEO_ALLOW_SCREENSAVER": "0",
    "SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS": "0",
    "SDL_FRAMEBUFFER_ACCELERATION": "0",  # without a GPU the accelerated one costs another 100 MB
    "SDL_NO_SIGNAL_HANDLERS": "1",  # SIGTERM is the program's: SDL would make a QUIT event of it
    "SDL_VIDEO_X11_WMCLASS": "hailong",
}

_DIGITS: Final = {getattr(pygame, f"K_{digit}"): str(digit) for digit in range(10)}
_KEYPAD: Final = {getattr(pygame, f"K_KP{digit}"): f"kp{digit}" for digit in range(10)}
_PLACES: Final = {getattr(pygame, f"KSCAN_{digit}"): str(digit) for digit in range(10)}
_UNUSED: Final = (
    pygame.MOUSEMOTION,
    pygame.FINGERMOTION,
    pygame.MULTIGESTURE,
    pygame.TEXTINPUT,
    pygame.TEXTEDITING,
)


class DisplayUnavailable(RuntimeError):
    """There is no display that a person could see."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Somebody closed the window."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """What was shown may be gone: present the frame again."""


@dataclass(frozen=True, slots=True)
class Resized:
    """The surface has another size now, pixels: lay out and present again."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Typed:
    """Characters were typed; only in a window that asked for them."""

    text: str = field(repr=False)  # it may be a password


WindowRecord = PointerRecord | KeyRecord | Closed | Exposed | Resized | Typed


def display_available(environ: Mapping[str, str]) -> bool:
    """Whether opening a window is worth trying: an X server or compositor is named, or the bare console works."""
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        return True
    cards = Path("/dev/dri").glob("card*")
    return any(os.access(card, os.R_OK | os.W_OK) for card in cards) and _console_works(environ)


def record_of(event: pygame.event.Event, now_ns: int) -> WindowRecord | None:
    """One pygame event as a plain record; None for those that mean nothing here.

    Args:
        event: From the queue.
        now_ns: CLOCK_BOOTTIME at which the queue was read, nanoseconds.
    """
    match event.type:
        case pygame.FINGERDOWN:
            return FingerDown(event.touch_id, event.finger_id, event.x, event.y, now_ns)
        case pygame.FINGERUP:
            return FingerUp(event.touch_id, event.finger_id, event.x, event.y, now_ns)
        case pygame.MOUSEBUTTONDOWN:
            x_px, y_px = event.pos
            return MouseDown(event.button, x_px, y_px, bool(event.touch), now_ns)
        case pygame.MOUSEBUTTONUP:
            x_px, y_px = event.pos
            return MouseUp(event.button, x_px, y_px, bool(event.touch), now_ns)
        case pygame.KEYDOWN:
            # pygame drops auto-repeat itself and has no such attribute; where one is given, it is believed.
            return KeyDown(_key_code(event), bool(getattr(event, "repeat", False)), now_ns)
        case pygame.KEYUP:
            return KeyUp(_key_code(event), now_ns)
        case pygame.TEXTINPUT:
            return Typed(event.text)
        case pygame.QUIT:
            return Closed()
        case pygame.WINDOWEXPOSED:
            return Exposed()
        case pygame.WINDOWSIZECHANGED:
            return Resized(event.x, event.y)
    return None


class Window:
    """The display of this process. Use from one thread, except `wake`.

    Args:
        size: Width and height of a window, pixels; None: the full screen at the size of the desktop.
        rotation: How the picture is turned on it. Sizes, surface and records are those of the picture.
        typing: Whether characters are typed here, too: then keys are also records of their characters.
        allow_dummy: Accept SDL's drivers that show nothing. For tests of other things only.

    Raises:
        DisplayUnavailable: No display, none that can be seen, or one is open in this process already.
    """

    def __init__(
        self,
        size: tuple[int, int] | None = None,
        *,
        rotation: Rotation = 0,
        typing: bool = False,
        allow_dummy: bool = False,
    ) -> None:
        if pygame.display.get_init():
            raise DisplayUnavailable("this process has opened its display already; there is only one window")
        os.environ.update(HINTS)
        before = open_sockets()
        try:
            pygame.display.init()
            self._driver = pygame.display.get_driver().lower()
            if self._driver not in DRIVERS and not allow_dummy:
                raise DisplayUnavailable(_no_display(self._driver))
            _open(size, managed=self._driver != "x11" or manager_runs(), typing=typing)
        except pygame.error as error:
            pygame.display.quit()
            raise DisplayUnavailable(f"the display cannot be opened: {error}. {_REMEDY}") from error
        except DisplayUnavailable:
            pygame.display.quit()
            raise
        self._rotation = rotation
        self._picture: pygame.Surface | None = None
        self._lost = self._closed = False
        self._waiter = Waiter(display_sockets(before), window=True)

    @property
    def driver(self) -> str:
        """SDL's name of the video driver, in lower case."""
        return self._driver

    @property
    def surface(self) -> pygame.Surface:
        """What to draw on. Ask for it anew after `Resized`."""
        if self._rotation == 0:
            return self._panel
        size = turned_size(self._panel.get_size(), self._rotation)
        if self._picture is None or self._picture.get_size() != size:
            self._picture = pygame.Surface(size)
        return self._picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the surface now, pixels."""
        return self.surface.get_size()

    @property
    def panel_size(self) -> tuple[int, int]:
        """The same as it is on the panel, however the picture is turned. From any thread."""
        return self._panel.get_size()

    def turn(self, rotation: Rotation) -> None:
        """Turn the picture another way. Draw and present it anew."""
        if rotation != self._rotation:
            self._rotation, self._picture = rotation, None

    @property
    def polls(self) -> bool:
        """Whether `wait` has to look every 10 ms, because this display has no socket to sleep on."""
        return self._waiter.polls

    @property
    def wake_fd(self) -> int:
        """Non-blocking; a byte written here wakes like `wake`. For `signal.set_wakeup_fd`."""
        return self._waiter.wake_fd

    def events(self, now_ns: int) -> Iterator[WindowRecord]:
        """Everything that happened since the last call; the queue is empty afterwards.

        Args:
            now_ns: CLOCK_BOOTTIME now, nanoseconds: the records carry it.

        Raises:
            DisplayLost: The display server has gone.
        """
        self._check()
        records = (record_of(event, now_ns) for event in pygame.event.get())
        return iter([self._on_picture(record) for record in records if record is not None])

    def present(self, changed: Iterable[pygame.Rect] | None = None) -> None:
        """Show what was drawn on `surface`.

        Args:
            changed: Where; by default everywhere.

        Raises:
            DisplayLost: The display server has gone.
        """
        self._check()
        whole = self.surface.get_rect()
        places = [whole] if changed is None else [place.clip(whole) for place in changed]
        pygame.display.update([self._copied(place) for place in places if place.w and place.h])

    def _copied(self, place: pygame.Rect) -> pygame.Rect:
        """The part of the panel that shows a part of the picture, once it is there."""
        if self._rotation == 0:
            return place
        panel_place = on_panel(Place(*place), self.surface.get_size(), self._rotation)
        # pygame turns the other way round; by quarters it copies pixels and smooths nothing.
        part = pygame.transform.rotate(self.surface.subsurface(place), -self._rotation)
        return self._panel.blit(part, panel_place[:2])

    def wait(self, timeout_s: float | None = None) -> None:
        """Sleep until there are events, `wake` is called, or the time (seconds) is up; None: no limit.

        Raises:
            DisplayLost: The display server has gone.
        """
        self._check()
        # Showing a frame may have read events off the socket: those would not wake anybody.
        pending = pygame.event.peek()
        try:
            self._waiter.wait(0.0 if pending else timeout_s)
        except DisplayLost:
            self._give_up()
            raise

    def wake(self) -> None:
        """End the present or the next `wait`. From any thread and from signal handlers."""
        self._waiter.wake()

    def close(self) -> None:
        """Close the window for good. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._waiter.close()
        if not self._lost:
            pygame.font.quit()
            pygame.display.quit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Window {self._driver} {'closed' if self._closed else 'open'}>"

    @property
    def _panel(self) -> pygame.Surface:
        surface = pygame.display.get_surface()
        if surface is None:
            raise DisplayUnavailable("the window is closed")
        return surface

    def _on_picture(self, record: WindowRecord) -> WindowRecord:
        match record:
            case Resized(width, height):
                return Resized(*turned_size((width, height), self._rotation))
            case FingerDown() | FingerUp() | MouseDown() | MouseUp():
                return on_picture(record, self._panel.get_size(), self._rotation)
        return record

    def _check(self) -> None:
        try:
            self._waiter.check()
        except DisplayLost:
            self._give_up()
            raise

    def _give_up(self) -> None:
        """Touch SDL no more: closing a connection to a dead server makes Xlib end the process with its own code."""
        self._lost = True
        atexit.unregister(pygame.quit)


_REMEDY = "Start it under an X server or a Wayland compositor such as cage, or with --headless"


def _no_display(driver: str) -> str:
    return f"SDL chose the video driver {driver!r}, which nobody can see. {_REMEDY}"


def _open(size: tuple[int, int] | None, *, managed: bool, typing: bool) -> None:
    """The surface, the fonts, the cursor and the keyboard as this program wants them.

    Args:
        size: As `Window`'s.
        managed: Whether somebody is there who makes a window fill the screen. Without, SDL waits 0.1 s for an answer
            that nobody gives; a window of that size without a frame fills it just so.
        typing: As `Window`'s.
    """
    pygame.font.init()
    pygame.display.set_caption(TITLE)
    if size is None:
        if managed:
            pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        else:
            pygame.display.set_mode(pygame.display.get_desktop_sizes()[0], pygame.NOFRAME)
        # See-through rather than invisible: hiding the cursor has disabled touch on some panels (pibooth 41).
        pygame.mouse.set_cursor((8, 8), (0, 0), (0,) * 8, (0,) * 8)
    else:
        pygame.display.set_mode(size)
    pygame.event.set_blocked(_UNUSED)
    pygame.event.set_grab(False)
    if typing:
        pygame.event.set_allowed(pygame.TEXTINPUT)
        pygame.key.start_text_input()
    else:
        pygame.key.stop_text_input()  # an input method would eat the digits


def _key_code(event: pygame.event.Event) -> str:
    """Our name of a key: the digit that is printed on it, else the digit whose place it has.

    On the Vietnamese and French layouts the upper row types letters and signs, and digits only with a modifier.
    SDL 2.28 and 2.32 call those keys digits all the same; the place is for an SDL that does not.
    """
    code = _DIGITS.get(event.key) or _KEYPAD.get(event.key) or _PLACES.get(event.scancode)
    return code or f"key {event.key}"


def _console_works(environ: Mapping[str, str]) -> bool:
    """Whether this SDL can draw on the bare console, tried in a process of its own: most builds cannot."""
    program = "import pygame; pygame.display.init()"
    done = subprocess.run(  # noqa: S603 (our own interpreter, a constant program)
        [sys.executable, "-c", program],
        env={**environ, "SDL_VIDEODRIVER": "kmsdrm"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30.0,
        check=False,
    )
    return done.returncode == 0
