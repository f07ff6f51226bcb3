"""Provisioning by touch: shows the session's pages, has its works done on a thread, takes fingers and scanner."""

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from assets.texts import Texts
from hardware.events import Tap
from hardware.keys import KeyDown
from hardware.pointer import FingerDown, FingerUp, MouseDown, MouseUp, Pointer, Targets
from kiosk.provision.page import AGAIN_S, Entry, Page
from kiosk.provision.session import Session
from kiosk.provision.steps import Answer, Back, Skip
from kiosk.provision.works import Outcome
from kiosk.screens.wizard_sheet import BACK, CHOICE, KEY, MORE, SKIP
from kiosk.wizard import keyboard
from kiosk.wizard.keyboard import OK, Typing

log = logging.getLogger(__name__)

RETURN, BACKSPACE = "key 13", "key 8"
"""Keys of a keyboard or a scanner, as the window calls them."""


LOOK_S = 5.0
"""How often to look whether somebody has set the terminal up in another way."""
UNTOUCHED_NS = 15 * 60 * 10**9
"""After so long nobody is there, or nobody can touch this panel: ratings must not wait for them."""


class Glass(Protocol):
    """Where pages are shown and touched."""

    def show(self, page: Page, typing: Typing | None, part: int, texts: Texts) -> Targets:
        """Draw a page; where it can be touched."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, pixels."""

    def happened(self, now_ns: int) -> Iterable[object]:
        """What has happened since: records of pointer and keys, `TextTyped`, `Gone`, `Redraw`."""

    def wait(self, timeout_s: float | None) -> None:
        """Sleep until something happens."""

    def wake(self) -> None:
        """End `wait`, from any thread."""


class TextTyped(str):
    """Characters from a keyboard or a scanner."""


class Gone:
    """The window was closed."""


class Redraw:
    """What was shown may be gone, or has another size."""


class Wizard:
    """One run.

    Args:
        session: The provisioning.
        glass: Where it is shown.
        boottime: CLOCK_BOOTTIME, nanoseconds.
        texts: The catalogue of a language.
        set_up_elsewhere: Whether the terminal was set up meanwhile, as by prompts over the network.
    """

    def __init__(
        self,
        session: Session,
        glass: Glass,
        boottime: Callable[[], int],
        texts: Callable[[str], Texts] = Texts,
        set_up_elsewhere: Callable[[], bool] = lambda: False,
    ) -> None:
        self._session, self._glass, self._boottime, self._texts = session, glass, boottime, texts
        self._set_up_elsewhere = set_up_elsewhere
        self._touched_ns = boottime()
        self._pointer = Pointer()
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._working = False
        self._page = session.page
        self._typing = _typing_of(self._page)
        self._answered: list[tuple[Entry, Typing]] = []
        self._part = 0
        self._meanwhile = ""
        self._looked_ns = boottime()
        self._targets = Targets((), 0)
        self._stale = True

    @property
    def typing(self) -> Typing | None:
        """What has been typed on this page."""
        return self._typing

    def run(self) -> bool:
        """Until the technician is done, or nobody has touched it for a quarter of an hour.

        Returns:
            Whether they came to the end; else the next run goes on here.
        """
        while not self._session.ended:
            self._work()
            if self._stale:
                self._targets = self._glass.show(
                    self._page, self._typing, self._part, self._texts(self._session.language)
                )
                self._stale = False
            self._glass.wait(LOOK_S)
            if not self._turn() or self._is_left():
                return False
        return True

    def _is_left(self) -> bool:
        """Whether to make way for the ratings."""
        if self._working:
            return False
        if self._set_up_elsewhere():
            log.info("the terminal was set up in another way meanwhile")
            return True
        if self._boottime() - self._touched_ns >= UNTOUCHED_NS:
            log.warning("nobody has touched the screen for 15 minutes; the next start asks again")
            return True
        return False

    def _turn(self) -> bool:
        for record in self._glass.happened(self._boottime()):
            if not isinstance(record, Redraw):
                self._touched_ns = self._boottime()
            match record:
                case Gone():
                    return False
                case Redraw():
                    self._stale = True
                case TextTyped():
                    if self._typing is not None:
                        self._type(keyboard.typed(self._typing, record))
                case KeyDown():
                    self._key(record)
                case FingerDown() | FingerUp() | MouseDown() | MouseUp():
                    said = self._pointer.feed(record, self._targets, self._glass.size)
                    if isinstance(said, Tap):
                        self._touched(said.button)
        while not self._outcomes.empty():
            self._working = False
            self._session.take(self._outcomes.get())
            self._looked_ns = self._boottime()
            self._turn_page()
            meanwhile, self._meanwhile = self._meanwhile, ""
            if meanwhile and self._page.again:
                self._touched(meanwhile)
        is_due = self._boottime() - self._looked_ns >= AGAIN_S * 1e9
        if self._page.again and is_due and not self._working and not self._session.works:
            self._session.take(Answer(self._page.again))
            self._turn_page()
        return True

    def _work(self) -> None:
        """What takes time is done beside the screen."""
        if self._working:
            return
        while self._session.works and not self._session.page.busy and not self._session.ended:
            self._session.take(self._session.work())  # such as taking the line away: nobody waits for that
            self._turn_page()
        if not self._session.works or self._session.ended:
            return
        self._working = True
        threading.Thread(target=self._do, name="provision", daemon=True).start()

    def _do(self) -> None:
        outcome = self._session.work()
        self._outcomes.put(outcome)
        self._glass.wake()

    def _key(self, record: KeyDown) -> None:
        if self._typing is None:
            return
        if record.code == RETURN and not record.repeat:
            self._answer(self._typing.text)
        elif record.code == BACKSPACE:
            self._type(keyboard.touched(self._typing, keyboard.ERASE))

    def _touched(self, button: str) -> None:
        if self._working:
            if self._page.again:
                self._meanwhile = button  # the page has not changed: what is touched on it is meant
            return
        if button == BACK:
            self._session.take(Back())
            self._turn_page()
        elif button == SKIP:
            self._session.take(Skip())
            self._turn_page()
        elif button == MORE:
            self._part += 1
            self._stale = True
        elif button.startswith(CHOICE):
            self._answer(button.removeprefix(CHOICE))
        elif button.startswith(KEY) and self._typing is not None:
            key = button.removeprefix(KEY)
            if key == OK:
                self._answer(self._typing.text)
            else:
                self._type(keyboard.touched(self._typing, key))

    def _answer(self, value: str) -> None:
        if self._working or self._session.works:
            return
        if self._page.entry is not None and self._typing is not None:
            self._answered.append((self._page.entry, self._typing))
        self._session.take(Answer(value))
        self._turn_page()

    def _type(self, typing: Typing) -> None:
        self._typing, self._stale = typing, True

    def _turn_page(self) -> None:
        """Another page begins with nothing typed; one that comes again for a mistake has what was typed.

        A page that looks by itself stays while it does: whoever scans its square is not to lose it from sight.
        """
        before, after = self._page, self._session.page
        if before.again and before.again == after.again and (after.busy or after == before):
            return
        self._page = after
        if self._page.step is not before.step:
            self._answered.clear()
        self._typing = _typing_of(self._page)
        if self._page.problem is not None:
            typed = (typing for entry, typing in reversed(self._answered) if entry == self._page.entry)
            self._typing = next(typed, self._typing)
        self._part, self._stale = 0, True


def _typing_of(page: Page) -> Typing | None:
    if page.entry is None or page.busy:
        return None
    return keyboard.begin(page.entry.keys, page.entry.value, secret=page.entry.secret)
