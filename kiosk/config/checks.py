"""What has to fit together between options. One value alone is checked by its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from hardware.errors import PadPatternCostly, PadPatternGroups, PadPatternSyntax
from hardware.padpattern import LinePattern
from kiosk.config.model import Config
from kiosk.config.phrase import Phrase
from kiosk.sound.hours import minute_of

_PATTERN_EXAMPLE = "KEY(?P<level>[1-5])"
_HEADER_PORTS = ("/dev/serial0", "/dev/ttyAMA0", "/dev/ttyS0")
_HEADER_PINS = (14, 15)
"""The board's own serial port, by the names that Raspberry Pi OS gives it, and the pins that it is on."""
_FITTING_ACTIVE = {"up": "low", "down": "high"}


@dataclass(frozen=True)
class Check:
    """One rule over several options.

    Attributes:
        keys: The options it reads. The one that the strongest source set gets the blame; among equals the
            first.
        find: What is wrong with a configuration; None when nothing is.
    """

    keys: tuple[str, ...]
    find: Callable[[Config], Phrase | None]


def _pull_fits_active(config: Config) -> Phrase | None:
    fitting = _FITTING_ACTIVE.get(config.gpio.pull, config.gpio.active)
    if config.gpio.active == fitting:
        return None
    # With the resistor on the side that a press connects to, the button would look pressed for ever.
    return Phrase(
        'gpio.pull = "{pull}" goes with gpio.active = "{fitting}"; gpio.active is "{active}".',
        {"pull": config.gpio.pull, "fitting": fitting, "active": config.gpio.active},
    )


def _language_beside_buttons(config: Config) -> Phrase | None:
    gpio = config.gpio
    if gpio.language in gpio.pins:
        values: dict[str, str | int | Phrase] = {"button": gpio.pins.index(gpio.language) + 1}
        user = Phrase("button {button}", values)
    elif gpio.language in gpio.leds:
        user = Phrase("light {light}", {"light": gpio.leds.index(gpio.language) + 1})
    else:
        return None
    return Phrase(
        "The button for the language needs a pin of its own: pin {pin} is used by {user}.",
        {"pin": gpio.language, "user": user},
    )


def _lights_beside_buttons(config: Config) -> Phrase | None:
    shared = [
        Phrase(
            "pin {pin} is used by button {button} and by light {light}",
            {"pin": pin, "button": config.gpio.pins.index(pin) + 1, "light": place},
        )
        for place, pin in enumerate(config.gpio.leds, start=1)
        if pin in config.gpio.pins
    ]
    if not shared:
        return None
    pairs = reduce(lambda one, other: Phrase("{one}; {other}", {"one": one, "other": other}), shared)
    return Phrase("Each light needs a pin of its own: {pairs}.", {"pairs": pairs})


def _pad_beside_pins(config: Config) -> Phrase | None:
    gpio, pad = config.gpio, config.pad
    if not (gpio.enabled and pad.enabled and pad.port in _HEADER_PORTS):
        return None
    used = (*gpio.pins, *gpio.leds, *(() if gpio.language is None else (gpio.language,)))
    shared = next((pin for pin in used if pin in _HEADER_PINS), None)
    if shared is None:
        return None
    return Phrase(
        "The pad at {port} is on the pins 14 and 15 of the board, so no button and no light can be on pin {pin}. Take "
        "another pin, or a pad with USB.",
        {"port": pad.port, "pin": shared},
    )


def _pad_has_a_port(config: Config) -> Phrase | None:
    if not config.pad.enabled or config.pad.port:
        return None
    return Phrase(
        "The pad is enabled, so pad.port must name its device. "
        "Best a name under /dev/serial/by-id/; list them with: ls /dev/serial/by-id/"
    )


