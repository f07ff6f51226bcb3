"""Five buttons on gpiozero's mock pins, moved as a finger moves them."""

from collections.abc import Collection

from gpiozero.pins.mock import MockFactory, MockPin

from hardware.events import Level
from hardware.fakes.bounce import BounceTrace
from hardware.gpio import GpioSettings
from hardware.gpiopin import PinFactory


class _WiredPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A mock pin with a real contact on it: a pressed button wins over the pull resistor.

    gpiozero's own mock drives the pin to the pull whenever the pull is set, so a button could not be held
    while the program starts.
    """

    closed_state: bool | None = None

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        if self.closed_state is not None:
            (self.drive_high if self.closed_state else self.drive_low)()


class MockButtons:
    """The hand and the wiring of five buttons.

    Give `make_factory` to `hardware.gpio.GpioButtons`, start that, then `press` and `release`. Buttons can be
    pressed before the start, too.

    Args:
        settings: The wiring; the same that `GpioButtons` has.
        held: Buttons that are pressed from the beginning.
    """

    def __init__(self, settings: GpioSettings, held: Collection[Level] = ()) -> None:
        self._settings = settings
        self._factory = MockFactory(pin_class=_WiredPin)
        for level in Level:
            self._contact(level, level in held)

    def make_factory(self) -> PinFactory:
        """The pin factory for `GpioButtons`."""
        factory: PinFactory = self._factory
        return factory

    def press(self, level: Level) -> None:
        """Push the button down and keep it there; a clean edge."""
        self._contact(level, True)

    def release(self, level: Level) -> None:
        """Let go of the button; a clean edge."""
        self._contact(level, False)

    def tap(self, level: Level) -> None:
        """Push and let go at once."""
        self.press(level)
        self.release(level)

    def bounce(self, level: Level, trace: BounceTrace) -> None:
        """Push and let go with all edges of a recorded train, as fast as they can be driven."""
        for _, down in trace.edges:
            self._contact(level, down)

    def lights(self) -> list[bool]:
        """Which of the lights shine, in the order of their pins."""
        pins = [self._factory.pin(number) for number in self._settings.leds]
        return [pin.function == "output" and bool(pin.state) for pin in pins]

    def _contact(self, level: Level, closed: bool) -> None:
        pin = self._factory.pin(self._settings.pins[level - 1])
        high = closed == self._settings.active_high
        pin.closed_state = high if closed else None
        (pin.drive_high if high else pin.drive_low)()
