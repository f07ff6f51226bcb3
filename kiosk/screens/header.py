"""Who asks: the unit on the left, the counter on the right, a hairline below."""

import math

import pygame

from kiosk.screens.layout import Layout
from kiosk.screens.palette import Palette
from kiosk.screens.rect import Rect
from kiosk.screens.scale import LINE_EM
from kiosk.screens.type import Across, Style, Type
from kiosk.screens.wording import Wording

_SMALLER_BLOCK = 0.4
"""The counter's share of the width when both names are long: units have the longer names."""


def draw_header(
    surface: pygame.Surface, layout: Layout, type_: Type, wording: Wording, colours: Palette
) -> None:
    """Draw the names that are configured; nothing at all where none is."""
    if layout.header is None or layout.rule is None:
        return
    pygame.draw.rect(surface, colours.hairline, layout.rule)
    blocks = wording.names
    two_lines = any(below for _, below in blocks)
    widths = [_width(block, _styles(layout, colours), type_) for block in blocks]
    if layout.officer is not None and layout.officer.y == layout.header.y:
        boxes = _around(layout.header, layout.officer, layout.px(4.0))
    else:
        boxes = _share(layout.header, layout.px(6.0), widths)
    sides: tuple[Across, ...] = ("left", "right")
    for (name, below), box, across in zip(blocks, boxes, sides, strict=False):
        _draw_block(
            surface, layout, type_, _styles(layout, colours), (name, below), box, across, two_lines=two_lines
        )


def _styles(layout: Layout, colours: Palette) -> tuple[Style, Style]:
    sizes = layout.sizes
    return (
        Style(600, sizes.unit, sizes.smallest, colours.ink),
        Style(400, sizes.department, sizes.smallest, colours.grey),
    )


def _width(block: tuple[str, str], styles: tuple[Style, Style], type_: Type) -> int:
    """What a block would take on one line a name."""
    return max(type_.width(text, style.weight, style.px) for text, style in zip(block, styles, strict=True))


def _share(header: Rect, gap: int, widths: list[int]) -> list[Rect]:
    """Give each block what it needs; when that is too much, the right one at most its share."""
    if len(widths) < 2:
        return [header]
    right = min(widths[1], max(header.w - gap - widths[0], math.floor(header.w * _SMALLER_BLOCK)))
    return [
        Rect(header.x, header.y, header.w - gap - right, header.h),
        Rect(header.right - right, header.y, right, header.h),
    ]


def _around(header: Rect, officer: Rect, gap: int) -> list[Rect]:
    """What an officer in the header leaves on both sides."""
    right = officer.right + gap
    return [
        Rect(header.x, header.y, officer.x - gap - header.x, header.h),
        Rect(right, header.y, header.right - right, header.h),
    ]


def _draw_block(
    surface: pygame.Surface,
    layout: Layout,
    type_: Type,
    styles: tuple[Style, Style],
    block: tuple[str, str],
    box: Rect,
    across: Across,
    *,
    two_lines: bool,
) -> None:
    (name, below), (name_style, below_style) = block, styles
    if not two_lines:
        type_.draw(surface, name, box, name_style, across, "bottom")
        return
    below_px = math.ceil(below_style.px * LINE_EM) + layout.px(0.3)
    type_.draw(surface, name, Rect(box.x, box.y, box.w, box.h - below_px), name_style, across, "bottom")
    type_.draw(
        surface, below, Rect(box.x, box.bottom - below_px, box.w, below_px), below_style, across, "bottom"
    )
