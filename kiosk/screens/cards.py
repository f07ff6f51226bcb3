"""The five cards: face, word, number. A pressed card changes in the same way whatever its level."""

from collections.abc import Sequence

import pygame

from hardware.events import Level
from kiosk.screens import shapes
from kiosk.screens.faces import Faces
from kiosk.screens.layout import Layout
from kiosk.screens.palette import Palette
from kiosk.screens.rect import Rect
from kiosk.screens.type import Style, Type

LABEL_WEIGHT = 600
_MOST_LINES = 2
_AIRY_MM = 1.7
"""Between the edge of a card and its word, where the word is large enough without going nearer."""
_PRESSED_FACE = 0.94
"""A pressed card's face, as a share of its size: it gives way, the words stand still."""


class Cards:
    """Draws cards, large and compact."""

    def __init__(
        self, layout: Layout, type_: Type, faces: Faces, labels: Sequence[str], colours: Palette
    ) -> None:
        self._layout = layout
        self._type = type_
        self._faces = faces
        self._labels = labels
        self._colours = colours
        self._ground: tuple[tuple[int, int, bool], pygame.Surface] | None = None

    def draw(
        self,
        surface: pygame.Surface,
        level: Level,
        place: Rect,
        at: tuple[int, int],
        *,
        pressed: bool = False,
    ) -> None:
        """Draw one card.

        Args:
            surface: Where to.
            level: Whose.
            place: The card's place on the panel: its size decides the sizes of the parts.
            at: Where the surface's corner is on the panel.
            pressed: Whether it is the one just pressed.
        """
        layout, sizes = self._layout, self._layout.sizes
        card = place.moved(-at[0], -at[1])
        parts = layout.parts(card)
        face = parts.face.inset(round(parts.face.w * (1 - _PRESSED_FACE) / 2)) if pressed else parts.face

        surface.blit(self._ground_of(card.w, card.h, pressed=pressed), card[:2])
        surface.blit(self._faces.image(level, face.w), face[:2])
        label = Style(LABEL_WEIGHT, layout.label_px, sizes.smallest, self._colours.ink)
        self._type.draw(surface, self._labels[level - 1], parts.label, label)
        surface.blit(shapes.key_cap(self._colours, parts.number.w), parts.number[:2])
        number = Style(600, sizes.number, sizes.smallest, self._colours.grey)
        self._type.stamp(surface, str(int(level)), parts.number.centre, number)

    def _ground_of(self, width: int, height: int, *, pressed: bool) -> pygame.Surface:
        """The card without what is on it. The five of a row are the same: the last one is kept."""
        key = (width, height, pressed)
        if self._ground is None or self._ground[0] != key:
            layout = self._layout
            shape = shapes.card(
                self._colours, (width, height), layout.radius_px, layout.border_px, pressed=pressed
            )
            self._ground = key, shape
        return self._ground[1]


def fit_labels(layout: Layout, type_: Type, labels: Sequence[str], least_px: int) -> tuple[int, int]:
    """The size at which all five words stand on their cards, on one line or two, and how many lines that takes.

    Words are broken at their soft hyphens only where they would otherwise be smaller than the least size. A word
    that even then does not fit is for `Type.draw` to shrink, alone.
    """
    widest, airy = (layout.cards[0].w - 2 * inner for inner in (layout.card_inner_px, layout.px(_AIRY_MM)))
    broken = [
        label
        for label in labels
        if type_.whole_lines(label, LABEL_WEIGHT, least_px, widest, hyphens=False) is None
    ]
    for hyphens, room in (((), airy), ((), widest), (broken, airy), (broken, widest)):
        for px in range(layout.sizes.label, least_px - 1, -1):
            lines = [
                type_.whole_lines(label, LABEL_WEIGHT, px, room, hyphens=label in hyphens) for label in labels
            ]
            if None not in lines and (most := max(filter(None, lines), default=1)) <= _MOST_LINES:
                return px, most
    return least_px, _MOST_LINES
