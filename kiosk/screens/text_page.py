"""A page of text: why the terminal does not start, for the technician who has just changed its configuration."""

from collections.abc import Sequence

import pygame

from assets.texts import Texts
from kiosk.screens.layout import Rect, lay_out
from kiosk.screens.palette import CALM
from kiosk.screens.type import Block, Font, Style, Type, printable, wrap


def draw_text_page(
    surface: pygame.Surface,
    mm_per_px: float,
    texts: Texts,
    title: str,
    problems: Sequence[str],
    type_: Type | None = None,
) -> None:
    """Fill a surface with a title and as many whole problems as it holds.

    Args:
        surface: Where to.
        mm_per_px: Millimetres a pixel; a guess will do.
        texts: The catalogue.
        title: What has happened.
        problems: One text each, any length; the first ones are shown, the others are counted.
        type_: The fonts; by default those of the package.
    """
    type_ = type_ or Type()
    layout = lay_out(surface.get_size(), mm_per_px, header=True)
    sizes, header, rule = layout.sizes, layout.header, layout.rule
    surface.fill(CALM.paper)
    if header is None or rule is None:
        return
    type_.draw(surface, title, header, Style(700, sizes.question, sizes.smallest, CALM.ink), "left")
    pygame.draw.rect(surface, CALM.hairline, rule)

    page = Rect(
        header.x, rule.bottom + layout.px(4), header.w, layout.size_px[1] - rule.bottom - layout.px(9)
    )
    font = type_.font(400, sizes.hint)
    indent = font.size("00.  ")[0]
    gap = layout.px(1.6)
    items = [_wrapped(problem, font, page.w - indent) for problem in problems]
    line_px = font.size("Ầ")[1]
    shown = _how_many(items, page.h, gap, line_px)
    y = page.y
    for number, block in enumerate(items[:shown], start=1):
        surface.blit(font.render(f"{number}.", True, CALM.grey), (page.x, y))
        for line in block.lines:
            surface.blit(font.render(line, True, CALM.ink), (page.x + indent, y))
            y += font.size(line)[1]
        y += gap
    if shown < len(items):
        _ = texts
        rest = _("… and {count} more problems").format(count=len(items) - shown)
        surface.blit(font.render(rest, True, CALM.grey), (page.x + indent, y))


def _wrapped(problem: str, font: Font, width: int) -> Block:
    return Block(font, tuple(wrap(printable(problem), font, width)))


def _how_many(items: list[Block], height: int, gap: int, line_px: int) -> int:
    """How many problems fit, with room for the line that counts the others."""
    used = 0
    for number, block in enumerate(items):
        used += block.height + gap
        is_last = number == len(items) - 1
        if used - gap + (0 if is_last else line_px) > height:
            return number
    return len(items)
