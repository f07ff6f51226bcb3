"""What the screen is to show, as a plain value: the controller decides it, the painter draws it.

The screen is a function of this value alone (and, while a ring runs, of the time), so every screen can be
rendered in a test without a terminal around it.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from assets.texts import DEFAULT_LANGUAGE
from hardware.events import Level, Source
from kiosk.config.phrase import Phrase
from kiosk.faults import FaultCode
from kiosk.leaf import Leaf


class ScreenName(StrEnum):
    """The screens that a citizen can meet, and the technician's."""

    STARTING = "starting"
    IDLE = "idle"
    SAVING = "saving"  # the pressed card is shown; nothing is promised yet
    WAIT = "wait"  # the same, and the card is slow: "xin chờ"
    CORRECTING = "correcting"  # another level was pressed while being thanked; the cards stay where they are
    THANKED = "thanked"
    REPEAT = "repeat"
    AMBIGUOUS = "ambiguous"
    FAULT = "fault"
    SERVICE = "service"  # the technician's: see `Service`


WITHOUT_CARDS = (ScreenName.STARTING, ScreenName.FAULT, ScreenName.SERVICE)
"""The screens that take no presses on glass."""

PRESSED = (ScreenName.SAVING, ScreenName.CORRECTING, ScreenName.WAIT)
"""The screens that show which card was pressed: while nothing is promised yet. The thank-you never does."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The shrinking ring of the correction window, CLOCK_BOOTTIME in nanoseconds."""

    start_ns: int
    end_ns: int

    def left(self, now_ns: int) -> float:
        """The share of the window that is left, 1.0 to 0.0."""
        if self.end_ns <= self.start_ns:
            return 0.0
        return min(1.0, max(0.0, (self.end_ns - now_ns) / (self.end_ns - self.start_ns)))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the machine says of itself, once, when the service page is opened.

    Attributes:
        program: Name and version.
        free_mb: Free space for the ledger, in millions of bytes; None where it cannot be had.
        clock_synced: Whether somebody vouches for the wall clock.
        items: What the service menu has on this terminal; none = nobody has set a PIN, and there is no menu.
        pin_until_ns: Before this CLOCK_BOOTTIME, nanoseconds, no PIN is looked at.
        another_board: Whether the card is in another board than the one on which the terminal was enrolled.
    """

    program: str
    free_mb: int | None
    clock_synced: bool
    items: tuple[Leaf, ...] = ()
    pin_until_ns: int = 0
    another_board: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """What the service menu shows, and the PIN before it.

    Attributes:
        leaf: Which leaf.
        digits: How many have been typed.
        wrong: Whether the last PIN was wrong.
        wait_s: So long no PIN is looked at.
        busy: Whether something is being done.
        lines: What the machine has said.
        offers: Whether what the leaf is for can be done now.
        percent: How brightness or volume are set; None where that is not known.
        tried: The buttons that were pressed on the leaf of the inputs, the last one last. Tests, never votes.
    """

    leaf: Leaf = Leaf.STATUS
    digits: int = 0
    wrong: bool = False
    wait_s: int = 0
    busy: bool = False
    lines: tuple[Phrase, ...] = ()
    offers: bool = False
    percent: int | None = None
    tried: tuple[tuple[Source, Level], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Service:
    """What the service page says. Nothing of it tells a vote's level, nor how many presses were of one.

    Attributes:
        facts: None for the moment until they have been asked for.
        inputs: Each input that is switched on, with its trouble.
        fault: Why votes cannot be kept, if they cannot.
        presses: How many have been received since the page was opened.
        menu: What is shown of the menu, behind a PIN. There alone stands which button was tried last.
    """

    facts: Facts | None = None
    inputs: tuple[tuple[Source, FaultCode | None], ...] = ()
    fault: FaultCode | None = None
    presses: int = 0
    menu: Menu = Menu()


@dataclass(frozen=True, slots=True)
class View:
    """One screen.

    Attributes:
        name: Which screen.
        pressed: The card to show as pressed; only while saving or correcting. The thank-you never shows it.
        ring: The correction window, on the thank-you while it runs.
        fault: The code to show, on the fault screen.
        attention: Whether the quiet mark asks for a technician (voting goes on).
        language: What it is written in.
        service: What the service page says, on that page.
        heard: The buttons of a test that came from one of its inputs.
        complete: Those that came from each of them.
    """

    name: ScreenName
    pressed: Level | None = None
    ring: Ring | None = None
    fault: FaultCode | None = None
    attention: bool = False
    language: str = DEFAULT_LANGUAGE
    service: Service | None = None
    heard: frozenset[Level] = field(default=frozenset(), repr=False)
    complete: frozenset[Level] = field(default=frozenset(), repr=False)
