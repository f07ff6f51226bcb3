"""A sign with words: the thank-you, and the screens without cards."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from kiosk.screens.rect import Rect
from kiosk.screens.scale import LINE_EM, Sizes

_TEXT_LINE_EM = 1.43
"""Sentences are set with more air between their lines than words."""


class Message(NamedTuple):
    """A sign, a title and a sentence below each other: the thank-you, and the screens without cards."""

    sign: Rect
    title: Rect
    text: Rect


@dataclass(frozen=True, slots=True)
class Stack:
    """A sign, a title and a text that belong together, in the middle of their room.

    Attributes:
        sizes: Sizes of type.
        title_px: That of the title.
        most_lines: How many lines title and text may take.
        lines: How many they are thought to take, when the middle is sought.
        gaps_px: Between sign and title, and between title and text.
        clear_px: Above and below everything, at least.
    """

    sizes: Sizes
    title_px: int
    most_lines: int
    lines: tuple[int, int]
    gaps_px: tuple[int, int]
    clear_px: int

    def below(self, room: Rect, sign: int, aside: int) -> Message:
        """Below each other, the text narrower by ``aside`` on both sides."""
        title_line, text_line = math.ceil(self.title_px * LINE_EM), math.ceil(self.sizes.text * _TEXT_LINE_EM)
        words = title_line * self.lines[0] + text_line * self.lines[1] + sum(self.gaps_px)
        most_words = (title_line + text_line) * self.most_lines + sum(self.gaps_px)
        sign = max(1, min(sign, room.h - words - 2 * self.clear_px, room.h - most_words - 2 * self.clear_px))
        y = max(room.y, min(room.y + (room.h - sign - words) // 2, room.bottom - sign - most_words))
        title = Rect(room.x, y + sign + self.gaps_px[0], room.w, title_line * self.most_lines)
        return Message(
            Rect(room.x + (room.w - sign) // 2, y, sign, sign),
            title,
            Rect(
                room.x + aside,
                title.bottom + self.gaps_px[1],
                room.w - 2 * aside,
                text_line * self.most_lines,
            ),
        )

    def beside(self, room: Rect, sign: int, words: int) -> Message:
        """The words at the right of the sign, both together in the middle."""
        gap = 3 * self.gaps_px[0]
        words = min(words or room.w, room.w - sign - gap)
        title, text = math.ceil(self.title_px * LINE_EM), math.ceil(self.sizes.text * LINE_EM)
        x = room.x + (room.w - sign - gap - words) // 2
        y = room.y + (room.h - title - text) // 2
        return Message(
            Rect(x, room.y + (room.h - sign) // 2, sign, sign),
            Rect(x + sign + gap, y, room.right - x - sign - gap, title),
            Rect(x + sign + gap, y + title, room.right - x - sign - gap, text),
        )
