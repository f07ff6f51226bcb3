"""The faces, drawn at exactly the size that a card has for them; a disc with the number where a file is missing."""

import logging
from importlib import resources
from importlib.resources.abc import Traversable

import pygame

from assets.faces import EXPRESSIONS, INK, file_name
from hardware.events import Level
from kiosk.screens.builtin import BuiltinFont
from kiosk.screens.svg import rasterise, resized

_log = logging.getLogger(__name__)


class Faces:
    """The five faces in any size."""

    def __init__(self, folder: Traversable | None = None) -> None:
        """Read nothing yet.

        Args:
            folder: Where the SVG files are; by default those of the package.
        """
        self._folder = folder if folder is not None else resources.files("assets") / "faces"
        self._drawings: dict[Level, str | None] = {}
        self._warned = False

    def image(self, level: Level, side: int) -> pygame.Surface:
        """One face, ``side`` pixels wide and high, transparent around its disc."""
        if level not in self._drawings:
            self._drawings[level] = self._read(level)
        drawing = self._drawings[level]
        if drawing is not None:
            try:
                return rasterise(resized(drawing, side, side))
            except (ValueError, pygame.error) as error:
                self._drawings[level] = None
                self._warn(error)
        return _disc(level, side)

    def _read(self, level: Level) -> str | None:
        try:
            return (self._folder / file_name(level)).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._warn(error)
            return None

    def _warn(self, error: Exception) -> None:
        """Once: five missing files have one cause."""
        if not self._warned:
            _log.warning("a face is not readable, plain discs are used: %s", error)
            self._warned = True


def _disc(level: Level, side: int) -> pygame.Surface:
    """A disc in the level's colour, with its number: still colour, position, word and number."""
    colour = pygame.Color(EXPRESSIONS[level].disc)
    large = pygame.Surface((4 * side, 4 * side), pygame.SRCALPHA)
    # Transparent in the disc's own colour: otherwise its edge is smoothed into black.
    large.fill((colour.r, colour.g, colour.b, 0))
    pygame.draw.circle(large, colour, (2 * side, 2 * side), 2 * side)
    surface = pygame.transform.smoothscale(large, (side, side))
    ink_colour = pygame.Color(INK)
    digit = BuiltinFont(max(1, side // 2)).render(
        str(int(level)), True, (ink_colour.r, ink_colour.g, ink_colour.b)
    )
    ink = digit.get_bounding_rect()
    surface.blit(digit, ((side - ink.w) // 2 - ink.x, (side - ink.h) // 2 - ink.y))
    return surface
