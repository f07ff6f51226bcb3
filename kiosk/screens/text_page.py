"""A page of text: why the terminal does not start, and what to do, for the technician who has just configured it."""

from collections.abc import Sequence

import pygame

from assets.texts import Texts
from kiosk.screens.layout import lay_out
from kiosk.screens.palette import CALM, Palette
from kiosk.screens.rect import Rect
from kiosk.screens.type import Block, Style, Type


def draw_text_page(
    surface: pygame.Surface,
    mm_per_px: float,
    texts: Texts,
    title: str,
    problems: Sequence[str],
    colours: Palette = CALM,
    type_: Type | None = None,
    footer: str = "",
) -> None:
    """Fill a surface with a title and as many whole problems as it holds.

    Args:
        surface: Where to.
        mm_per_px: Millimetres a pixel; a guess will do.
        texts: The catalogue.
        title: What has happened.
        problems: One text each, any length; the first ones are shown, the others are counted.
        colours: The theme.
        type_: The fonts; by default those of the package.
        footer: What to do then; by default what is to be done about a configuration.
    """
    type_ = type_ or Type()
    layout = lay_out(surface.get_size(), mm_per_px, header=True)
    sizes, header, rule = layout.sizes, layout.header, layout.rule
    surface.fill(colours.paper)
    if header is None or rule is None:
        return
    type_.draw(
        surface, title, header, Style(700, min(sizes.label, sizes.title), sizes.smallest, colours.ink), "left"
    )
    pygame.draw.rect(surface, colours.hairline, rule)

    _ = texts
    remedy = Style(400, sizes.footer, sizes.smallest, colours.grey)
    row = Rect(header.x, layout.footer.y, header.w, layout.footer.h)
    footer = footer or _("Please correct this, then check it with: hailong config check")
    type_.draw(surface, footer, row, remedy, "left")
    page = Rect(header.x, rule.bottom + layout.px(4), header.w, row.y - rule.bottom - layout.px(5))
    font = type_.font(400, sizes.hint)
    indent = font.size("00.  ")[0]
    gap = layout.px(1.6)
    items = [type_.wrapped(problem, 400, sizes.hint, page.w - indent) for problem in problems]
    line_px = font.size("Ầ")[1]
    shown = _how_many(items, page.h, gap, line_px)
    y = page.y
    for number, block in enumerate(items[:shown], start=1):
        surface.blit(font.render(f"{number}.", True, colours.grey), (page.x, y))
        for line in block.lines:
            surface.blit(font.render(line, True, colours.ink), (page.x + indent, y))
            y += font.size(line)[1]
        y += gap
    if shown < len(items):
        rest = _("… and {count} more problems").format(count=len(items) - shown)
        surface.blit(font.render(rest, True, colours.grey), (page.x + indent, y))


def _how_many(items: list[Block], height: int, gap: int, line_px: int) -> int:
    """How many problems fit, with room for the line that counts the others."""
    used = 0
    for number, block in enumerate(items):
        used += block.height + gap
        is_last = number == len(items) - 1
        if used - gap + (0 if is_last else line_px) > height:
            return number
    return len(items)
