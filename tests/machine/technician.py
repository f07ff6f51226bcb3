"""Somebody who sets the machine up by touching its wizard, with the product's own wizard beside it.

That one is fed the same touches, on a machine of fakes. So it knows which page must be on the machine's screen, and
where each button is: nothing here knows a place, and a page that is laid out in another way is found there.
"""

import queue
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pygame
from PIL import Image as Picture

from assets.texts import Texts
from hardware.events import Level
from hardware.pointer import LEFT_BUTTON, MouseDown, MouseUp, Rect, Targets
from kiosk.clock import SystemClock
from kiosk.panel import mm_per_px
from kiosk.provision.fakes import FakeMachine
from kiosk.provision.page import RULER_MM, Keys, Page
from kiosk.provision.saved import NAME
from kiosk.provision.session import Session
from kiosk.provision.steps import Step
from kiosk.provision.works import InputsTried, Network, Online, Panel, Time
from kiosk.screens.palette import THEMES
from kiosk.screens.wizard_sheet import CHOICE, KEY
from kiosk.window import Window
from kiosk.windowed_wizard import WizardWindow
from kiosk.wizard import keyboard
from kiosk.wizard.keyboard import ERASE, LAYERS, OK, SHIFT, Typing
from kiosk.wizard.touch import Wizard
from tests.machine.citizen import Citizen
from tests.machine.room import Sheet, length_mm
from tests.machine.screen import HARDWARE_TEST, card_px
from tests.machine.vm import BOOT_S, SIZE_PX, Machine
from tests.machine.wizard_sight import buttons_on

_AGAIN_S = 15.0
"""Who sees nothing happen touches again; see `tests.machine.citizen`."""
_EXACT_MM = 0.5
_WANTED = ("vi", "touch", "begin", "keep", "none", "right", "accept", "finish")
"""Answers that are taken wherever they are offered; else the first one is."""


class PowerFails(Exception):
    """The technician has come to the step at which it does."""


class Technician(WizardWindow):
    """Sets a machine up.

    Args:
        machine: Which is on.
        sheet: What was printed.
        folder: Where the wizard beside it keeps what a power cut must not take.
        reported_mm: What the machine's panel says of its size.

    Attributes:
        seen: The step of each page, in order.
    """

    def __init__(self, machine: Machine, sheet: Sheet, folder: Path, reported_mm: tuple[int, int]) -> None:
        pygame.font.init()
        self.seen: list[Step | None] = []
        self._machine, self._sheet, self._folder, self._reported_mm = machine, sheet, folder, reported_mm
        self._fakes = FakeMachine()
        self._fakes.options.now["inputs.keyboard"] = False  # as the package has it
        self._fakes.network.now = Network(Online.LINK, "ethernet", "", "10.0.2.15/24")
        self._fakes.time.now = Time("2026-11-26 14:05 +07:00", synced=False)
        self._code = sheet.code.replace("-", "")
        self._fakes.enrolment.good.add(self._code)
        self._woken: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._drawing = _Drawing()
        self._fails_at: Step | None = None
        self._page: Page | None = None
        self._typing: Typing | None = None
        self._targets = Targets((), 0)
        self._last: tuple[Picture.Image, tuple[int, int]] | None = None
        super().__init__(cast(Window, self._drawing), self.mm_per_px, lambda: 0, THEMES["calm"])

    def sets_up(self, power_fails_at: Step | None = None) -> None:
        """Answers whatever is asked, to the end. Raises `PowerFails`."""
        self._fails_at, self._last = power_fails_at, None
        panel, buttons = _OwnPanel(self), _Buttons(self._machine)
        session = Session(self._folder / NAME, replace(self._fakes.ports, panel=panel, inputs=buttons))
        done = Wizard(session, self, SystemClock().boottime_ns).run()
        assert done, "the wizard has ended by itself"

    def mm_per_px(self, size_px: tuple[int, int]) -> float:
        """As the machine knows it so far."""
        configured = self._fakes.options.now["screen.panel_mm"]
        width, height = configured if isinstance(configured, tuple) and len(configured) == 2 else (0, 0)
        return mm_per_px(size_px, (int(width), int(height)) if width else None, self._reported_mm)

    # --- see `kiosk.wizard.touch.Glass`

    def show(self, page: Page, typing: Typing | None, part: int, texts: Texts) -> Targets:
        self._page, self._typing = page, typing
        self._targets = super().show(page, typing, part, texts)
        return self._targets

    def wait(self, timeout_s: float | None) -> None:
        del timeout_s
        if self._page is not None and self._page.busy:
            self._woken.get(timeout=BOOT_S)

    def wake(self) -> None:
        self._woken.put(None)

    def happened(self, now_ns: int) -> Iterator[object]:
        page = self._page
        if page is None or page.busy:
            return
        assert page.problem is None, page.problem
        found = self._looks(page)
        if not self.seen or self.seen[-1] is not page.step:
            self.seen.append(page.step)
        if self._fails_at is not None and page.step is self._fails_at:
            raise PowerFails
        button = self._chosen(page)
        self._touches(_centre(found[button]))
        x_px, y_px = _centre(dict(self._targets.buttons)[button])
        yield MouseDown(LEFT_BUTTON, x_px, y_px, False, now_ns)
        yield MouseUp(LEFT_BUTTON, x_px, y_px, False, now_ns)

    # --- eyes and finger

    def _looks(self, page: Page) -> dict[str, Rect]:
        """Where the page's buttons are, once the machine shows it; touches again what was touched in vain."""
        expected, found = self._drawing.picture, dict[str, Rect]()
        again_s = time.monotonic() + _AGAIN_S

        def seen() -> bool:
            nonlocal again_s
            shown = self._machine.picture()
            places = buttons_on(shown, expected, self._targets, wholly=page.entry is not None)
            found.update(places or {})
            if places is None and time.monotonic() > again_s and self._last and self._last[0] == shown:
                self._machine.tap(self._last[1])
                again_s = time.monotonic() + _AGAIN_S
            return places is not None

        self._machine.until(f"the page {page.title.msgid!r} with {page.choices}", seen, every_s=0.1)
        return found

    def _touches(self, at_px: tuple[int, int]) -> None:
        self._last = self._machine.picture(), at_px
        self._machine.tap(at_px)

    # --- what the technician wants

    def _chosen(self, page: Page) -> str:
        """The button to be touched."""
        if self._typing is not None and (text := self._wanted_text(page)) is not None:
            return f"{KEY}{_key(self._typing, text)}"
        offered = [choice.key for choice in page.choices]
        return f"{CHOICE}{next((key for key in _WANTED if key in offered), offered[0])}"

    def _wanted_text(self, page: Page) -> str | None:
        """What is to be typed; None where an answer is chosen."""
        if page.ruler_mm_per_px is not None:
            measured_mm = length_mm(RULER_MM / page.ruler_mm_per_px)
            return None if abs(measured_mm - RULER_MM) < _EXACT_MM else f"{measured_mm:.1f}".replace(".", ",")
        if page.step is Step.ENROLMENT and page.entry is not None:
            without_scheme = self._sheet.url.partition("//")[2]
            return self._code if page.entry.keys is Keys.CODE else without_scheme
        return None


