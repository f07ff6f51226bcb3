"""Which of the machine's GPIO chips carries the 40-pin header.

The number of that chip is not stable: on a Raspberry Pi 5 it was 4, became 0 with kernel 6.6.45, and with
6.12.96 the chips are numbered from 11 (raspberrypi/linux#6144, WiringPi#280, Adafruit_Blinka#1119). The label
that the kernel's driver gives is stable, so the chip is found by label, through lgpio's own chip info, among
the chips that have a file in ``/dev``.
"""

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from hardware.errors import GpioChipNotFound, GpioUnavailable

HEADER_LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
"""Drivers of the 40-pin header: Pi 5, Pi 4, and Pi 3 and older. No board has two of them."""

DEV = Path("/dev")
INSTALL_HINT = "install the platform's python3-lgpio (Raspberry Pi OS) or hailong[gpio] (Python < 3.13)"


class ChipLibrary(Protocol):
    """The part of the module `lgpio` that finding a chip needs."""

    @property
    def error(self) -> type[Exception]:
        """What its functions raise."""

    def gpiochip_open(self, gpiochip: int, /) -> int:
        """Open /dev/gpiochipN; a handle."""

    def gpio_get_chip_info(self, handle: int, /) -> Sequence[int | str]:
        """Status, number of lines, name, label."""

    def gpiochip_close(self, handle: int, /) -> int:
        """Give the handle back."""


@dataclass(frozen=True, slots=True)
class GpioChip:
    """One GPIO chip as the kernel describes it.

    Attributes:
        number: N of /dev/gpiochipN, as lgpio takes it.
        name: The kernel's name, usually gpiochipN.
        label: The driver's label.
        lines: How many lines it has; 0 when it could not be opened.
        problem: Why it could not be opened, or "".
    """

    number: int
    name: str
    label: str
    lines: int
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return f"gpiochip{self.number} (not readable: {self.problem})"
        return f"gpiochip{self.number} ({self.name}, label {self.label!r}, {self.lines} lines)"


def load_lgpio() -> ChipLibrary:
    """The module lgpio, once it is certain that it is the real one.

    Raises:
        GpioUnavailable: it is not installed, cannot start, or is an empty package of the same name.
    """
    try:
        module = importlib.import_module("lgpio")
    except ImportError as error:
        raise GpioUnavailable(f"lgpio is not installed ({error}): {INSTALL_HINT}") from error
    except OSError as error:
        # On import lgpio makes a notification pipe in its working directory.
        raise GpioUnavailable(f"lgpio cannot start ({error}): point LG_WD to a writable folder") from error
    missing = [
        name
        for name in ("gpiochip_open", "gpio_get_chip_info", "gpiochip_close", "error")
        if not hasattr(module, name)
    ]
    if missing:
        place = getattr(module, "__file__", None) or "an empty package"
        raise GpioUnavailable(
            f"what is installed as lgpio ({place}) is not the real library, it has no {', '.join(missing)}: "
            f"remove it and {INSTALL_HINT}"
        )
    return cast(ChipLibrary, module)


def chip_numbers(dev: Path = DEV) -> list[int]:
    """Numbers of the chips in `dev`, ascending; a link to another chip (Pi 5: 4 → 0) is left out."""
    found = []
    for path in dev.glob("gpiochip*"):
        number = re.fullmatch(r"gpiochip(\d+)", path.name)
        if number is None:
            continue
        if path.is_symlink() and (target := path.resolve()) != path and target.name.startswith("gpiochip"):
            continue
        found.append(int(number[1]))
    return sorted(found)


def read_chip(library: ChipLibrary, number: int) -> GpioChip:
    """What lgpio says of one chip; a chip that cannot be opened is described by its problem."""
    try:
        handle = library.gpiochip_open(number)
        if handle < 0:  # lgpio with its exceptions switched off
            return GpioChip(number, "", "", 0, f"lgpio error {handle}")
        try:
            status, lines, name, label = library.gpio_get_chip_info(handle)
        finally:
            library.gpiochip_close(handle)
    except library.error as error:
        return GpioChip(number, "", "", 0, str(error))
    if int(status) < 0:
        return GpioChip(number, "", "", 0, f"lgpio error {status}")
    return GpioChip(number, str(name), str(label), int(lines))


def find_chip(library: ChipLibrary, wanted: str | int | None = None, dev: Path = DEV) -> GpioChip:
    """The chip to use.

    Args:
        library: The module lgpio.
        wanted: None for the 40-pin header of a known Raspberry Pi; a label; or a number.
        dev: The folder that holds the gpiochip files.

    Returns:
        Of several chips with a fitting label the one with most lines, then the lowest number.

    Raises:
        GpioChipNotFound: none fits; the message names every chip found and what to configure.
    """
    if isinstance(wanted, int):
        # Not taken from the list: a number may well be the link that the list leaves out.
        chip = read_chip(library, wanted)
        if not chip.problem:
            return chip
        chips = [chip, *(read_chip(library, number) for number in chip_numbers(dev) if number != wanted)]
        raise GpioChipNotFound(_message(f"GPIO chip number {wanted} cannot be opened", chips, dev))
    chips = [read_chip(library, number) for number in chip_numbers(dev)]
    labels = HEADER_LABELS if wanted is None else (wanted,)
    fitting = [chip for chip in chips if not chip.problem and chip.label in labels]
    if fitting:
        return min(fitting, key=lambda chip: (-chip.lines, chip.number))
    raise GpioChipNotFound(_message(f"no GPIO chip has the label {' or '.join(labels)}", chips, dev))


def _message(what: str, chips: list[GpioChip], dev: Path) -> str:
    if not chips:
        return f"{what}: there is no {dev}/gpiochip* at all (no GPIO here, or a container that hides it)"
    remedy = "configure the label or the number of the chip that carries the buttons"
    if any(chip.problem for chip in chips):
        remedy += "; for one that is not readable, put the program's user in the group gpio"
    return f"{what}; found: {'; '.join(map(str, chips))}. {remedy[0].upper()}{remedy[1:]}."
