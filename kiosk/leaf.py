"""The leaves of the technician's page, and what is asked of the machine from there. Plain values."""

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.config.phrase import Phrase


class Leaf(StrEnum):
    """One at a time is shown."""

    STATUS = "status"  # without a PIN, and by buttons alone, the only one
    PIN = "pin"
    MENU = "menu"
    INPUTS = "inputs"
    DELIVERY = "delivery"
    EXPORT = "export"
    BRIGHTNESS = "brightness"
    VOLUME = "volume"
    RESTART = "restart"


FEWEST_DIGITS, MOST_DIGITS = 4, 8
"""Of a PIN."""

CLOSE, MENU, ENTER, ERASE, BACK, RUN, LESS, MORE = (
    "close",
    "menu",
    "enter",
    "erase",
    "back",
    "run",
    "less",
    "more",
)
"""The names of buttons; those of the menu's items are the leaves', those of the number pad the digits."""

STEP_PERCENT = 10
"""What one touch changes brightness and volume by."""
LEAST_BRIGHTNESS = 10
"""Per cent; darker than this nobody would find the button that makes it bright again."""


@dataclass(frozen=True, slots=True)
class TryPin:
    """Is this the PIN? The wrong ones are counted, and a wait may lie upon the next."""

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SeeDelivery:
    """How are network, delivery and the last receipt?"""


@dataclass(frozen=True, slots=True)
class SeeStick:
    """Is a USB stick there?"""


@dataclass(frozen=True, slots=True)
class Export:
    """Write the ledger to the stick, so that only the server can read it."""


@dataclass(frozen=True, slots=True)
class SeeSetting:
    """How is this set now?"""

    leaf: Leaf


@dataclass(frozen=True, slots=True)
class ChangeSetting:
    """Set brightness or volume."""

    leaf: Leaf
    percent: int


Errand = TryPin | SeeDelivery | SeeStick | Export | SeeSetting | ChangeSetting


@dataclass(frozen=True, slots=True)
class PinTried:
    """What became of a PIN.

    Attributes:
        right: Whether it was the right one.
        until_ns: Before this CLOCK_BOOTTIME, nanoseconds, no other is looked at; 0 = at once.
    """

    right: bool
    until_ns: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What the machine says, line by line.

    Attributes:
        leaf: For which leaf.
        lines: To be shown.
        offers: Whether what that leaf is for can be done now.
        done: Of an export: whether it was.
    """

    leaf: Leaf
    lines: tuple[Phrase, ...]
    offers: bool = False
    done: bool | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """How brightness or volume are set now; None = nobody can tell."""

    leaf: Leaf
    percent: int | None


Answer = PinTried | Told | Setting
