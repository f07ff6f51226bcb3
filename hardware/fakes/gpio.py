"""The buttons on gpiozero's mock pins, moved as a finger moves them."""

from collections.abc import Collection

from gpiozero.pins.mock import MockFactory, MockPin

from hardware.events import AnyButton
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
    """The hand and the wiring of the buttons.

    Give `make_factory` to `hardware.gpio.GpioButtons`, start that, then `press` and `release`. Buttons can be
    pressed before the start, too.

    Args:
        settings: The wiring; the same that `GpioButtons` has.
        held: Buttons that are pressed from the beginning.
    """

    def __init__(self, settings: GpioSettings, held: Collection[AnyButton] = ()) -> None:
        self._settings = settings
        self._factory = MockFactory(pin_class=_WiredPin)
        for button in settings.buttons:
            self._contact(button, button in held)

    def make_factory(self) -> PinFactory:
        """The pin factory for `GpioButtons`."""
        factory: PinFactory = self._factory
        return factory

    def press(self, button: AnyButton) -> None:
        """Push the button down and keep it there; a clean edge."""
        self._contact(button, True)

    def release(self, button: AnyButton) -> None:
        """Let go of the button; a clean edge."""
        self._contact(button, False)

    def tap(self, button: AnyButton) -> None:
        """Push and let go at once."""
        self.press(button)
        self.release(button)

    def tell_late(self, button: AnyButton, down: bool, stamp_s: float) -> None:
        """An edge of which the program hears only now; `stamp_s` is CLOCK_MONOTONIC when it happened, in seconds."""
        pin = self._factory.pin(self._settings.buttons[button])
        pin.when_changed(stamp_s, down == self._settings.active_high)

    def bounce(self, button: AnyButton, trace: BounceTrace) -> None:
        """Push and let go with all edges of a recorded train, as fast as they can be driven."""
        for _, down in trace.edges:
            self._contact(button, down)

    def lights(self) -> list[bool]:
        """Which of the lights shine, in the order of their pins."""
        pins = [self._factory.pin(number) for number in self._settings.leds]
        return [pin.function == "output" and bool(pin.state) for pin in pins]

    def _contact(self, button: AnyButton, closed: bool) -> None:
        pin = self._factory.pin(self._settings.buttons[button])
        high = closed == self._settings.active_high
        pin.closed_state = high if closed else None
        (pin.drive_high if high else pin.drive_low)()
