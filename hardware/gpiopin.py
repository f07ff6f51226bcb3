"""What buttons and lights on GPIO have in common: the pin factory, and words for a pin that cannot be had."""

from typing import Protocol

from gpiozero import GPIOPinInUse

from hardware.errors import GpioError, GpioPinBusy


class PinFactory(Protocol):
    """The part of a gpiozero pin factory that belongs to us: we made it, we close it."""

    def close(self) -> None:
        """Release every pin."""


def pin_error(pin: int, purpose: str, error: Exception) -> GpioError:
    """The error to raise instead of what a back end raised; those raise what they like.

    Args:
        pin: BCM number.
        purpose: English, what the pin was to be.
        error: What came.
    """
    if isinstance(error, GPIOPinInUse) or "busy" in str(error).lower():
        return GpioPinBusy(
            f"GPIO pin {pin} is in use by another program or driver ({error}): "
            "end that program, switch the overlay off, or configure another pin"
        )
    return GpioError(f"GPIO pin {pin} cannot be used for {purpose}: {error}")
