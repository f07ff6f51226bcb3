"""From the configuration to the inputs that it switches on."""

from hardware.events import InputSource, Level, Source
from hardware.pad import PadMode, PadSettings, SerialPad
from hardware.padpattern import LinePattern
from hardware.terminal import TerminalKeys
from kiosk.config.model import Config, Gpio, Pad


def sources_of(config: Config, *, window: bool) -> list[InputSource]:
    """The inputs with threads of their own; glass and keys of a window are the display's.

    Without a window the keys are those of the terminal that started the program.
    """
    sources: list[InputSource] = []
    if config.gpio.enabled:
        sources.append(_gpio_buttons(config.gpio))
    if config.pad.enabled:
        pad = config.pad
        mode = PadMode(pad.mode)
        sources.append(SerialPad(PadSettings(pad.port, mode, pad.characters, pad.baud, pad.pattern)))
    if config.inputs.keyboard and not window:
        sources.append(TerminalKeys())
    return sources


def _gpio_buttons(gpio: Gpio) -> InputSource:
    # gpiozero takes a tenth of the start, and terminals with touch or a pad do not need it.
    from hardware.gpio import Active, GpioButtons, GpioSettings, Pull, lgpio_factory

    settings = GpioSettings(gpio.pins, Pull(gpio.pull), Active(gpio.active), gpio.leds, gpio.language)
    return GpioButtons(settings, lambda: lgpio_factory(chip_of(gpio)))


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


def language_buttons(config: Config) -> frozenset[Source]:
    """The inputs that have a button for the language, beside what can be touched."""
    buttons = {
        Source.KEY: config.inputs.keyboard and config.inputs.language_key,
        Source.GPIO: config.gpio.enabled and config.gpio.language is not None,
        Source.PAD: config.pad.enabled and _on_pad(config.pad),
    }
    return frozenset(source for source, has_one in buttons.items() if has_one)


def _on_pad(pad: Pad) -> bool:
    match PadMode(pad.mode):
        case PadMode.FRAMED:
            return pad.language_button
        case PadMode.CHARACTERS:
            return len(pad.characters) > len(Level)
        case PadMode.PATTERN:
            return LinePattern(pad.pattern).has_language


def chip_of(gpio: Gpio) -> str | int | None:
    """The configured chip: a number, a label, or None to look for the one of the 40-pin header."""
    return int(gpio.chip) if gpio.chip.isdecimal() else gpio.chip or None
