"""The wiring of a Raspberry Pi: five buttons, and what may come with them."""

from hardware.events import Level
from tests.docs.diagrams import parts
from tests.docs.diagrams.canvas import GROUND, INK, PALE, PAPER, SOFT, WIRES, Canvas, Point
from tests.docs.diagrams.pins import CLOCK, LANGUAGE, LIGHTS, HeaderPin, buttons, header, of_gpio
from tests.docs.diagrams.route import routes
from tests.docs.diagrams.words import Words

BODY_X, BODY_WIDTH, TOP, PITCH = 410, 240, 96, 29
LEFT_BOX, RIGHT_BOX = 266, 794
BUTTONS_Y = (393.5, 463.5, 533.5, 603.5, 673.5)
LIGHTS_Y = (428.5, 496.5, 564.5, 632.5, 700.5)
LANGUAGE_Y = 313.5
BOTTOM = 740
"""Where the wire of the ground runs below everything."""


def wiring(words: Words) -> str:
    """The plan."""
    canvas = Canvas(
        1060, 800, words("Đấu dây nút bấm vào Raspberry Pi", "Wiring the buttons to a Raspberry Pi")
    )
    canvas.text(
        30,
        40,
        words("Nút bấm, đèn và đồng hồ trên Raspberry Pi", "Buttons, lights and clock on a Raspberry Pi"),
        size=20,
        bold=True,
    )
    canvas.text(
        530, 76,
        words("Hàng 40 chân, nhìn từ trên, chân 1 ở góc bo", "The 40 pins from above; pin 1 is at the board's corner"),
        anchor="middle", size=13, colour=SOFT,
    )  # fmt: skip
    used = {of_gpio(gpio) for gpio in (*buttons(), *LIGHTS, LANGUAGE)} | {pin.number for pin in _clock_pins()}
    _buttons(canvas, words)
    _lights(canvas, words)
    _clock(canvas, words)
    _body(canvas, used | {_ground_of_buttons(), _ground_of_lights()})
    canvas.lines(
        30, 776,
        (words(
            "Nút không cần điện trở. Chỉ dùng 3,3 V: không nối 5 V vào bất kỳ chân GPIO nào. Tắt nguồn rồi mới đấu.",
            "The buttons need no resistor. 3.3 V only: never connect 5 V to a GPIO pin. Switch off before wiring.",
        ),),
    )  # fmt: skip
    return canvas.svg()


