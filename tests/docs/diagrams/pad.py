"""The wiring of a pad: a Raspberry Pi Pico with the program in `hardware/firmware`."""

from hardware.events import Level
from tests.docs.diagrams import parts
from tests.docs.diagrams.canvas import GROUND, INK, PALE, PAPER, SOFT, WIRES, Canvas, Point
from tests.docs.diagrams.pins import PICO_GROUNDS, pico, pico_pin
from tests.docs.diagrams.route import routes
from tests.docs.diagrams.words import Words

BODY_X, BODY_WIDTH, TOP, PITCH = 470, 190, 120, 28
BOX, FIRST_Y, STEP_Y = 300, 116, 56
LANGUAGE_GP = 7
GROUND_PIN = 3
ROWS = 20


def wiring(words: Words) -> str:
    """The plan."""
    canvas = Canvas(
        900, 730, words("Đấu dây bộ nút dùng Raspberry Pi Pico", "Wiring a pad from a Raspberry Pi Pico")
    )
    canvas.text(
        30,
        40,
        words("Bộ năm nút dùng Raspberry Pi Pico", "A five-button pad from a Raspberry Pi Pico"),
        size=20,
        bold=True,
    )
    boxes: list[Point] = [(BOX, FIRST_Y + STEP_Y * row) for row in range(11)]
    pins = pico()
    wanted = (*pins.buttons, LANGUAGE_GP, *pins.lights)
    ways = routes([_at(pico_pin(gp)) for gp in wanted], boxes, BODY_X - 24, -1)
    colours = (*WIRES, *(SOFT,) * 6)
    for number, (way, colour) in enumerate(zip(ways, colours, strict=True)):
        canvas.line(way, colour=colour, dashed=number >= len(Level))
    _grounds(canvas, boxes)
    for level, (box, colour) in zip(Level, zip(boxes, WIRES, strict=False), strict=True):
        parts.button(canvas, box, level, words, colour)
    parts.language(canvas, boxes[5], words)
    for number, box in enumerate(boxes[6:], 1):
        parts.light(canvas, (box[0] - parts.BOX_WIDTH, box[1]), number, words)
    _body(canvas, {GROUND_PIN, *map(pico_pin, wanted)})
    _beside(canvas, words)
    return canvas.svg()


def _row_y(number: int) -> float:
    return TOP + PITCH * (number - 1) + PITCH / 2


def _at(number: int) -> Point:
    return (BODY_X, _row_y(number))


def _grounds(canvas: Canvas, boxes: list[Point]) -> None:
    bar, above = 60, 78
    pin = _at(GROUND_PIN)
    way = (pin, (BODY_X - 12, pin[1]), (BODY_X - 12, above), (bar, above))
    canvas.line(way, colour=GROUND, width=3.5)
    parts.ground_bar(canvas, bar, (above, boxes[-1][1]), [(x - parts.BOX_WIDTH, y) for x, y in boxes])


def _body(canvas: Canvas, used: set[int]) -> None:
    canvas.box(BODY_X, TOP - 14, BODY_WIDTH, PITCH * ROWS + 28, fill=PALE, round_px=8)
    canvas.box(BODY_X + BODY_WIDTH / 2 - 28, TOP - 30, 56, 34, fill=PAPER)
    canvas.text(BODY_X + BODY_WIDTH / 2, TOP - 9, "USB", size=13, anchor="middle")
    names = iter(range(ROWS))
    for number in range(1, ROWS + 1):
        name = "GND" if number in PICO_GROUNDS else f"GP{next(names)}"
        y, colour = _row_y(number), INK if number in used else SOFT
        canvas.box(
            BODY_X + 10,
            y - 10,
            26,
            20,
            fill="#b8c0c8" if number == GROUND_PIN else PAPER,
            line=colour,
            round_px=3,
        )
        canvas.text(BODY_X + 23, y + 5, str(number), size=12, anchor="middle", colour=colour)
        canvas.text(BODY_X + 46, y + 5, name, size=13, colour=colour, bold=number in used)


def _beside(canvas: Canvas, words: Words) -> None:
    x = BODY_X + BODY_WIDTH + 22
    middle = BODY_X + BODY_WIDTH / 2
    canvas.line(((middle, TOP - 30), (middle, 62), (880, 62)), width=4)
    canvas.text(x - 2, 54, words("cáp USB tới thiết bị", "USB cable to the terminal"), size=13, colour=SOFT)
    canvas.lines(
        x, 150,
        words(
            "Nút: một cực vào|chân GP, cực kia|vào GND. Không|cần điện trở.||Đường đứt:|tùy chọn.||Đèn 5 V, 12 V|"
            "phải qua transistor.||Dây dài hơn 1 m:|thêm điện trở kéo lên|4,7 kΩ tới 3V3.",
            "Button: one side|to the GP pin, the|other to ground.|No resistor.||Dashed lines:|optional.||Lamps of 5 or|"
            "12 V need a|transistor.||Wires longer than|1 m: add a pull-up|of 4.7 kΩ to 3V3.",
        ).split("|"),
        size=13,
    )  # fmt: skip
