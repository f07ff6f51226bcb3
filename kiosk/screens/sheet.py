"""A technician's page as a value: texts, boxes and buttons with their places, and what draws them.

The value says where a finger means what, so a test can measure every button in millimetres without drawing one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import pygame

from kiosk.screens import shapes
from kiosk.screens.layout import Layout
from kiosk.screens.palette import Palette
from kiosk.screens.rect import Rect
from kiosk.screens.scale import LINE_EM
from kiosk.screens.type import Across, Down, Style, Type


@dataclass(frozen=True, slots=True)
class Button:
    """Something to touch.

    Attributes:
        name: What a touch is called.
        place: On the panel.
        label: What stands on it.
        live: Whether it can be touched now; a dead one is drawn faintly.
        marked: Whether it is the chosen one of several.
        px: Size of type, where not that of a page's text.
        rim_px: By so much it is drawn smaller than its place, on each side.
        inner_px: At least so much is between its rim and its label.
    """

    name: str
    place: Rect
    label: str
    live: bool = True
    marked: bool = False
    px: int | None = None
    rim_px: int = 0
    inner_px: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A text in its box.

    Attributes:
        mark: A sign before it, in the margin that `mark_px` says; one of `MARKS`, or none.
    """

    text: str
    place: Rect
    px: int
    weight: int = 400
    faint: bool = False
    across: Across = "left"
    down: Down = "top"
    mark: str = ""


MARKS = ("✓", "✗")
"""What the font of the screen has not: it is drawn."""


def mark_px(px: int) -> int:
    """The margin in which a mark is drawn, by the size of type."""
    return round(1.2 * px)


@dataclass(frozen=True, slots=True)
class Box:
    """A frame around something; an empty one stands for what is still to come."""

    place: Rect
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Black and white modules, such as of a QR code: rows of whether each is dark."""

    place: Rect
    rows: tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the page.

    Attributes:
        bars: Filled with ink, such as a line to be measured.
        arrow: Where a large arrow points to the top of the picture.
        columns: Where a touch is a press of a level; none, or five.
    """

    lines: tuple[Line, ...] = ()
    buttons: tuple[Button, ...] = ()
    boxes: tuple[Box, ...] = ()
    pictures: tuple[Picture, ...] = ()
    bars: tuple[Rect, ...] = ()
    arrow: Rect | None = None
    columns: tuple[Rect, ...] = ()

    @property
    def targets(self) -> tuple[tuple[str, Rect], ...]:
        """Where a touch means which button."""
        return tuple((button.name, button.place) for button in self.buttons if button.live)


def grid(area: Rect, columns: int, rows: int, gap_px: int, most_px: tuple[int, int]) -> tuple[Rect, ...]:
    """Equal places in an area, row by row, in its middle where they would be larger than `most_px`."""
    width = min(most_px[0], (area.w - (columns - 1) * gap_px) // columns)
    height = min(most_px[1], (area.h - (rows - 1) * gap_px) // rows)
    left = area.x + (area.w - columns * width - (columns - 1) * gap_px) // 2
    top = area.y + (area.h - rows * height - (rows - 1) * gap_px) // 2
    return tuple(
        Rect(left + column * (width + gap_px), top + row * (height + gap_px), width, height)
        for row, column in product(range(rows), range(columns))
    )


def draw_sheet(
    surface: pygame.Surface, sheet: Sheet, at: tuple[int, int], layout: Layout, type_: Type, colours: Palette
) -> None:
    """Draw a page.

    Args:
        surface: Where to.
        sheet: Its places are those of the panel ...
        at: ... of which this one is the surface's upper left corner.
        layout: Of the panel.
        type_: The fonts.
        colours: The theme.
    """
    x, y = at
    for picture in sheet.pictures:
        _draw_modules(surface, picture.place.moved(-x, -y), picture.rows)
    for box in sheet.boxes:
        place = box.place.moved(-x, -y)
        shape = shapes.card(
            colours,
            (place.w, place.h),
            min(layout.radius_px, place.h // 2),
            layout.border_px,
            pressed=box.filled,
        )
        surface.blit(shape, place[:2])
    for bar in sheet.bars:
        pygame.draw.rect(surface, colours.ink, bar.moved(-x, -y))
    if sheet.arrow is not None:
        shapes.draw_arrow(surface, colours.ink, sheet.arrow.moved(-x, -y))
    for button in sheet.buttons:
        _draw_button(surface, button, button.place.inset(button.rim_px).moved(-x, -y), layout, type_, colours)
    for line in sheet.lines:
        colour = colours.grey if line.faint else colours.ink
        style = Style(line.weight, line.px, layout.sizes.smallest, colour)
        type_.draw(surface, line.text, line.place.moved(-x, -y), style, line.across, line.down)
        if line.mark:
            margin = Rect(line.place.x - mark_px(line.px), line.place.y, line.px, round(line.px * LINE_EM))
            shapes.draw_mark(surface, colour, margin.moved(-x, -y), right=line.mark == MARKS[0])


def _draw_button(
    surface: pygame.Surface, button: Button, place: Rect, layout: Layout, type_: Type, colours: Palette
) -> None:
    size, radius = (place.w, place.h), min(layout.radius_px, min(place.w, place.h) // 3)
    if button.marked or not button.live:
        shape = shapes.card(colours, size, radius, layout.border_px, pressed=button.marked)
    else:
        shape = shapes.button(colours, size, radius, max(2, layout.border_px // 2))
    surface.blit(shape, place[:2])
    inner = max(button.inner_px, layout.card_inner_px // 2 + layout.border_px)
    colour = colours.ink if button.live else colours.grey
    style = Style(600, button.px or layout.sizes.text, layout.sizes.smallest, colour)
    type_.draw(surface, button.label, place.inset(inner), style)


def _draw_modules(surface: pygame.Surface, place: Rect, rows: Sequence[Sequence[bool]]) -> None:
    """As large as whole pixels a module allow, black on white whatever the theme: cameras expect that."""
    pygame.draw.rect(surface, (255, 255, 255), place)
    if not rows:
        return
    side = max(1, min(place.w, place.h) // len(rows))
    left = place.x + (place.w - side * len(rows)) // 2
    top = place.y + (place.h - side * len(rows)) // 2
    for n, row in enumerate(rows):
        for m, dark in enumerate(row):
            if dark:
                pygame.draw.rect(surface, (0, 0, 0), Rect(left + m * side, top + n * side, side, side))
