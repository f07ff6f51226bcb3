"""The font inside pygame, taught to write Vietnamese: the last resort when Be Vietnam Pro is not there.

That font ends at Western Europe: it has ``ê`` but neither ``ơ`` nor ``ễ``, and shows a box instead. Here the
letter is taken from the font and the marks that it lacks are drawn as strokes, so that even the safe screen is
spelled right. Nothing is read from disk but pygame itself.
"""

import math
import unicodedata
from collections.abc import Iterator

import pygame

from kiosk.screens.characters import NO_BREAK_SPACE
from kiosk.screens.palette import Colour

_SCALE = 3
"""Letters and marks are drawn larger and smoothed down, for `pygame.draw` has no smooth wide lines."""

_DEFAULT_FONT_EM = 0.6875
"""pygame sets its own font smaller than asked for, by this factor."""

_HEADROOM_EM, _FOOTROOM_EM = 0.25, 0.1
"""Room above a capital and below a letter for the marks that the font has not foreseen."""

_LACKING = "\ue000"
"""A character of no font: what is drawn for it is drawn for every character that is missing."""

_HORN, _DOT_BELOW = "\u031b", "\u0323"
_ON_THE_LETTER = ("\u0302", "\u0306", _HORN)
"""Circumflex, breve and horn make the letter; the tone comes after them."""

# Strokes above a letter, in shares of the size of type: right of its middle, above its top.
_ABOVE: dict[str, tuple[tuple[float, float], ...]] = {
    "\u0300": ((-0.08, 0.17), (0.04, 0.07)),
    "\u0301": ((0.08, 0.17), (-0.04, 0.07)),
    "\u0302": ((-0.11, 0.07), (0.0, 0.17), (0.11, 0.07)),
    "\u0303": ((-0.12, 0.09), (-0.07, 0.15), (-0.02, 0.14), (0.03, 0.10), (0.07, 0.09), (0.12, 0.15)),
    "\u0306": ((-0.11, 0.17), (-0.07, 0.10), (0.0, 0.08), (0.07, 0.10), (0.11, 0.17)),
    "\u0309": ((-0.05, 0.20), (0.01, 0.23), (0.06, 0.19), (0.04, 0.14), (0.0, 0.12), (0.0, 0.07)),
}


