"""Children at the glass: the hands of ``scripts/prove gesture``, as fingers on the panel of a whole machine."""

import random
from collections.abc import Mapping

from tests.machine.citizen import Step
from tests.machine.disk import Entry
from tests.machine.screen import card_px
from tests.prove.hands import INNER, LEFT, pounding

_CORNERS_PX = {True: (60, 60), False: (1220, 60)}
_GAP_S, _LONGEST_S = 0.05, 3.0
"""A busy emulated machine may be late by seconds; nobody is to hold both corners for six of them by mistake."""


def hands(chance: random.Random, touches: int) -> tuple[list[Step], int]:
    """What fingers do, one for each card, and how many times they touch a card.

    The outer hands pound on their cards and, as often, on the upper corners, which open the service page.

    Args:
        chance: Decides.
        touches: So many times a finger goes down.
    """
    made = pounding(chance, touches, _GAP_S)[:touches]
    assert len(made) == touches
    happens: list[tuple[float, int, tuple[int, int] | None]] = []
    presses = 0
    for held in made:
        on_card = held.level in INNER or chance.random() < 0.5
        presses += on_card
        x_px, y_px = card_px(held.level) if on_card else _CORNERS_PX[held.level is LEFT]
        place = x_px + chance.randint(-40, 40), y_px + chance.randint(-40, 40)
        finger = int(held.level) - 1
        happens += [
            (held.from_s, finger, place),
            (min(held.to_s, held.from_s + _LONGEST_S), finger, None),
        ]
    steps: list[Step] = []
    before_s = 0.0
    for at_s, finger, where in sorted(happens, key=lambda one: one[0]):
        wait_s = round(at_s - before_s, 3)
        steps.append((wait_s, finger) if where is None else (wait_s, finger, *where))
        before_s = at_s
    return steps, presses


def presses_kept(entries: list[Entry]) -> int:
    """Every press that some entry accounts for (docs/visit.md)."""
    kept = 0
    for _, kind, said in entries:
        if kind in ("rating", "correction", "test"):
            kept += 1
        elif kind in ("repeat", "refused"):
            counts = said["counts"]
            assert isinstance(counts, Mapping)
            kept += sum(int(number) for number in counts.values())
    return kept
