"""Contrast, as WCAG 2.2 computes it."""

import pytest

from kiosk.screens.palette import SHAPE_PAIRS, TEXT_PAIRS, Colour
from tests.contrast import contrast


@pytest.mark.parametrize(("letters", "ground"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(letters: Colour, ground: Colour) -> None:
    assert contrast(letters, ground) >= 4.5


@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_shapes_with_a_meaning_stand_out_from_their_ground(shape: Colour, ground: Colour) -> None:
    assert contrast(shape, ground) >= 3
