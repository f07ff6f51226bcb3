"""The safe screen: what is shown when drawing the real one has failed.

It needs pygame and its built-in font, and nothing else: no font file, no face, no catalogue, no SVG, nothing
that was cached. It is plain on purpose: whatever broke the screen must not find anything to break here.
"""

from collections.abc import Sequence

import pygame

from hardware.events import Level
from kiosk.screens.builtin import BuiltinFont
from kiosk.screens.characters import shown
from kiosk.screens.layout import LEVELS
from kiosk.screens.palette import CALM, Colour, Palette
from kiosk.screens.rect import Rect
from kiosk.screens.wording import Wording
from kiosk.view import PRESSED, WITHOUT_CARDS, ScreenName, View

_LONGEST = 120


def draw_safe(
    surface: pygame.Surface,
    view: View,
    wording: Wording,
    cards: Sequence[Rect] = (),
    colours: Palette = CALM,
    code: str = "",
    close: Rect | None = None,
) -> None:
    """Fill a surface with the view in its plainest form.

    Args:
        surface: Where to, of any size.
        view: What to show. The words after a press are the same for every level.
        wording: The words; nothing else is read.
        cards: Where presses count on this screen; by default five equal columns in the lower two thirds.
        colours: The theme.
        code: Why it is plain, for the technician: at the lower left, where the quiet mark is otherwise.
        close: Where the service page is closed, on that page.
    """
    if not pygame.font.get_init():
        pygame.font.init()
    width, height = surface.get_size()
    surface.fill(colours.paper)
    columns: Sequence[Rect] = ()
    if view.name not in WITHOUT_CARDS:
        columns = cards if len(cards) == LEVELS else _columns(width, height)
    below = close if view.name is ScreenName.SERVICE else None
    above = min((card.y for card in columns), default=height if below is None else below.y)
    pad, long = max(1, width // 40), max(width, height)
    lines = _lines(view, wording)
    row = min((above - 2 * pad) // 3, long // 14)
    top = (above - row * len(lines)) // 2
    for number, line in enumerate(lines):
        box = Rect(pad, top + number * row, width - 2 * pad, row)
        _write(
            surface,
            line,
            box,
            colours.ink if number == 0 else colours.grey,
            long // 26 if number == 0 else long // 40,
        )
    if code:
        bottom = max((card.bottom for card in columns), default=height - height // 14)
        _write(surface, code, Rect(pad, bottom, width // 10, height - bottom), colours.grey, width // 40)
    for level, card in zip(Level, columns, strict=False):
        pressed = (level == view.pressed and view.name in PRESSED) or level in view.heard
        _draw_card(surface, card, level, wording.labels[level - 1], colours, pressed=pressed)
        if level in view.complete:
            _draw_tick(surface, card, colours.ink)
    if below is not None:
        pygame.draw.rect(surface, colours.outline, below, 4)
        _write(surface, wording.safe.close, below.inset(8), colours.ink, below.h // 3)


def _lines(view: View, wording: Wording) -> list[str]:
    safe = wording.safe
    match view.name:
        case ScreenName.STARTING:
            return [safe.starting]
        case ScreenName.SAVING | ScreenName.CORRECTING | ScreenName.WAIT:
            return [safe.saving]
        case ScreenName.THANKED:
            return [safe.thanked]
        case ScreenName.REPEAT:
            return [safe.repeat]
        case ScreenName.AMBIGUOUS:
            return [wording.question, safe.ambiguous]
        case ScreenName.FAULT:
            return [safe.fault, view.fault.value] if view.fault else [safe.fault]
        case ScreenName.SERVICE:
            fault = view.service.fault if view.service else None
            return [safe.service, fault.value] if fault else [safe.service]
        case ScreenName.IDLE:
            return [wording.question, safe.press]


def _columns(width: int, height: int) -> tuple[Rect, ...]:
    gap = max(2, width // 100)
    card = (width - (LEVELS + 1) * gap) // LEVELS
    top = height // 3
    return tuple(Rect(gap + n * (card + gap), top, card, height - top - gap) for n in range(LEVELS))


def _draw_card(
    surface: pygame.Surface, card: Rect, level: Level, word: str, colours: Palette, *, pressed: bool
) -> None:
    pygame.draw.rect(surface, colours.card_pressed if pressed else colours.card, card)
    pygame.draw.rect(surface, colours.ink if pressed else colours.outline, card, 6 if pressed else 2)
    inside = card.inset(max(8, card.w // 20))
    half = inside.h // 2
    _write(surface, str(int(level)), Rect(inside.x, inside.y, inside.w, half), colours.ink, card.w // 2)
    _write(surface, word, Rect(inside.x, inside.y + half, inside.w, half), colours.ink, card.w // 6)


def _draw_tick(surface: pygame.Surface, card: Rect, colour: Colour) -> None:
    """In the upper right corner, beside the number: lines, for no font need have the sign."""
    side = max(8, card.w // 6)
    x, y = card.right - side - side * 3 // 4, card.y + side * 3 // 4
    points = [(x, y + side // 2), (x + side // 3, y + side), (x + side, y + side // 6)]
    pygame.draw.lines(surface, colour, False, points, max(4, side // 5))


def _write(surface: pygame.Surface, text: str, box: Rect, colour: Colour, px: int) -> None:
    """One line in the middle of a box, squeezed until it fits: even a wrong text must be seen."""
    font = BuiltinFont(max(8, px))
    # Not without end, and never empty: a surface of no width cannot be squeezed.
    line = font.render(shown(text[:_LONGEST], font.has) or " ", True, colour)
    scale = min(1.0, box.w / line.get_width(), box.h / line.get_height())
    if scale < 1:
        size = max(1, int(line.get_width() * scale)), max(1, int(line.get_height() * scale))
        line = pygame.transform.smoothscale(line, size)
    x, y = box.centre
    surface.blit(line, (x - line.get_width() // 2, y - line.get_height() // 2))
