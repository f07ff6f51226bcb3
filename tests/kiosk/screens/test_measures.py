"""What a ruler would find on the glass: measured on the pixels of whole screens, in millimetres."""

import math

import pygame
import pytest

from assets.texts import DEFAULT_LANGUAGE, Texts
from kiosk.screens.layout import lay_out
from kiosk.screens.painter import Painter
from kiosk.screens.palette import THEMES, Palette
from kiosk.screens.rect import Rect
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View

from .conftest import NAMES
from .panels import PANELS, Panel
from .pictures import RING

FULL_HEIGHT = "TEPHBDĐIL"
"""Capitals with an upright stroke: its length is their height."""
SCREENS = (View(ScreenName.IDLE), View(ScreenName.THANKED, ring=RING))
LARGE_PANEL_MM = 15 * 25.4

on_every_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
in_every_language = pytest.mark.parametrize("language", ["vi", "en"])
in_every_theme = pytest.mark.parametrize("theme", THEMES)


def least_capital_mm(panel: Panel, language: str) -> float:
    """EN 301 549 for panels of 15 inches and more; the project's own figures for the others."""
    if language != DEFAULT_LANGUAGE:
        return 3.5
    width_mm, height_mm = panel.size_mm
    return 7.3 if (width_mm**2 + height_mm**2) ** 0.5 >= LARGE_PANEL_MM else 4.8


class Ink:
    """How much of each pixel is ink, on a ground of one colour."""

    def __init__(self, surface: pygame.Surface, colours: Palette) -> None:
        self._surface = surface
        self._ink, self._ground = sum(colours.ink), sum(colours.card)

    def at(self, x: int, y: int) -> float:
        red, green, blue, _ = self._surface.get_at((x, y))
        return (red + green + blue - self._ground) / (self._ink - self._ground)

    def columns(self, box: Rect) -> list[int]:
        """The columns in which anything is written."""
        return [
            x for x in range(box.x, box.right) if any(self.at(x, y) > 0.1 for y in range(box.y, box.bottom))
        ]

    def first_run_px(self, x: int, box: Rect) -> float:
        """The length of the uppermost stroke in a column, its smoothed ends by their share."""
        run: list[float] = []
        for y in range(box.y, box.bottom):
            covered = self.at(x, y)
            if covered > 0.02:
                run.append(covered)
            elif run:
                break
        # A pixel that is all ink may be a shade off.
        return sum(run) / max(run, default=1.0) if max(run, default=0.0) > 0.97 else 0.0


def drawn(panel: Panel, language: str, theme: str, view: View) -> tuple[Painter, Ink]:
    texts = Texts(language)
    colours = THEMES[theme]
    wording = Wording.from_texts(texts, NAMES)
    painter = Painter(panel.size_px, panel.mm_per_px, texts, wording, colours=colours)
    surface = pygame.Surface(panel.size_px)
    painter.draw(surface, view, 0)
    return painter, Ink(surface, colours)


@on_every_panel
@in_every_language
@in_every_theme
@pytest.mark.parametrize("view", SCREENS, ids=lambda view: view.name.value)
def test_capitals_on_the_cards_are_as_tall_as_the_rule_asks(
    panel: Panel, language: str, theme: str, view: View
) -> None:
    painter, ink = drawn(panel, language, theme, view)
    labels = Wording.from_texts(Texts(language)).labels
    measured = 0
    for label, card in zip(labels, painter.layout.cards_of(view.name), strict=True):
        if label[0] in FULL_HEIGHT:
            box = painter.layout.parts(card).label
            first = ink.columns(box)[0]
            # The letter is at most as wide as it is high.
            stem_px = max(
                ink.first_run_px(x, box) for x in range(first, first + painter.layout.label_px // 2)
            )
            assert panel.down_mm(stem_px) >= least_capital_mm(panel, language), label
            measured += 1
    assert measured >= 2


@on_every_panel
@in_every_language
@in_every_theme
@pytest.mark.parametrize("view", SCREENS, ids=lambda view: view.name.value)
def test_every_word_keeps_a_millimetre_from_the_edge_of_its_card(
    panel: Panel, language: str, theme: str, view: View
) -> None:
    painter, ink = drawn(panel, language, theme, view)
    for card in painter.layout.cards_of(view.name):
        label = painter.layout.parts(card).label
        rim_px = 3
        inside = ink.columns(Rect(card.x + rim_px, label.y, card.w - 2 * rim_px, label.h))
        assert panel.across_mm(inside[0] - card.x) >= 1
        assert panel.across_mm(card.right - 1 - inside[-1]) >= 1


@on_every_panel
def test_the_quiet_mark_is_told_apart_from_two_metres(panel: Panel) -> None:
    """Ten minutes of arc, of which a person with half of normal sight makes out the shape."""
    layout = lay_out(panel.size_px, panel.mm_per_px)
    least_mm = 2000 * math.tan(math.radians(10 / 60))
    assert panel.across_mm(layout.mark.w) >= least_mm
    assert panel.down_mm(layout.mark.h) >= least_mm
