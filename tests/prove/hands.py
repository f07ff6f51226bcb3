"""Hands that pound: which button is held from when to when. Everything is decided by a `random.Random`.

Outer buttons are drummed on, leant on, and held together for up to 5.9 s, and pressed again as soon as a hand can.
Nobody holds both for six seconds.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from hardware.events import Level

LEFT, RIGHT = Level.VERY_POOR, Level.EXCELLENT
INNER = (Level.POOR, Level.ACCEPTABLE, Level.GOOD)
MOST_S = 5.9
"""Longer nobody holds both."""


@dataclass(frozen=True, slots=True)
class Held:
    """One button, from the moment a hand presses it until it lets go. Seconds."""

    level: Level
    from_s: float
    to_s: float


def pounding(chance: random.Random, seconds: float, gap_s: float) -> list[Held]:
    """What hands do in so many seconds, in the order of their beginnings.

    Args:
        chance: Decides.
        seconds: Where the last of it begins.
        gap_s: The shortest time in which a hand is back on a button.
    """
    made: list[Held] = []
    now_s = 1.0
    while now_s < seconds:
        episode = chance.choice((_drumming, _drumming, _holding, _holding, _quiet))
        held, now_s = episode(chance, now_s, gap_s)
        made += held
        # Hands leave everything before they do something else.
        now_s = max([now_s, *(one.to_s for one in held)]) + chance.uniform(gap_s, 1.0)
    return sorted(made, key=lambda one: one.from_s)


def technician(chance: random.Random, from_s: float, for_s: float) -> list[Held]:
    """Somebody who means it."""
    first, second = chance.sample((LEFT, RIGHT), 2)
    second_s = from_s + chance.choice((0.0, 0.02, 0.3, 1.5))
    return [Held(first, from_s, second_s + for_s), Held(second, second_s, second_s + for_s)]


def together_s(made: list[Held]) -> list[float]:
    """For how long both outer buttons were held without a release, each time that they were."""
    lefts, rights = ([one for one in made if one.level is level] for level in (LEFT, RIGHT))
    both = (min(a.to_s, b.to_s) - max(a.from_s, b.from_s) for a in lefts for b in rights)
    return [overlap_s for overlap_s in both if overlap_s > 0]


def gaps_s(made: list[Held]) -> Iterator[float]:
    """How long each button was left alone between two presses."""
    for level in Level:
        for before, after in pairwise(one for one in made if one.level is level):
            yield after.from_s - before.to_s


def _drums(chance: random.Random, level: Level, from_s: float, to_s: float, gap_s: float) -> Iterator[Held]:
    now_s = from_s + chance.uniform(0, 0.3)
    while now_s < to_s:
        held_s = chance.uniform(0.05, 0.35)
        yield Held(level, now_s, now_s + held_s)
        now_s += held_s + chance.choice((gap_s, chance.uniform(gap_s, 0.6)))


def _drumming(chance: random.Random, from_s: float, gap_s: float) -> tuple[list[Held], float]:
    """Both outer buttons as fast as hands can, and some of the inner ones."""
    to_s = from_s + chance.uniform(2, 15)
    levels = [LEFT, RIGHT, *(level for level in INNER if chance.random() < 0.3)]
    return [one for level in levels for one in _drums(chance, level, from_s, to_s, gap_s)], to_s


def _holding(chance: random.Random, from_s: float, gap_s: float) -> tuple[list[Held], float]:
    """Both held for nearly six seconds, one or both let go and pressed again at once, several times."""
    leant_on, other = chance.sample((LEFT, RIGHT), 2)
    leans = chance.random() < 0.5
    now_s = from_s + chance.uniform(0, 0.6)
    made: list[Held] = []
    for _ in range(chance.randint(1, 4)):
        held_s = chance.choice((MOST_S, chance.uniform(4.5, MOST_S), chance.uniform(0.1, MOST_S)))
        made.append(Held(other, now_s, now_s + held_s))
        if not leans:
            begin_s = now_s + chance.uniform(0, min(0.5, held_s / 2))
            made.append(Held(leant_on, begin_s, now_s + held_s - chance.uniform(0, held_s / 4)))
        now_s += held_s + chance.choice((gap_s, chance.uniform(gap_s, 0.3)))
    if leans:
        made.append(Held(leant_on, from_s, now_s))
    if chance.random() < 0.3:
        made += _drums(chance, chance.choice(INNER), from_s, now_s, gap_s)
    return made, now_s


def _quiet(chance: random.Random, from_s: float, gap_s: float) -> tuple[list[Held], float]:
    return [], from_s + gap_s + chance.uniform(1, 20)
