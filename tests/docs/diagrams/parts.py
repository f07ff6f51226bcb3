"""Parts that several wiring plans have: a button, a light, a bar of grounds."""

from collections.abc import Sequence

from hardware.events import Level
from tests.docs.diagrams.canvas import GROUND, PALE, SOFT, Canvas, Point
from tests.docs.diagrams.words import Words

BOX_WIDTH = 186
BOX_HEIGHT = 46


def button(canvas: Canvas, right: Point, level: Level, words: Words, colour: str) -> None:
    """A button, by the middle of its right edge."""
    x, y = right[0] - BOX_WIDTH, right[1]
    canvas.box(x, y - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT)
    canvas.disc(x + 25, y, 15, fill=colour, line=colour)
    canvas.text(x + 25, y + 6, str(level.value), size=17, anchor="middle", colour="#ffffff", bold=True)
    canvas.text(x + 50, y - 3, words(f"Nút {level.value}", f"Button {level.value}"), bold=True)
    canvas.text(x + 50, y + 15, words.level(level), size=13, colour=SOFT)
    _contacts(canvas, x, right)


def language(canvas: Canvas, right: Point, words: Words) -> None:
    """The sixth button."""
    x, y = right[0] - BOX_WIDTH, right[1]
    canvas.box(x, y - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, fill=PALE)
    canvas.text(x + 14, y - 3, words("Nút đổi ngôn ngữ", "Language button"), bold=True)
    canvas.text(x + 14, y + 15, words("tùy chọn, đặt riêng", "optional, set apart"), size=13, colour=SOFT)
    _contacts(canvas, x, right)


def light(canvas: Canvas, at: Point, number: int, words: Words, *, width: float = BOX_WIDTH) -> None:
    """A light and its resistor, by the middle of the left edge."""
    x, y = at
    canvas.box(x, y - BOX_HEIGHT / 2, width, BOX_HEIGHT)
    canvas.text(x + 14, y - 3, words(f"Đèn trong nút {number}", f"Light of button {number}"), bold=True)
    canvas.text(x + 14, y + 15, "330 Ω + LED", size=13, colour=SOFT)
    canvas.disc(x, y, 4, fill=GROUND)
    canvas.disc(x + width, y, 4, fill=GROUND)


def ground_bar(canvas: Canvas, x: float, ends: Sequence[float], contacts: Sequence[Point]) -> None:
    """The common ground: a bar from the first to the last of `ends` (y), and a wire to each contact."""
    canvas.line(((x, min(ends)), (x, max(ends))), colour=GROUND, width=3.5)
    for contact in contacts:
        canvas.line(((x, contact[1]), contact), colour=GROUND)


def _contacts(canvas: Canvas, left_x: float, right: Point) -> None:
    canvas.disc(left_x, right[1], 4, fill=GROUND)
    canvas.disc(right[0], right[1], 4, fill=GROUND)
