"""A line that should be so many millimetres long, for a technician who holds a ruler to it; and which way is up."""

import pygame

from kiosk.screens import shapes
from kiosk.screens.palette import CALM, Palette
from kiosk.screens.rect import Rect
from kiosk.screens.type import Style, Type

_TICK_MM, _THICK_MM = 6.0, 0.5
_TEXT_MM, _ARROW_MM = 7.0, 20.0


def draw_ruler(
    surface: pygame.Surface,
    mm_per_px: float,
    length_mm: float,
    text: str,
    colours: Palette = CALM,
    type_: Type | None = None,
) -> None:
    """Fill a surface with the line in its middle, from the outer edge of one tick to that of the other.

    Args:
        surface: Where to.
        mm_per_px: Millimetres a pixel, as far as is known.
        length_mm: How long the line should be.
        text: What stands below it.
        colours: The theme.
        type_: The fonts; by default those of the package.
    """
    type_ = type_ or Type()
    surface.fill(colours.paper)
    width, height = surface.get_size()
    length = round(length_mm / mm_per_px)
    thick = max(1, round(_THICK_MM / mm_per_px))
    tick = max(5, round(_TICK_MM / mm_per_px))
    left, middle = (width - length) // 2, height // 2
    pygame.draw.rect(surface, colours.ink, (left, middle - thick // 2, length, thick))
    for x in (left, left + length - thick):
        pygame.draw.rect(surface, colours.ink, (x, middle - tick // 2, thick, tick))
    high = round(_ARROW_MM / mm_per_px)
    shapes.draw_arrow(surface, colours.ink, Rect((width - high) // 2, middle - tick - 2 * high, high, high))
    size = max(12, round(_TEXT_MM / mm_per_px))
    row = Rect(width // 20, middle + tick, width - width // 10, 2 * size)
    type_.draw(surface, text, row, Style(600, size, max(8, size // 2), colours.ink), "centre")
