"""Fonts: letters set evenly at any size.

SDL_ttf moves every letter to a whole pixel. At the sizes of small panels that shows: “t âm” for “tâm”. So small
letters are drawn several times as large and smoothed down.
"""

import math
from collections.abc import Container
from pathlib import Path
from typing import Protocol

import pygame

from kiosk.screens.palette import Colour

_EVEN_PX, _MOST = 72, 3
"""From this size on a whole pixel is too little to be seen; and the largest factor, for the time that it takes."""


class Font(Protocol):
    """What is asked of a font: that of the package, or the built-in one with its marks."""

    def size(self, text: str, /) -> tuple[int, int]:
        """Width and height of the text, in pixels."""

    def render(self, text: str, antialias: bool, color: Colour, /) -> pygame.Surface:
        """The text on a transparent surface."""

    def has(self, character: str, /) -> bool:
        """Whether it can draw a character, and not only a box in its place."""


class EvenFont:
    """A font file in one size; sizes and renders as `pygame.font.Font` does."""

    def __init__(self, path: Path, px: int, characters: Container[int]) -> None:
        """Open the file.

        Args:
            path: A font that `sfnt.check_font` has found whole.
            px: Size of type, in pixels.
            characters: What it has, see `sfnt.characters_of`.

        Raises:
            OSError, pygame.error: If pygame cannot open it.
        """
        self._characters = characters
        self._times = min(_MOST, math.ceil(_EVEN_PX / px))
        self._font = pygame.font.Font(str(path), px * self._times)

    def size(self, text: str, /) -> tuple[int, int]:
        """Width and height of the text, in pixels."""
        width, height = self._font.size(text)
        return math.ceil(width / self._times), math.ceil(height / self._times)

    def render(self, text: str, antialias: bool, color: Colour, /) -> pygame.Surface:
        """The text on a transparent surface of its `size`."""
        letters = self._font.render(text, antialias, color)
        if self._times == 1:
            return letters
        width, height = self.size(text)
        # A whole number of pixels each, transparent in the letters' own colour: no dark seam around them.
        large = pygame.Surface((max(1, width) * self._times, height * self._times), pygame.SRCALPHA)
        large.fill((*color, 0))
        large.blit(letters, (0, 0))
        even = pygame.transform.smoothscale(large, (max(1, width), height))
        even.fill(color, special_flags=pygame.BLEND_RGB_MAX)  # it rounds colours down
        return even

    def has(self, character: str, /) -> bool:
        """Whether it can draw a character."""
        return ord(character) in self._characters
