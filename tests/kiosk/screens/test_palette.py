"""Contrast, as WCAG 2.2 computes it."""

from dataclasses import replace

import pytest

from kiosk.config.model import Theme
from kiosk.screens.palette import CALM, THEMES, Colour, Palette
from kiosk.screens.palette import contrast as ours
from tests.contrast import contrast

every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


def test_every_theme_can_be_configured() -> None:
    assert set(THEMES) == set(Theme.__args__)  # type: ignore[attr-defined]


@every_theme
def test_text_stands_out_from_its_ground(theme: Palette) -> None:
    for name, (letters, ground) in theme.text_pairs().items():
        assert contrast(letters, ground) >= 4.5, name


@every_theme
def test_shapes_with_a_meaning_stand_out_from_their_ground(theme: Palette) -> None:
    for name, (shape, ground) in theme.shape_pairs().items():
        assert contrast(shape, ground) >= 3, name


def test_the_theme_of_high_contrast_has_it() -> None:
    assert min(contrast(*pair) for pair in THEMES["contrast"].text_pairs().values()) >= 7


@pytest.mark.parametrize(
    ("part", "colour", "named"),
    [
        ("ink", (0xAA, 0xAA, 0xAA), "ink on paper"),
        ("grey", (0x8C, 0x86, 0x7B), "grey on paper"),
        ("accent", (0xFF, 0xD4, 0x00), "accent on a card"),
        ("card", (0x23, 0x27, 0x2B), "ink on a card"),
        ("outline", (0xE3, 0xDE, 0xD4), "outline on paper"),
        ("track", (0x3A, 0x6E, 0xA5), "accent on its track"),
    ],
)
def test_a_theme_that_cannot_be_read_is_refused(part: str, colour: Colour, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(CALM, **{part: colour})


def test_the_formula_is_that_of_the_standard() -> None:
    for one in ((0, 0, 0), (250, 248, 244), (58, 110, 165)):
        for other in ((255, 255, 255), (35, 39, 43)):
            assert ours(one, other) == pytest.approx(contrast(one, other))