def _key(typing: Typing, text: str) -> str:
    """The next key towards a text."""
    if typing.text == text:
        return OK
    if not text.startswith(typing.text):
        return ERASE
    character = text[len(typing.text)]
    ways = [(typing.layer, "")]  # to layers, each with the first key on the way there
    for layer, first in ways:
        keys = {key.name for row in LAYERS[layer] for key in row}
        if character in keys:
            return first or character
        known = {layer for layer, _ in ways}
        for key in sorted(keys & {*LAYERS, SHIFT}):
            following = keyboard.touched(Typing(layer=layer), key).layer
            if following not in known:
                ways.append((following, first or key))
    raise AssertionError(f"no key leads to {character!r}")


def _centre(place: Rect) -> tuple[int, int]:
    return place.left + place.width // 2, place.top + place.height // 2


class _Drawing:
    """What `WizardWindow` needs of a window: something to draw on."""

    def __init__(self) -> None:
        self.surface, self.size = pygame.Surface(SIZE_PX), SIZE_PX

    def turn(self, rotation: int) -> None:
        """The panel hangs as it should."""
        assert rotation == 0

    def present(self) -> None:
        """Nobody looks at it: the machine's screen is looked at."""

    @property
    def picture(self) -> Picture.Image:
        """What was drawn."""
        return Picture.frombytes("RGB", SIZE_PX, pygame.image.tobytes(self.surface, "RGB"))


class _OwnPanel:
    """The panel as the wizard on the machine sees it."""

    def __init__(self, technician: Technician) -> None:
        self._technician = technician

    def show(self) -> Panel:
        """See `PanelPart`."""
        return Panel(SIZE_PX, self._technician.mm_per_px(SIZE_PX))

    def hide(self) -> None:
        """See `PanelPart`."""


class _Buttons:
    """The test of the inputs: five cards, which are touched on the machine."""

    def __init__(self, machine: Machine) -> None:
        self._citizen = Citizen(machine)

    def test(self) -> InputsTried:
        """See `InputsPart`."""
        self._citizen.waits_for(HARDWARE_TEST)
        end_s = time.monotonic() + BOOT_S
        while self._citizen.sees(HARDWARE_TEST) and time.monotonic() < end_s:
            for level in Level:
                self._citizen.machine.tap(card_px(level))
                time.sleep(1)
        return InputsTried(complete=True, lines=())
