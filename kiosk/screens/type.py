"""Type: which font, how large, on how many lines, so that no word is ever cut or runs into another.

Names of offices are typed in by others and can be of any length: they wrap, then shrink, and end in "…" only
when the smallest readable size does not hold them either.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pygame

from kiosk.screens.builtin import BuiltinFont
from kiosk.screens.characters import SOFT_HYPHEN, as_read, shown
from kiosk.screens.fontfile import FAMILY, font_file
from kiosk.screens.fonts import EvenFont, Font
from kiosk.screens.lines import balance, shortened, widest, wrap
from kiosk.screens.palette import Colour
from kiosk.screens.rect import Rect
from kiosk.screens.sfnt import characters_of, check_font

Across = Literal["left", "centre", "right"]
Down = Literal["top", "centre", "bottom"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set.

    Attributes:
        weight: 400 regular to 700 bold.
        px: Size of type, in pixels, when there is room.
        smallest_px: The size that it may shrink to.
        colour: The colour of the letters.
    """

    weight: int
    px: int
    smallest_px: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class Block:
    """Text that has found its size and its lines."""

    font: Font
    lines: tuple[str, ...]

    @property
    def height(self) -> int:
        """Height of all lines, in pixels; capitals with two marks make a line taller."""
        return sum(self.font.size(line)[1] for line in self.lines)


class Type:
    """Fonts, opened once each, and the setting of text in boxes."""

    def __init__(self, find: Callable[[int], Path] = font_file) -> None:
        """Open nothing yet.

        Args:
            find: Gives the file of a weight.
        """
        if not pygame.font.get_init():
            pygame.font.init()
        self._find = find
        self._fonts: dict[tuple[int, int], Font] = {}
        self._characters: dict[Path, frozenset[int]] = {}
        self._builtin = False

    def font(self, weight: int, px: int) -> Font:
        """The font in one weight and size; the built-in one, with one warning, where the file is missing."""
        key = (weight, px)
        if key not in self._fonts:
            self._fonts[key] = self._open(weight, px)
        return self._fonts[key]

    def _open(self, weight: int, px: int) -> Font:
        if not self._builtin:
            try:
                return self._open_file(weight, px)
            except (ImportError, OSError, ValueError, pygame.error) as error:
                self._builtin = True
                _log.warning("%s is not readable, the built-in font is used: %s", FAMILY, error)
        return BuiltinFont(px)

    def _open_file(self, weight: int, px: int) -> Font:
        path = self._find(weight)
        if path not in self._characters:
            data = path.read_bytes()
            check_font(data)
            self._characters[path] = characters_of(data)
        return EvenFont(path, px, self._characters[path])

    def has(self, character: str) -> bool:
        """Whether a character can be drawn; every weight has the same ones."""
        return self.font(400, 16).has(character)

    def width(self, text: str, weight: int, px: int) -> int:
        """What a text would take on one line, in pixels."""
        font = self.font(weight, px)
        return font.size(as_read(shown(text, font.has)))[0]

    def wrapped(self, text: str, weight: int, px: int, width: int) -> Block:
        """A text on as many lines as it takes, without shrinking."""
        font = self.font(weight, px)
        return Block(font, tuple(wrap(shown(text, font.has), font, width)))

    def whole_lines(self, text: str, weight: int, px: int, width: int, *, hyphens: bool) -> int | None:
        """How many lines a text takes without shrinking; None where a word would be cut for want of room.

        Args:
            text: Any text.
            weight: 400 regular to 700 bold.
            px: Size of type, in pixels.
            width: Of the box, in pixels.
            hyphens: Whether words may be broken at their soft hyphens.
        """
        font = self.font(weight, px)
        text = shown(text, font.has)
        if not hyphens:
            text = text.replace(SOFT_HYPHEN, "")
        return len(wrap(text, font, width)) if widest(text, font) <= width else None

    def fit(self, text: str, size: tuple[int, int], style: Style) -> Block:
        """Find the largest size, and the lines, with which a text fits into a box.

        Args:
            text: Any text; what cannot be drawn is left out.
            size: Width and height of the box, in pixels.
            style: The size to begin with and the size to end with.

        Returns:
            The text, cut with "…" only if it does not fit at the smallest size.
        """
        width, height = size
        text = shown(text, self.font(style.weight, style.px).has)
        smallest = min(style.px, style.smallest_px)
        for px in range(style.px, smallest - 1, -1):
            font = self.font(style.weight, px)
            if widest(text, font) > width:
                continue  # a word is cut only when nothing else helps
            block = Block(font, tuple(wrap(text, font, width)))
            if block.height <= height and len(block.lines) == 1:
                return block
            if block.height <= height:
                balanced = Block(font, tuple(balance(text, font, width, len(block.lines))))
                # Capitals with two marks make a line taller: on lines of their own they may need more room.
                return balanced if balanced.height <= height else block
        font = self.font(style.weight, smallest)
        return _truncate(Block(font, tuple(wrap(text, font, width))), width, height)

    def draw(
        self,
        surface: pygame.Surface,
        text: str,
        box: Rect,
        style: Style,
        across: Across = "centre",
        down: Down = "centre",
    ) -> None:
        """Set a text into a box, on as many lines as it needs."""
        block = self.fit(text, (box.w, box.h), style)
        y = box.y + {"top": 0, "centre": (box.h - block.height) // 2, "bottom": box.h - block.height}[down]
        for line in block.lines:
            letters = block.font.render(line, True, style.colour)
            spare = box.w - letters.get_width()
            x = box.x + {"left": 0, "centre": spare // 2, "right": spare}[across]
            surface.blit(letters, (x, y))
            y += block.font.size(line)[1]

    def stamp(self, surface: pygame.Surface, text: str, centre: tuple[int, int], style: Style) -> None:
        """Put a short text so that its ink, not its line, is in the middle of a point."""
        letters = self.font(style.weight, style.px).render(text, True, style.colour)
        ink = letters.get_bounding_rect()
        surface.blit(letters, (centre[0] - ink.x - ink.w // 2, centre[1] - ink.y - ink.h // 2))


def _truncate(block: Block, width: int, height: int) -> Block:
    """As many lines as the box holds, at least one; the last one ends in "…" when something is left out."""
    kept: list[str] = []
    for line in block.lines:
        if kept and Block(block.font, (*kept, line)).height > height:
            break
        kept.append(line)
    if len(kept) < len(block.lines):
        kept[-1] = shortened(kept[-1], block.font, width)
    return Block(block.font, tuple(kept))