class BuiltinFont:
    """Sizes and renders as `pygame.font.Font` does."""

    def __init__(self, px: int) -> None:
        """Open the font.

        Args:
            px: Size of type in pixels, as for any other font.
        """
        self._em = px * _SCALE
        self._font = pygame.font.Font(None, max(1, round(self._em / _DEFAULT_FONT_EM)))
        self._headroom = math.ceil(self._em * _HEADROOM_EM)
        self._footroom = math.ceil(self._em * _FOOTROOM_EM)
        self._box = self._picture(_LACKING)
        self._spelling: dict[str, tuple[str, tuple[str, ...]]] = {}

    def size(self, text: str, /) -> tuple[int, int]:
        """Width and height of the text, in pixels."""
        spelled = list(self._spell(text))
        width, height = self._font.size("".join(letter for letter, _ in spelled))
        if spelled and _HORN in spelled[-1][1]:
            width += math.ceil(0.12 * self._em)  # it stands out beyond its letter
        return math.ceil(width / _SCALE), math.ceil((height + self._headroom + self._footroom) / _SCALE)

    def render(self, text: str, antialias: bool, color: Colour, /) -> pygame.Surface:
        """The text on a transparent surface of its `size`."""
        spelled = list(self._spell(text))
        letters = "".join(letter for letter, _ in spelled)
        width, height = self.size(text)
        large = pygame.Surface((max(1, width) * _SCALE, height * _SCALE), pygame.SRCALPHA)
        large.fill((*color, 0))
        plain = self._font.render(letters, antialias, color)
        large.blit(plain, (0, self._headroom))
        # A letter taller than the font foresees pushes the line down.
        tallest = max((metrics[3] for metrics in self._metrics(letters) if metrics), default=0)
        baseline = self._headroom + max(self._font.get_ascent(), tallest)
        for at, (letter, marks) in enumerate(spelled):
            if marks:
                origin = (self._font.size(letters[:at])[0], baseline)
                self._draw_marks(large, origin, letter, marks, color)
        return pygame.transform.smoothscale(large, (max(1, width), height))

    def has(self, character: str, /) -> bool:
        """Whether it can draw a character, with marks of ours where it needs some."""
        letter, marks = self._spelled(character)
        return self._has(letter) and all(mark in _ABOVE or mark in (_HORN, _DOT_BELOW) for mark in marks)

    def _spell(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each character as a letter that the font has, and the marks to be drawn on it."""
        for character in unicodedata.normalize("NFC", text).replace(NO_BREAK_SPACE, " "):
            yield self._spelled(character)

    def _spelled(self, character: str) -> tuple[str, tuple[str, ...]]:
        if character not in self._spelling:
            self._spelling[character] = self._spell_one(character)
        return self._spelling[character]

    def _spell_one(self, character: str) -> tuple[str, tuple[str, ...]]:
        parts = unicodedata.normalize("NFD", character)
        letter, marks = parts[0], list(parts[1:])
        if not marks or self._has(character) or not self._has(letter):
            return character, ()
        marks.sort(key=lambda mark: mark not in _ON_THE_LETTER)
        composed = unicodedata.normalize("NFC", letter + marks[0])
        if len(composed) == 1 and self._has(composed):
            return composed, tuple(marks[1:])
        return letter, tuple(marks)

    def _has(self, character: str) -> bool:
        return self._picture(character) != self._box

    def _picture(self, character: str) -> bytes:
        surface = self._font.render(character, False, (255, 255, 255), (0, 0, 0))
        return pygame.image.tobytes(surface, "RGB")

    def _metrics(self, letters: str) -> list[tuple[int, int, int, int, int] | None]:
        """Left, right, bottom, top and advance of each letter; None, says pygame-ce, where the font lacks it."""
        return list(self._font.metrics(letters))

    def _draw_marks(
        self,
        surface: pygame.Surface,
        origin: tuple[int, int],
        letter: str,
        marks: tuple[str, ...],
        colour: Colour,
    ) -> None:
        """Draw marks on the letter that begins at ``origin`` on the baseline, the first nearest to it."""
        x, baseline = origin
        (metrics,) = self._metrics(letter)
        if metrics is None:
            return
        left, right, low, high, _ = metrics
        middle, top = x + (left + right) / 2, float(baseline - high)
        em = self._em
        if letter != unicodedata.normalize("NFD", letter)[0]:
            top += 0.05 * em  # upon a mark of the font's own the tone sits closer
        for mark in marks:
            if mark == _DOT_BELOW:
                # Beside the tail of a y, in the middle below any other letter.
                below = x + right - 0.04 * em if low < -0.1 * em else middle
                pygame.draw.circle(surface, colour, (below, baseline + 0.16 * em), round(0.055 * em))
            elif mark == _HORN:
                edge = x + right - 0.04 * em
                bend = ((0.0, -0.05), (0.08, -0.03), (0.12, 0.02), (0.11, 0.09))
                self._stroke(surface, [(edge + dx * em, top - dy * em) for dx, dy in bend], colour)
            elif mark in _ABOVE:
                line = [(middle + dx * em, top - dy * em) for dx, dy in _ABOVE[mark]]
                self._stroke(surface, line, colour)
                top -= 0.13 * em

    def _stroke(self, surface: pygame.Surface, points: list[tuple[float, float]], colour: Colour) -> None:
        """A line with round joints: wide lines of pygame have gaps at their corners."""
        width = max(1, round(0.065 * self._em))
        pygame.draw.lines(surface, colour, False, points, width)
        for point in points:
            pygame.draw.circle(surface, colour, point, width / 2)
