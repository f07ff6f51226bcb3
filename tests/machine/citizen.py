"""Somebody in front of the machine: taps, and believes only the screen."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from hardware.events import Level
from tests.machine.screen import IDLE, THANKED, Sight, card_px
from tests.machine.vm import BOOT_S, Machine

_AGAIN_S = 15.0
"""Who sees nothing happen taps again. An emulated display is busy for some seconds after its first picture, and a tap
is lost on its way through it; nobody is thanked for that one."""
_TAPS = 8


@dataclass(slots=True)
class Tap:
    """A tap on a card, and whether the screen said thank you for it."""

    level: Level
    is_thanked: bool = False


class Citizen:
    """Votes at a machine.

    Attributes:
        machine: Where.
        taps: Every tap, in this order.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.taps: list[Tap] = []

    def sees(self, sight: Sight) -> bool:
        """Whether the screen shows that now."""
        return sight.is_on(self.machine.picture())

    def waits_for(self, sight: Sight, timeout_s: float = BOOT_S) -> None:
        """Until it does."""
        self.machine.until(f"the screen “{sight.name}”", lambda: self.sees(sight), timeout_s, every_s=0.1)

    def taps_on(self, level: Level) -> Tap:
        """Once, on a card of the screen for the next citizen."""
        self.waits_for(IDLE)
        tap = Tap(level)
        self.taps.append(tap)
        self.machine.tap(card_px(level))
        return tap

    def votes(self, level: Level) -> None:
        """Taps until there are thanks."""
        for _ in range(_TAPS):
            tap = self.taps_on(level)
            if self.is_thanked(tap, _AGAIN_S):
                return
        raise AssertionError(f"{_TAPS} taps, and no thanks for one")

    def touches(self, *places_px: tuple[int, int], held_s: float) -> None:
        """Plugs in a touch panel, puts a finger on each place, and takes both away again."""
        fingers = " ".join(f"{x},{y}" for x, y in places_px)
        self.machine.run(f"python3 /usr/local/lib/finger.py {held_s} {fingers}")

    def is_thanked(self, tap: Tap, within_s: float) -> bool:
        """Whether the screen says thank you, and notes it."""
        end_s = time.monotonic() + within_s
        while not tap.is_thanked and time.monotonic() < end_s:
            tap.is_thanked = self.sees(THANKED)
        return tap.is_thanked


def is_kept(taps: Sequence[Tap], ratings: Sequence[int]) -> bool:
    """Whether ratings are what was tapped: each thanked one once, in order, and nothing that nobody tapped.

    A tap without thanks may have been stored or not.
    """
    # How many of the ratings may be accounted for by the taps so far.
    reached = {0}
    for tap in taps:
        taken = {number + 1 for number in reached if number < len(ratings) and ratings[number] == tap.level}
        reached = taken if tap.is_thanked else reached | taken
    return len(ratings) in reached
