"""How one light is wired: a small one directly, a lamp of 5 or 12 V with a transistor."""

from tests.docs.diagrams.canvas import GROUND, INK, PALE, SOFT, WIRES, Canvas, Point
from tests.docs.diagrams.words import Words


def wiring(words: Words) -> str:
    """Both ways, side by side."""
    canvas = Canvas(960, 420, words("Đấu dây một đèn trong nút", "Wiring one light of a button"))
    canvas.text(
        30, 40, words("Một đèn trong nút: hai cách", "One light of a button: two ways"), size=20, bold=True
    )
    _direct(canvas, words)
    canvas.line(((410, 70), (410, 390)), colour=PALE, width=2)
    _lamp(canvas, words)
    return canvas.svg()


def _direct(canvas: Canvas, words: Words) -> None:
    canvas.text(
        30, 86, words("A. LED nhỏ (đến 4 mA): nối thẳng", "A. A small LED (up to 4 mA): directly"), bold=True
    )
    y = 190
    canvas.box(30, y - 24, 90, 48, fill=PALE)
    canvas.text(75, y + 5, words("chân GPIO", "GPIO pin"), anchor="middle", size=13)
    canvas.line(((120, y), (320, y), (320, 330)), colour=WIRES[0])
    _resistor(canvas, (190, y), "330 Ω")
    _led(canvas, (320, 255))
    _ground(canvas, (320, 330))


def _lamp(canvas: Canvas, words: Words) -> None:
    canvas.text(
        440,
        86,
        words("B. Đèn 5 V hay 12 V: qua transistor", "B. A lamp of 5 or 12 V: with a transistor"),
        bold=True,
    )
    y = 250
    canvas.box(440, y - 24, 90, 48, fill=PALE)
    canvas.text(485, y + 5, words("chân GPIO", "GPIO pin"), anchor="middle", size=13)
    canvas.line(((530, y), (660, y)), colour=WIRES[0])
    _resistor(canvas, (585, y), "220 Ω")
    canvas.line(((640, y), (640, 345)), colour=GROUND)
    canvas.box(630, 280, 20, 44)
    canvas.text(622, 306, "10 kΩ", anchor="end", size=13)
    canvas.box(660, y - 35, 108, 70, fill=PALE)
    canvas.text(720, y + 5, "2N7000", anchor="middle", bold=True)
    for x, py, name in ((667, y + 5, "G"), (710, y - 20, "D"), (710, y + 29, "S")):
        canvas.text(x, py, name, size=12, colour=SOFT)
    canvas.line(((714, y + 35), (714, 345), (640, 345)), colour=GROUND)
    _ground(canvas, (677, 345), left=True)
    canvas.line(((714, y - 35), (714, 130), (766, 130)), colour=WIRES[1])
    canvas.disc(714, 172, 17, fill="#fff3c4")
    canvas.line(((702, 160), (726, 184)), width=1.5)
    canvas.line(((702, 184), (726, 160)), width=1.5)
    canvas.text(740, 178, words("đèn trong nút", "lamp of the button"), size=13)
    canvas.text(774, 135, words("+ nguồn 5 V hay 12 V", "+ 5 or 12 V supply"), size=13)
    canvas.lines(
        784, 330,
        words(
            "GND của nguồn đèn|nối chung với|GND của bo", "the ground of the|lamps' supply joins|the board's"
        ).split("|"),
        size=13,
    )  # fmt: skip


def _resistor(canvas: Canvas, middle: Point, value: str) -> None:
    x, y = middle
    canvas.box(x - 24, y - 10, 48, 20)
    canvas.text(x, y - 18, value, anchor="middle", size=13)


def _led(canvas: Canvas, middle: Point) -> None:
    x, y = middle
    canvas.shape(((x - 17, y - 14), (x + 17, y - 14), (x, y + 14)), fill="#fff3c4")
    canvas.line(((x - 17, y + 14), (x + 17, y + 14)), width=2.5)
    canvas.text(x - 28, y + 5, "LED", anchor="end", size=13)
    for shift in (0, 12):
        canvas.line(((x + 22, y - 2 + shift), (x + 38, y - 18 + shift)), width=1.5, colour=INK)
        canvas.shape(((x + 40, y - 20 + shift), (x + 32, y - 17 + shift), (x + 37, y - 12 + shift)), fill=INK)


def _ground(canvas: Canvas, top: Point, *, left: bool = False) -> None:
    x, y = top
    for half, down in ((18, 0), (11, 7), (4, 14)):
        canvas.line(((x - half, y + down), (x + half, y + down)), width=2.5)
    canvas.text(x - 28 if left else x + 28, y + 16, "GND", size=13, anchor="end" if left else "start")
