"""Type: which font, how large, on how many lines, so that no word is ever cut or runs into another.

Names of offices are typed in by others and can be of any length: they wrap, then shrink, and end in "…" only
when the smallest readable size does not hold them either.
"""

import logging
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pygame

from kiosk.screens.builtin import BuiltinFont
from kiosk.screens.layout import Rect
from kiosk.screens.palette import Colour
from kiosk.screens.sfnt import check_font
from kiosk.screens.wording import SOFT_HYPHEN

FAMILY = "Be Vietnam Pro"
ELLIPSIS = "…"

Across = Literal["left", "centre", "right"]
Down = Literal["top", "centre", "bottom"]

_log = logging.getLogger(__name__)


class Font(Protocol):
    """What is asked of a font: pygame's, or the built-in one with its marks."""

    def size(self, text: str, /) -> tuple[int, int]:
        """Width and height of the text, in pixels."""

    def render(self, text: str, antialias: bool, color: Colour, /) -> pygame.Surface:
        """The text on a transparent surface."""


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


def font_file(weight: int) -> Path:
    """The file of Be Vietnam Pro in one weight, from its package.

    Raises:
        ImportError: If fontpkg is not installed.
        FileNotFoundError: If it is, and the font is not.
    """
    # Imported here: a terminal that has lost its font package is to show its screens all the same.
    import fontpkg  # type: ignore[import-untyped]

    try:
        return Path(fontpkg.path(FAMILY, weight=weight))
    except fontpkg.FontpkgError as error:
        msg = f"the font {FAMILY} {weight} is not installed"
        raise FileNotFoundError(msg) from error


def printable(text: str) -> str:
    """One line of composed characters that can be seen, and soft hyphens: pygame refuses the others."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(map(_seen, composed)).split())


def _seen(character: str) -> str:
    """A character; a space for a control character or half of one, nothing for an invisible one."""
    category = unicodedata.category(character)
    if category in ("Cc", "Cs"):
        return " "
    return "" if category == "Cf" and character != SOFT_HYPHEN else character


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
        self._checked: set[Path] = set()
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
        if path not in self._checked:
            check_font(path.read_bytes())
            self._checked.add(path)
        return pygame.font.Font(str(path), px)

    def lines(self, text: str, weight: int, px: int, width: int) -> int:
        """How many lines a text would take, without shrinking."""
        return len(wrap(printable(text), self.font(weight, px), width))

    def whole_lines(self, text: str, weight: int, px: int, width: int, *, hyphens: bool) -> int | None:
        """How many lines a text takes without shrinking; None where a word would be cut for want of room.

        Args:
            text: Any text.
            weight: 400 regular to 700 bold.
            px: Size of type, in pixels.
            width: Of the box, in pixels.
            hyphens: Whether words may be broken at their soft hyphens.
        """
        font, text = self.font(weight, px), printable(text)
        if not hyphens:
            text = text.replace(SOFT_HYPHEN, "")
        return len(wrap(text, font, width)) if _widest(text, font) <= width else None

    def fit(self, text: str, size: tuple[int, int], style: Style) -> Block:
        """Find the largest size, and the lines, with which a text fits into a box.

        Args:
            text: Any text; what cannot be printed is left out.
            size: Width and height of the box, in pixels.
            style: The size to begin with and the size to end with.

        Returns:
            The text, cut with "…" only if it does not fit at the smallest size.
        """
        width, height = size
        text = printable(text)
        smallest = min(style.px, style.smallest_px)
        for px in range(style.px, smallest - 1, -1):
            font = self.font(style.weight, px)
            if _widest(text, font) > width:
                continue  # a word is cut only when nothing else helps
            block = Block(font, tuple(wrap(text, font, width)))
            if block.height <= height:
                return Block(font, tuple(balance(text, font, width, len(block.lines))))
        font = self.font(style.weight, smallest)
        return truncate(Block(font, tuple(wrap(text, font, width))), width, height)

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


def wrap(text: str, font: Font, width: int) -> list[str]:
    """Break a text into lines between its words, and inside a word that is wider than the box."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word.replace(SOFT_HYPHEN, '')}".lstrip()
        if font.size(longer)[0] <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *starts, line = _broken(word, font, width)
        lines += starts
    return [*lines, line] if line else lines


def _widest(text: str, font: Font) -> int:
    """The width of the widest part that cannot be broken."""
    return max((font.size(piece)[0] for word in text.split() for piece in _pieces(word)), default=0)


def _pieces(word: str) -> list[str]:
    """The parts that a word may be broken into, each with its hyphen."""
    *starts, end = word.split(SOFT_HYPHEN)
    return [*(f"{start}-" for start in starts), end]


def _broken(word: str, font: Font, width: int) -> list[str]:
    """A word on as few lines as its soft hyphens allow; what is still too wide is cut anywhere."""
    lines = [""]
    for piece in _pieces(word):
        longer = lines[-1].removesuffix("-") + piece if lines[-1] else piece
        if not lines[-1] or font.size(longer)[0] <= width:
            lines[-1] = longer
        else:
            lines.append(piece)
    cut: list[str] = []
    for line in lines:
        rest = line
        while font.size(rest)[0] > width and len(rest) > 1:
            end = _longest_start(rest, font, width)
            cut.append(rest[:end])
            rest = rest[end:]
        cut.append(rest)
    return cut


def balance(text: str, font: Font, width: int, lines: int) -> list[str]:
    """The same number of lines, as nearly equal as can be: a last line of one word looks like a mistake."""
    # Never so narrow that a word would have to be cut.
    narrow, wide = min(max(1, _widest(text, font)), width), width
    while narrow < wide:
        middle = (narrow + wide) // 2
        wrapped = wrap(text, font, middle)
        fits = len(wrapped) <= lines and all(font.size(line)[0] <= middle for line in wrapped)
        narrow, wide = (narrow, middle) if fits else (middle + 1, wide)
    return wrap(text, font, wide)


def truncate(block: Block, width: int, height: int) -> Block:
    """As many lines as the box holds, at least one; the last one ends in "…" when something is left out."""
    kept: list[str] = []
    for line in block.lines:
        if kept and Block(block.font, (*kept, line)).height > height:
            break
        kept.append(line)
    if len(kept) < len(block.lines):
        last = kept[-1]
        while last and block.font.size(last + ELLIPSIS)[0] > width:
            last = last[:-1].rstrip()
        kept[-1] = last + ELLIPSIS
    return Block(block.font, tuple(kept))


def _longest_start(word: str, font: Font, width: int) -> int:
    """How many characters of a word fit, at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.size(word[:middle])[0] <= width else (low, middle - 1)
    return low
