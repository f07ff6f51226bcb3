"""From the configuration to what is heard: the loudspeaker, which is the same for every level, and the headphones."""

from kiosk.clock import Clock
from kiosk.config.model import Config
from kiosk.sound.headphones import Headphones, HeadphonesProcess, NoHeadphones
from kiosk.sound.hours import is_quiet
from kiosk.sound.player import Player, Silence, Sound, Speaker
from kiosk.sound.tone import acknowledgement


def sound_of(config: Config, clock: Clock) -> Sound:
    """The sound as configured; one that is switched off loads nothing and has no thread."""
    sound = config.sound
    if not sound.enabled or sound.volume == 0:
        return Silence()
    return Player(
        lambda: _open_speaker(sound.loudspeaker),
        lambda: acknowledgement(sound.volume),
        clock,
        lambda wall_ns: is_quiet(wall_ns, sound.quiet_from, sound.quiet_until),
    )


def headphones_of(config: Config, clock: Clock) -> Headphones:
    """The headphones as configured; a terminal without any has no second process."""
    sound = config.sound
    if not sound.enabled or not sound.headphones:
        return NoHeadphones()
    return HeadphonesProcess(sound.headphones, sound.headphones_volume, clock)


def _open_speaker(device: str) -> Speaker:
    # pygame takes a while: on the player's thread, at the first visit
    from kiosk.sound.speaker import MixerSpeaker

    return MixerSpeaker(device or None)
