"""Who serves at this counter: a round photo, the name and the title beside it. Nothing where nobody is named."""

import logging
import math
from io import BytesIO

import pygame

from kiosk.screens.layout import Layout
from kiosk.screens.palette import Palette, css
from kiosk.screens.rect import Rect
from kiosk.screens.scale import LINE_EM
from kiosk.screens.svg import drawing
from kiosk.screens.type import Style, Type
from kiosk.screens.wording import Officer

_log = logging.getLogger(__name__)


def draw_officer(
    surface: pygame.Surface, layout: Layout, type_: Type, officer: Officer | None, colours: Palette
) -> None:
    """Draw photo, name and title in the middle of the place that the layout has for them."""
    box = layout.officer
    if box is None or officer is None:
        return
    sizes = layout.sizes
    name = Style(600, sizes.officer, sizes.smallest, colours.ink)
    title = Style(400, sizes.department, sizes.smallest, colours.grey)
    gap = layout.px(2.5)
    wanted = max(
        type_.width(officer.name, name.weight, name.px), type_.width(officer.title, title.weight, title.px)
    )
    words = min(wanted, box.w - box.h - gap)
    photo = Rect(box.x + (box.w - box.h - gap - words) // 2, box.y, box.h, box.h)
    surface.blit(_round(officer.photo, photo.w, colours), photo[:2])
    below_px = math.ceil(title.px * LINE_EM) if officer.title else 0
    name_px = min(math.ceil(name.px * LINE_EM), box.h - below_px)
    beside = Rect(photo.right + gap, box.y + (box.h - name_px - below_px) // 2, words, name_px)
    type_.draw(surface, officer.name, beside, name, "left")
    type_.draw(surface, officer.title, beside.down(beside.bottom, beside.bottom + below_px), title, "left")


def _round(photo: bytes, side: int, colours: Palette) -> pygame.Surface:
    """The middle of a photo in a disc; an empty disc where it cannot be read."""
    disc = f'<circle cx="{side / 2}" cy="{side / 2}" r="{side / 2 - 0.5}" fill="%s"/>'
    try:
        picture = pygame.image.load(BytesIO(photo)) if photo else None
    except pygame.error as error:
        _log.warning("the photo of the officer cannot be read: %s", error)
        picture = None
    if picture is None:
        return drawing(side, side, disc % css(colours.hairline))
    width, height = picture.get_size()
    square = min(width, height)
    middle = pygame.Rect((width - square) // 2, (height - square) // 2, square, square)
    part = pygame.Surface((square, square), pygame.SRCALPHA)
    part.blit(picture, (0, 0), middle)
    part = pygame.transform.smoothscale(part, (side, side))
    part.blit(drawing(side, side, disc % "#ffffff"), (0, 0), special_flags=pygame.BLEND_RGBA_MULT)
    return part
