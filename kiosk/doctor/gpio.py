"""Buttons on the pins: is lgpio the real library, and is the chip of the pins there?

What is installed under the name lgpio may be an empty package (lg#43, gpiozero#1038), which imports without error.
"""

from hardware.errors import GpioChipNotFound, GpioUnavailable
from hardware.gpiochip import DEV, find_chip
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.subject import Subject
from kiosk.inputs import chip_of

NAME = Phrase("GPIO buttons")


def check(subject: Subject) -> Finding:
    """An error only where buttons are configured. Nothing is claimed, so a running kiosk is not disturbed."""
    gpio, machine = subject.config.gpio, subject.machine
    wrong = Verdict.ERROR if gpio.enabled else Verdict.NOTE
    try:
        library = machine.load_lgpio()
    except GpioUnavailable as error:
        return Finding(
            NAME,
            wrong,
            Phrase("The library lgpio cannot be used: {problem}", {"problem": str(error)}),
            Phrase(
                "On Raspberry Pi OS: sudo apt install python3-lgpio. Elsewhere, up to Python 3.12: "
                "pip install 'hailong[gpio]'. Without GPIO buttons: gpio.enabled = false."
            ),
        )
    if not gpio.enabled:
        return Finding(NAME, Verdict.NOTE, Phrase("The library lgpio is there; no buttons are configured."))
    try:
        chip = find_chip(library, chip_of(gpio), machine.path(DEV))
    except GpioChipNotFound as error:
        return Finding(
            NAME,
            Verdict.ERROR,
            Phrase("The GPIO chip was not found: {problem}", {"problem": str(error)}),
            Phrase(
                "If a chip is named above, set gpio.chip to its label; if it is not readable: "
                "sudo usermod -aG gpio {user}, then restart the kiosk. On a machine without pins: "
                "gpio.enabled = false.",
                {"user": subject.account.name},
            ),
        )
    return Finding(NAME, Verdict.OK, Phrase("lgpio works, the pins are on {chip}.", {"chip": str(chip)}))
