"""From the configuration to what the service menu works with."""

import os
import sys

from kiosk.clock import Clock
from kiosk.config.central import applied
from kiosk.config.model import Config
from kiosk.leaf import Errand
from kiosk.messages.statements import ConfigStatement
from kiosk.service.adjusted import Adjusted
from kiosk.service.attendant import Hands, Reply
from kiosk.service.backlight import Backlight
from kiosk.service.gate import NAME, Gate
from kiosk.service.stick import UsbStick
from kiosk.sound.player import Sound
from kiosk.sounds import tuning_of


def no_attendant(errand: Errand, reply: Reply) -> None:
    """Where no PIN is set, nothing is asked of the machine."""
    del errand, reply


def hands_of(
    own: Config, adjusted: Adjusted, statement: ConfigStatement | None, sound: Sound, clock: Clock
) -> Hands | None:
    """What the menu works with; None where no PIN is set.

    Args:
        own: The terminal's own configuration.
        adjusted: What was set at the terminal.
        statement: Central's configuration, whose word on the volume counts.
        sound: The loudspeaker.
        clock: For the waits after wrong PINs.
    """
    if not own.service.pin_hash:
        return None
    central_says = statement is not None and "sound.volume" in statement.settings

    def now() -> Config:
        return applied(adjusted.over(own), statement)

    def volume() -> int | None:
        return None if central_says or not now().sound.enabled else now().sound.volume

    def set_volume(percent: int) -> None:
        try:
            adjusted.set_volume(percent)
        finally:
            sound.tune(tuning_of(now()))
            sound.prepare()
            sound.play()

    return Hands(
        gate=Gate(own.service.pin_hash, own.data_dir / NAME, clock),
        delivery=(sys.executable, "-m", "kiosk", "sync", "status", "--data-dir", str(own.data_dir)),
        stick=UsbStick.of(os.environ),
        backlight=Backlight.find(os.environ),
        volume=volume,
        set_volume=set_volume,
    )
