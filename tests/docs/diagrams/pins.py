"""Which pin is what: from the program's own list of options, the pad's own program, and gpiozero's data of boards."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from gpiozero.pins.pi import PiBoardInfo

from hardware.events import Level
from kiosk.config.options import BY_KEY

PI_4B = 0xC03111
"""A revision code of a board with the header of 40 pins, which all boards since the B+ have."""

LIGHTS = (25, 12, 16, 20, 21)
"""BCM numbers that the guides propose for the lights: free beside the default buttons and a clock."""

LANGUAGE = 22
"""BCM number that the guides propose for the button for the language."""

CLOCK = ("3V3", "GPIO2", "GPIO3", "GND")
"""What a DS3231 needs: power, SDA, SCL, ground."""

FIRMWARE = Path(__file__).parents[3] / "hardware" / "firmware" / "main.py"
PICO_GROUNDS = frozenset({3, 8, 13, 18, 23, 28, 33, 38})


@dataclass(frozen=True)
class HeaderPin:
    """One pin of a header.

    Attributes:
        number: As it is counted on the board, from 1.
        name: Such as GPIO5, 3V3 or GND.
    """

    number: int
    name: str


@cache
def header() -> tuple[HeaderPin, ...]:
    """The 40 pins of a Raspberry Pi, in their order."""
    pins = PiBoardInfo.from_revision(PI_4B).headers["J8"].pins
    return tuple(HeaderPin(number, str(pins[number].name)) for number in sorted(pins))


def buttons() -> tuple[int, ...]:
    """BCM numbers of the five buttons that a terminal has unless told otherwise, worst level first."""
    pins = cast(tuple[int, ...], BY_KEY["gpio.pins"].default)
    assert len(pins) == len(Level)
    return pins


def of_gpio(number: int) -> int:
    """Where on the header a BCM number is."""
    return next(pin.number for pin in header() if pin.name == f"GPIO{number}")


@dataclass(frozen=True)
class PicoPins:
    """GP numbers in the program of the pad."""

    buttons: tuple[int, ...]
    lights: tuple[int, ...]


@cache
def pico() -> PicoPins:
    """As `hardware/firmware/main.py` has them; it is read, since only MicroPython can run it."""
    values: dict[str, tuple[int, ...]] = {}
    for node in ast.parse(FIRMWARE.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and "_PINS" in node.targets[0].id
        ):
            values[node.targets[0].id] = ast.literal_eval(node.value)
    return PicoPins(values["BUTTON_PINS"], values["LIGHT_PINS"])


def pico_pin(gp: int) -> int:
    """Where on a Pico a GP number is: on its left side four of five pins are GP, in their order (GP0 to GP15)."""
    return [number for number in range(1, 21) if number not in PICO_GROUNDS][gp]
