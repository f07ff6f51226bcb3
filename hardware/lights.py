"""The lights in the buttons: a steady glow while a press would be kept, a blink of all when a rating is stored.

All are on or all are off, always: whoever stands beside the citizen must not see what was pressed. They are
switched by the pin's level alone. Dimming would be done in software on most pins, which costs wake-ups and flickers.
"""

import logging
from contextlib import ExitStack

from gpiozero import LED

from hardware.buttons import NS_PER_MS
from hardware.gpiopin import PinFactory, pin_error
from hardware.safelog import log_failure

logger = logging.getLogger(__name__)

BLINK_NS = 150 * NS_PER_MS
BLINKS = 3


class Blink:
    """When the lights that glow are on. Times are CLOCK_BOOTTIME in nanoseconds."""

    def __init__(self) -> None:
        self._since_ns: int | None = None

    def end(self) -> None:
        """Whatever was going on is over."""
        self._since_ns = None

    def begin(self, now_ns: int) -> None:
        """Dark and bright three times from now on; a blink that is going on begins anew."""
        self._since_ns = now_ns

    def lit(self, now_ns: int) -> bool:
        """Whether the lights are on."""
        if self._since_ns is None:
            return True
        phase = (now_ns - self._since_ns) // BLINK_NS
        if phase >= 2 * BLINKS - 1:
            self._since_ns = None
            return True
        return phase % 2 == 1

    def next_deadline_ns(self, now_ns: int) -> int | None:
        """When they change next; None while they glow."""
        if self._since_ns is None:
            return None
        return self._since_ns + ((now_ns - self._since_ns) // BLINK_NS + 1) * BLINK_NS


class ButtonLights:
    """The lights of five buttons, on pins that are high while they shine; or none.

    To be used from one thread. A light that fails makes all of them dark, is logged once, and disturbs no button.

    Args:
        pins: BCM numbers; empty for buttons without lights.
    """

    def __init__(self, pins: tuple[int, ...]) -> None:
        self._pins = pins
        self._blink = Blink()
        self._glows = self._lit = False
        self._leds: list[LED] = []
        self._claimed = ExitStack()

    def claim(self, factory: PinFactory) -> None:
        """Take the pins; the lights are dark until `glow`.

        Raises:
            GpioPinBusy: a pin is in use.
            GpioError: a pin cannot be used for another reason.
        """
        leds = []
        with ExitStack() as claimed:
            for pin in self._pins:
                try:
                    led = LED(pin, pin_factory=factory)
                except Exception as error:
                    raise pin_error(pin, "a light", error) from error
                claimed.callback(led.close)
                leds.append(led)
            self._claimed = claimed.pop_all()
        self._leds, self._lit = leds, False

    def glow(self, on: bool, now_ns: int) -> None:
        """Whether a press would be kept; dark is dark at once (`now_ns`: CLOCK_BOOTTIME)."""
        self._glows = on
        if not on:
            self._blink.end()
        self.tick(now_ns)

    def blink(self, now_ns: int) -> None:
        """A rating is stored; lights that are dark stay dark."""
        if self._leds and self._glows:
            self._blink.begin(now_ns)
            self.tick(now_ns)

    def tick(self, now_ns: int) -> None:
        """Switch what is due."""
        lit = self._glows and self._blink.lit(now_ns)
        if lit == self._lit or not self._leds:
            return
        self._lit = lit
        try:
            for led in self._leds:
                (led.on if lit else led.off)()
        except Exception as error:  # noqa: BLE001 - logged; back ends raise what they like
            log_failure(logger, "switching the lights of the buttons", error)
            self.close()

    def next_deadline_ns(self, now_ns: int) -> int | None:
        """When `tick` should be called; None while nothing is due."""
        return self._blink.next_deadline_ns(now_ns) if self._leds else None

    def close(self) -> None:
        """Dark, and the pins released. May be called twice."""
        self._leds = []
        try:
            self._claimed.close()
        except Exception as error:  # noqa: BLE001 - logged; the buttons have to be closed, too
            log_failure(logger, "releasing the lights of the buttons", error)
