"""Stands in for the `machine` of a Pico, under MicroPython on a computer.

The board is a file, named by ``PICO_BOARD``: byte n is the level of pin n, "1" high or "0" low, which the test
drives. Each change of an output is a line "pin level" in the file beside it, with ``.lights`` at the end.
"""

import os

_path = os.getenv("PICO_BOARD")
_board = open(_path, "rb")
_lights = open(_path + ".lights", "ab")


class Pin:
    """One pin."""

    IN = 0
    OUT = 1
    PULL_UP = 1

    def __init__(self, number: int, mode: int, pull: "int | None" = None) -> None:
        self._number = number
        self._level = -1
        if mode == Pin.IN and pull != Pin.PULL_UP:
            raise ValueError("an input that floats")

    def value(self, level: "int | None" = None) -> int:
        """Read or set the level."""
        if level is None:
            _board.seek(self._number)
            return int(_board.read(1) == b"1")
        if level != self._level:
            self._level = level
            _lights.write(("%d %d\n" % (self._number, level)).encode())
        return level


class WDT:
    """A watchdog without teeth; `timeout` must be one that the RP2040 can do."""

    def __init__(self, timeout: int) -> None:
        if timeout > 8388:
            raise ValueError("the RP2040 cannot wait so long")

    def feed(self) -> None:
        """Thanks."""
