"""Presses with bouncing contacts, and what the ledger must have of them: each once, in order, and nothing else."""

import random
from collections.abc import Sequence

from hardware.buttons import ButtonTimings
from hardware.events import Level
from hardware.fakes.bounce import BounceTrace
from tests.machine.breadboard import CONTACTS, Pressed

BOUNCE_MS = ButtonTimings().lockout_ms / 2
"""A longer opening is none of a bouncing contact: the emulated processor was late. By the rules one of 100 ms makes two
presses; who reads the edges is late as well, so between the two it may be either."""

TORN = BounceTrace("torn", "two presses by the rules", ((0, True), (200_000, False),
                   (450_000, True), (650_000, False)))  # fmt: skip
"""Not what a button does: shows that a doubled press would be seen."""


def bouncing(count: int, chance: random.Random) -> list[tuple[Level, str]]:
    """Presses on all five buttons with every kind of contact; no two of three in a row on one button."""
    presses: list[tuple[Level, str]] = []
    for _ in range(count):
        last = {level for level, _ in presses[-2:]}
        level = chance.choice([level for level in Level if level not in last])
        presses.append((level, list(CONTACTS)[len(presses) % len(CONTACTS)]))
    return presses


def missed(pressed: Sequence[Pressed], found: Sequence[int]) -> int:
    """How many presses the ledger does not have."""
    return len(pressed) - _in_common([press.level for press in pressed], found)


def doubled(pressed: Sequence[Pressed], found: Sequence[int]) -> int:
    """How many ratings are there beside one for each press; a press that was torn apart may have two."""
    allowed = [press.level for press in pressed for _ in range(1 + (press.open_ms > BOUNCE_MS))]
    return len(found) - _in_common(allowed, found)


def _in_common(one: Sequence[int], other: Sequence[int]) -> int:
    """The length of the longest common subsequence."""
    lengths = [0] * (len(other) + 1)
    for wanted in one:
        above = lengths
        lengths = [0]
        for place, found in enumerate(other):
            longest = above[place] + 1 if found == wanted else max(above[place + 1], lengths[place])
            lengths.append(longest)
    return lengths[-1]
