"""A pad on a Raspberry Pi Pico with MicroPython: pins and port for `five_buttons`. See README.md beside this file.

MicroPython runs this by itself when the Pico gets power.
"""

import select
import sys
import time

import machine
import micropython
from five_buttons import Pad

BUTTON_PINS = (2, 3, 4, 5, 6)  # GP numbers, the worst level first; each button connects its pin to GND
LANGUAGE_PIN = None  # GP number of a sixth button, for another language, such as 7; None without one
LIGHT_PINS = (10, 11, 12, 13, 14)  # GP numbers, in any order; () for a pad without lights
UART = None  # None: the USB cable. 0 or 1: that UART, at BAUD, with TX and RX on its usual pins
BAUD = 115200

WATCHDOG_MS = 8000  # the RP2040 can do 8,388
MOST_READ = 64  # bytes; a line full of noise must not keep the buttons waiting
SERVICE = 0b10001  # both outer buttons, held while the Pico gets power: the pad does not start


class Usb:
    """The serial port that the USB cable is."""

    def __init__(self) -> None:
        micropython.kbd_intr(-1)  # byte 03 in a frame is not Ctrl-C
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def read(self) -> bytes:
        """What has come, without waiting."""
        heard = b""
        while len(heard) < MOST_READ and self._poll.poll(0):
            heard += sys.stdin.buffer.read(1)
        return heard

    def write(self, data: bytes) -> None:
        """Send; nobody listening is no mistake."""
        sys.stdout.buffer.write(data)


class Wire:
    """A UART."""

    def __init__(self) -> None:
        self._uart = machine.UART(UART, BAUD)

    def read(self) -> bytes:
        """What has come, without waiting."""
        waiting = min(self._uart.any(), MOST_READ)
        return (self._uart.read(waiting) or b"") if waiting else b""

    def write(self, data: bytes) -> None:
        """Send."""
        self._uart.write(data)


def closed(buttons: "list[machine.Pin]") -> int:
    """The buttons that are down, as bits."""
    down = 0
    for place, button in enumerate(buttons):
        if not button.value():
            down |= 1 << place
    return down


def run() -> None:
    """Be a pad until the power goes."""
    numbers = BUTTON_PINS
    if LANGUAGE_PIN is not None:
        numbers += (LANGUAGE_PIN,)
    buttons = [machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP) for number in numbers]
    lights = [machine.Pin(number, machine.Pin.OUT) for number in LIGHT_PINS]
    time.sleep_ms(20)  # the pull-up resistors need a moment on long wires
    down = closed(buttons)
    if down == SERVICE:
        return  # to the prompt, so that another program can be copied
    link = Usb() if UART is None else Wire()
    pad = Pad(down, bool(lights))
    watchdog = machine.WDT(timeout=WATCHDOG_MS)
    now_ms = 0
    before = time.ticks_ms()
    while True:
        ticks = time.ticks_ms()
        now_ms += time.ticks_diff(ticks, before)  # ticks begin anew every 12 days; this does not
        before = ticks
        wire = pad.turn(now_ms, closed(buttons), link.read())
        if wire:
            link.write(wire)
        lit = pad.lit(now_ms)
        for light in lights:
            light.value(lit)
        watchdog.feed()
        time.sleep_ms(1)


run()
