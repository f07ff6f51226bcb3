"""Somebody in front of the machine: taps, and believes only the screen."""

from hardware.events import Level
from tests.machine.screen import IDLE, THANKED, Sight, card_px
from tests.machine.vm import BOOT_S, Machine


class Citizen:
    """Votes at a machine.

    Attributes:
        machine: Where.
        thanked: Every level for which the screen said thank you, in this order.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.thanked: list[int] = []

    def sees(self, sight: Sight) -> bool:
        """Whether the screen shows that now."""
        return sight.is_on(self.machine.picture())

    def waits_for(self, sight: Sight, timeout_s: float = BOOT_S) -> None:
        """Until it does."""
        self.machine.until(f"the screen “{sight.name}”", lambda: self.sees(sight), timeout_s, every_s=0.2)

    def taps(self, level: Level) -> None:
        """Once, on a card of the screen for the next citizen."""
        self.waits_for(IDLE)
        self.machine.tap(card_px(level))

    def votes(self, level: Level) -> None:
        """Taps, and waits for the thanks."""
        self.taps(level)
        self.waits_for(THANKED)
        self.thanked.append(level)
