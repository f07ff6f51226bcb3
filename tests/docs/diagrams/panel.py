"""The panel that holds five buttons: order, sizes, marks."""

from hardware.events import Level
from tests.docs.diagrams.canvas import INK, PALE, PAPER, SOFT, Canvas
from tests.docs.diagrams.words import Words

PX_PER_MM = 3.2
BUTTON_MM = 30
PITCH_MM = 48
APART_MM = 62
LEFT, MIDDLE_Y = 100.0, 190.0


def front(words: Words) -> str:
    """The panel as the citizen sees it."""
    canvas = Canvas(1060, 400, words("Mặt nút bấm", "The panel of buttons"))
    canvas.text(
        30,
        40,
        words("Mặt nút bấm, nhìn từ phía người dân", "The panel, as the citizen sees it"),
        size=20,
        bold=True,
    )
    pitch = PITCH_MM * PX_PER_MM
    last = LEFT + 4 * pitch
    canvas.box(30, 80, 1000, 210, fill=PALE, round_px=14)
    for level in Level:
        _button(canvas, LEFT + (level.value - 1) * pitch, level, words)
    apart = last + APART_MM * PX_PER_MM
    canvas.disc(apart, MIDDLE_Y, 8 * PX_PER_MM, fill=PAPER)
    canvas.text(apart, MIDDLE_Y + 5, "Aa", anchor="middle", bold=True)
    canvas.text(apart, MIDDLE_Y + 76, words("đổi ngôn ngữ", "language"), anchor="middle")
    half = BUTTON_MM * PX_PER_MM / 2
    y = 318
    canvas.measure(
        (LEFT - half, y),
        (LEFT + half, y),
        words("30 mm (ít nhất 20)", "30 mm (20 at least)"),
        beside=(LEFT + 10, y + 24),
    )
    canvas.measure(
        (LEFT + pitch, y),
        (LEFT + 2 * pitch, y),
        words("giữa hai tâm: 48 mm", "between middles: 48 mm"),
        beside=(LEFT + 1.5 * pitch, y + 24),
    )
    canvas.measure(
        (last, y), (apart, y), words("đặt riêng", "set apart"), beside=((last + apart) / 2, y + 24)
    )
    canvas.text(
        30, 384,
        words(
            "Mức thấp nhất luôn ngoài cùng bên trái. Dưới mỗi nút có một đến năm chấm nổi. Năm đèn cùng một màu.",
            "The worst level is always at the far left. One to five raised dots below. All lights have one colour.",
        ),
        size=13, colour=SOFT,
    )  # fmt: skip
    return canvas.svg()


def _button(canvas: Canvas, x: float, level: Level, words: Words) -> None:
    canvas.disc(x, MIDDLE_Y, BUTTON_MM * PX_PER_MM / 2, fill=PAPER)
    canvas.text(x, MIDDLE_Y + 10, str(level.value), size=28, anchor="middle", bold=True)
    canvas.text(x, MIDDLE_Y - 66, words.level(level), anchor="middle", bold=True)
    for dot in range(level.value):
        canvas.disc(x + (dot - (level.value - 1) / 2) * 14, MIDDLE_Y + 70, 4, fill=INK)
