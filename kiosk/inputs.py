"""From the configuration to the inputs that it switches on."""

from hardware.events import InputSource, Source
from hardware.gpio import Active, GpioButtons, GpioSettings, Pull, lgpio_factory
from hardware.pad import PadMode, PadSettings, SerialPad
from hardware.terminal import TerminalKeys
from kiosk.config.model import Config, Gpio


def sources_of(config: Config, *, window: bool) -> list[InputSource]:
    """The inputs with threads of their own; glass and keys of a window are the display's.

    Without a window the keys are those of the terminal that started the program.
    """
    sources: list[InputSource] = []
    if config.gpio.enabled:
        gpio = config.gpio
        settings = GpioSettings(gpio.pins, Pull(gpio.pull), Active(gpio.active), gpio.leds)
        sources.append(GpioButtons(settings, lambda: lgpio_factory(chip_of(gpio))))
    if config.pad.enabled:
        pad = config.pad
        mode = PadMode(pad.mode)
        sources.append(SerialPad(PadSettings(pad.port, mode, pad.characters, pad.baud, pad.pattern)))
    if config.inputs.keyboard and not window:
        sources.append(TerminalKeys())
    return sources


def inputs_of(config: Config, *, window: bool) -> frozenset[Source]:
    """Every wire that a press may come by: when all of them are lost, nobody can vote."""
    inputs = set()
    if config.inputs.touch and window:
        inputs |= {Source.TOUCH, Source.MOUSE}
    if config.inputs.keyboard:
        inputs.add(Source.KEY)
    if config.gpio.enabled:
        inputs.add(Source.GPIO)
    if config.pad.enabled:
        inputs.add(Source.PAD)
    return frozenset(inputs)


def chip_of(gpio: Gpio) -> str | int | None:
    """The configured chip: a number, a label, or None to look for the one of the 40-pin header."""
    return int(gpio.chip) if gpio.chip.isdecimal() else gpio.chip or None