def _pattern_can_be_used(config: Config) -> Phrase | None:
    if config.pad.mode != "pattern":
        return None
    try:
        LinePattern(config.pad.pattern)
    except PadPatternSyntax as error:
        return Phrase("pad.pattern is not a regular expression: {reason}.", {"reason": str(error)})
    except PadPatternGroups:
        return Phrase(
            "pad.pattern must say where the level is: a group named level that finds a digit 1 to 5, or five groups "
            "named l1 to l5. For example: {example}",
            {"example": _PATTERN_EXAMPLE},
        )
    except PadPatternCostly:
        return Phrase(
            "pad.pattern could take too long on some lines. Repeat only single characters and classes, in at most "
            "three places, and use neither look-around nor back references."
        )
    return None


def _correction_within_visit(config: Config) -> Phrase | None:
    visit = config.visit
    if visit.correction_window_s <= visit.repeat_interval_s:
        return None
    return Phrase(
        "The correction window ({window} s) must not be longer than the repeat interval ({interval} s): "
        "a correction belongs to the same visit. Set visit.correction_window_s to at most {interval}.",
        {"window": f"{visit.correction_window_s:g}", "interval": f"{visit.repeat_interval_s:g}"},
    )


def _both_sizes_or_none(config: Config) -> Phrase | None:
    if bool(config.screen.width) == bool(config.screen.height):
        return None
    return Phrase(
        "screen.width = {width} and screen.height = {height} are an impossible size: "
        "set both, or leave both at 0 for the panel's own size.",
        {"width": config.screen.width, "height": config.screen.height},
    )


def _both_hours_or_none(config: Config) -> Phrase | None:
    begins, ends = config.sound.quiet_from, config.sound.quiet_until
    if bool(begins) == bool(ends) and (not begins or minute_of(begins) != minute_of(ends)):
        return None
    return Phrase(
        'sound.quiet_from = "{begins}" and sound.quiet_until = "{ends}" are no quiet hours: set both to different '
        "times, or leave both empty. For no sound at all: sound.enabled = false.",
        {"begins": begins, "ends": ends},
    )


def _headphones_alone(config: Config) -> Phrase | None:
    sound = config.sound
    if not sound.headphones or (sound.loudspeaker and sound.headphones != sound.loudspeaker):
        return None
    # Nobody but a person can tell a loudspeaker from headphones, or knows which output the system would choose.
    return Phrase(
        "sound.headphones is for an output with nothing but headphones on it: the tones tell the level. So "
        "sound.loudspeaker must name the output of the loudspeaker, and it must be another one. hailong doctor "
        "lists them."
    )


def _some_input(config: Config) -> Phrase | None:
    if config.inputs.touch or config.inputs.keyboard or config.gpio.enabled or config.pad.enabled:
        return None
    return Phrase(
        "Every input is switched off, so nobody could rate. Switch on at least one of "
        "inputs.touch, inputs.keyboard, gpio.enabled, pad.enabled."
    )


CHECKS: tuple[Check, ...] = (
    Check(("inputs.touch", "inputs.keyboard", "gpio.enabled", "pad.enabled"), _some_input),
    Check(("gpio.active", "gpio.pull"), _pull_fits_active),
    Check(("gpio.leds", "gpio.pins"), _lights_beside_buttons),
    Check(("gpio.language_pin", "gpio.leds", "gpio.pins"), _language_beside_buttons),
    Check(("pad.enabled", "pad.port"), _pad_has_a_port),
    Check(("pad.port", "gpio.pins", "gpio.leds", "gpio.language_pin"), _pad_beside_pins),
    Check(("pad.pattern", "pad.mode"), _pattern_can_be_used),
    Check(("visit.correction_window_s", "visit.repeat_interval_s"), _correction_within_visit),
    Check(("screen.width", "screen.height"), _both_sizes_or_none),
    Check(("sound.quiet_from", "sound.quiet_until"), _both_hours_or_none),
    Check(("sound.headphones", "sound.loudspeaker"), _headphones_alone),
)
