"""From the configuration to what is heard: the loudspeaker, which is the same for every level, and the headphones."""

from kiosk.clock import Clock
from kiosk.config.model import Config
from kiosk.sound.headphones import Headphones, HeadphonesProcess, NoHeadphones
from kiosk.sound.hours import is_quiet
from kiosk.sound.player import Player, Sound, Speaker, Tuning
from kiosk.sound.tone import acknowledgement


def sound_of(config: Config, clock: Clock) -> Sound:
    """The sound as configured."""
    device = config.sound.loudspeaker
    return Player(lambda: _open_speaker(device), tuning_of(config), clock)


def tuning_of(config: Config) -> Tuning:
    """What the loudspeaker plays, and when."""
    sound = config.sound
    if not sound.enabled or sound.volume == 0:
        return Tuning(None)
    return Tuning(
        lambda: acknowledgement(sound.volume),
        lambda wall_ns: is_quiet(wall_ns, sound.quiet_from, sound.quiet_until),
    )


def headphones_of(config: Config, clock: Clock) -> Headphones:
    """The headphones as configured; a terminal without any has no second process."""
    device = config.sound.headphones
    return HeadphonesProcess(device, headphones_volume_of(config), clock) if device else NoHeadphones()


def headphones_volume_of(config: Config) -> int:
    """How loud the headphones are; 0 = they are switched off."""
    return config.sound.headphones_volume if config.sound.enabled else 0


def _open_speaker(device: str) -> Speaker:
    # pygame takes a while: on the player's thread, at the first visit
    from kiosk.sound.speaker import MixerSpeaker

    return MixerSpeaker(device or None)
