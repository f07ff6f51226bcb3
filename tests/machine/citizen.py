"""Somebody in front of the machine: taps, and believes only the screen."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from hardware.events import Level
from tests.machine.disk import ratings
from tests.machine.screen import IDLE, THANKED, Sight, card_px
from tests.machine.vm import BOOT_S, Machine

_NEXT_S = 8.0
"""The next citizen comes so long after the last one: a tap within five seconds would be a repeat (docs/visit.md)."""

SEEN_S = 60.0
"""Nobody waits longer for the thanks."""

Step = tuple[float, int] | tuple[float, int, int, int]
"""After so many seconds a finger (0 to 9) goes to a place, pixels, or is lifted."""


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
        self._touched_s = -_NEXT_S

    def sees(self, sight: Sight) -> bool:
        """Whether the screen shows that now."""
        return sight.is_on(self.machine.picture())

    def sees_within(self, sight: Sight, within_s: float) -> bool:
        """Whether the screen shows that at some time, or now."""
        end_s = time.monotonic() + within_s
        while not (seen := self.sees(sight)) and time.monotonic() < end_s:
            time.sleep(0.1)
        return seen

    def waits_for(self, sight: Sight, timeout_s: float = BOOT_S) -> None:
        """Until it does."""
        self.machine.until(f"the screen “{sight.name}”", lambda: self.sees(sight), timeout_s)

    def taps_on(self, level: Level) -> Tap:
        """Once, on a card of the screen, as the next citizen."""
        self.leaves()
        self.waits_for(IDLE)
        self._touched_s = time.monotonic()
        tap = Tap(level)
        self.taps.append(tap)
        self.machine.tap(card_px(level))
        return tap

    def leaves(self) -> None:
        """Until whoever comes is another one."""
        time.sleep(max(0.0, self._touched_s + _NEXT_S - time.monotonic()))

    def votes(self, level: Level) -> None:
        """One tap, and it counts.

        A busy host may draw the thanks so late that they are gone before somebody looks; then the rating must be on
        the disk.
        """
        before = len(ratings(self.machine))
        if not self.is_thanked(self.taps_on(level), SEEN_S):
            assert ratings(self.machine)[before:] == [level], "one tap, no thanks for it, and no rating"

    def touches(self, *places_px: tuple[int, int], held_s: float) -> None:
        """Puts a finger on each place of a touch panel, and takes all away again."""
        down: list[Step] = [(0.0, finger, x, y) for finger, (x, y) in enumerate(places_px)]
        up: list[Step] = [(0.0 if finger else held_s, finger) for finger in range(len(places_px))]
        self.fingers([*down, *up])

    def fingers(self, steps: Sequence[Step]) -> None:
        """Plugs in a touch panel, if it is not, and does that on it (``guest/finger.py``)."""
        self.machine.run(
            "systemctl is-active --quiet finger || {"
            " rm -f /run/finger*; systemd-run --quiet --unit=finger python3 /usr/local/lib/finger.py; };"
            " until [ -p /run/finger ]; do sleep 0.2; done;"
            f" echo '{json.dumps(steps)}' > /run/finger; cat /run/finger.done"
        )
        self._touched_s = time.monotonic()

    def is_thanked(self, tap: Tap, within_s: float) -> bool:
        """Whether the screen says thank you, and notes it."""
        tap.is_thanked = tap.is_thanked or self.sees_within(THANKED, within_s)
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
