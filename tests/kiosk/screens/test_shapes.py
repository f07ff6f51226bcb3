"""Shapes stand whole in their squares: a round sign with a flat side looks broken on a large panel."""

from collections.abc import Callable

import pygame
import pytest

from kiosk.screens import shapes
from kiosk.screens.palette import CALM

SIGNS: dict[str, Callable[[int], pygame.Surface]] = {
    "check": lambda side: shapes.check_sign(CALM, side, 1.0),
    "check without a ring": lambda side: shapes.check_sign(CALM, side, None),
    "pause": lambda side: shapes.pause_sign(CALM, side),
    "dots": lambda side: shapes.dots_sign(CALM, side),
    "key cap": lambda side: shapes.key_cap(CALM, side),
    "mark": lambda side: shapes.mark(CALM, side, attention=False),
}


@pytest.mark.parametrize("side", [48, 110, 182, 243, 420])
@pytest.mark.parametrize("sign", SIGNS)
def test_no_round_sign_is_cut_off_at_the_edge_of_its_square(sign: str, side: int) -> None:
    drawn = pygame.mask.from_surface(SIGNS[sign](side))

    assert drawn.count() > side
    assert not drawn.overlap_area(_frame(side), (0, 0))


def _frame(side: int) -> pygame.Mask:
    """The outermost pixels of a square."""
    frame = pygame.Mask((side, side), fill=True)
    frame.erase(pygame.Mask((side - 2, side - 2), fill=True), (1, 1))
    return frame