def _row_y(number: int) -> float:
    return TOP + PITCH * ((number - 1) // 2) + PITCH / 2


def _at(number: int) -> Point:
    """Where a wire to this pin begins: the edge of the body on its side."""
    return (BODY_X if number % 2 else BODY_X + BODY_WIDTH, _row_y(number))


def _body(canvas: Canvas, used: set[int]) -> None:
    canvas.box(BODY_X, TOP - 6, BODY_WIDTH, PITCH * 20 + 12, fill=PALE, round_px=8)
    for pin in header():
        left = pin.number % 2 == 1
        x = BODY_X + BODY_WIDTH / 2 + (-30 if left else 4)
        y = _row_y(pin.number)
        colour = INK if pin.number in used else SOFT
        canvas.box(x, y - 11, 26, 22, fill=_fill(pin, pin.number in used), line=colour, round_px=3)
        canvas.text(x + 13, y + 5, str(pin.number), size=12, anchor="middle", colour=colour)
        canvas.text(
            x - 8 if left else x + 34, y + 5, pin.name, size=13, anchor="end" if left else "start", colour=colour,
            bold=pin.number in used,
        )  # fmt: skip


def _fill(pin: HeaderPin, used: bool) -> str:
    if not used:
        return PAPER
    return {"GND": "#b8c0c8", "3V3": "#ffe08a"}.get(pin.name, "#ffffff")


def _ground_of_buttons() -> int:
    return 39


def _ground_of_lights() -> int:
    return 20


def _buttons(canvas: Canvas, words: Words) -> None:
    boxes: list[Point] = [(LEFT_BOX, y) for y in BUTTONS_Y]
    ways = routes([_at(of_gpio(gpio)) for gpio in buttons()], boxes, BODY_X - 38, -1)
    for way, colour in zip(ways, WIRES, strict=True):
        canvas.line(way, colour=colour)
    canvas.line((_at(of_gpio(LANGUAGE)), (LEFT_BOX, LANGUAGE_Y)), colour=SOFT, dashed=True)
    bar = 40
    contacts = [(LEFT_BOX - parts.BOX_WIDTH, y) for y in (LANGUAGE_Y, *BUTTONS_Y)]
    ground = _at(_ground_of_buttons())
    canvas.line(
        (ground, (BODY_X - 20, ground[1]), (BODY_X - 20, BOTTOM), (bar, BOTTOM)), colour=GROUND, width=3.5
    )
    parts.ground_bar(canvas, bar, (LANGUAGE_Y, BOTTOM), contacts)
    for level, (box, colour) in zip(Level, zip(boxes, WIRES, strict=True), strict=True):
        parts.button(canvas, box, level, words, colour)
    parts.language(canvas, (LEFT_BOX, LANGUAGE_Y), words)
    canvas.text(bar + 12, BOTTOM - 8, words("GND chung", "common ground"), size=12, colour=SOFT)


def _lights(canvas: Canvas, words: Words) -> None:
    bar = 1024
    boxes: list[Point] = [(RIGHT_BOX, y) for y in LIGHTS_Y]
    for way in routes([_at(of_gpio(gpio)) for gpio in LIGHTS], boxes, BODY_X + BODY_WIDTH + 38, 1):
        canvas.line(way, colour=SOFT, dashed=True)
    ground = _at(_ground_of_lights())
    canvas.line((ground, (bar, ground[1])), colour=GROUND, dashed=True)
    parts.ground_bar(
        canvas, bar, (ground[1], LIGHTS_Y[-1]), [(RIGHT_BOX + parts.BOX_WIDTH, y) for y in LIGHTS_Y]
    )
    for number, box in enumerate(boxes, 1):
        parts.light(canvas, box, number, words)
    canvas.lines(
        RIGHT_BOX - 60, 118,
        words(
            "Đường liền: bắt buộc.|Đường đứt: tùy chọn.|Đèn: gpio.leds = {}|Ngôn ngữ: gpio.language_pin = {}",
            "Solid lines: needed.|Dashed lines: optional.|Lights: gpio.leds = {}|Language: gpio.language_pin = {}",
        ).format(list(LIGHTS), LANGUAGE).split("|"),
        size=13,
    )  # fmt: skip


def _clock_pins() -> list[HeaderPin]:
    """The first pin of each name on the odd side."""
    odd = [pin for pin in header() if pin.number % 2]
    return [next(pin for pin in odd if pin.name == name) for name in CLOCK]


def _clock(canvas: Canvas, words: Words) -> None:
    x, top, bottom = LEFT_BOX - parts.BOX_WIDTH, TOP - 2, _row_y(9) + 20
    for pin, name in zip(_clock_pins(), ("VCC", "SDA", "SCL", "GND"), strict=True):
        y = _row_y(pin.number)
        canvas.line(((LEFT_BOX, y), _at(pin.number)), colour=GROUND if name == "GND" else SOFT, dashed=True)
    canvas.box(x, top, parts.BOX_WIDTH, bottom - top, fill=PALE)
    canvas.text(x + 14, top + 30, words("Đồng hồ DS3231", "DS3231 clock"), bold=True, size=13)
    canvas.lines(
        x + 14, top + 52,
        words(
            "tùy chọn; có pin.|Pi 5: đồng hồ|có sẵn trên bo", "optional; with|a battery. A Pi 5|has its own"
        ).split("|"),
        size=13,
    )  # fmt: skip
    for pin, name in zip(_clock_pins(), ("VCC", "SDA", "SCL", "GND"), strict=True):
        y = _row_y(pin.number)
        canvas.disc(LEFT_BOX, y, 4, fill=GROUND)
        canvas.text(LEFT_BOX - 10, y + 5, name, size=12, anchor="end")
