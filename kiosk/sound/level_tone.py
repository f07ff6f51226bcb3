"""A tone for each level, for headphones alone: as many notes as the number of the button, each higher than the last.

Counting tells the level to somebody who hears one for the first time; the last pitch tells it to whoever knows them.
Nothing that leads to the loudspeaker may import this module (an import contract).
"""

from hardware.events import Level
from kiosk.sound.tone import RATE_HZ, rendered

_SCALE_HZ = (392.0, 440.0, 493.88, 587.33, 659.26)
"""Five steps of a scale without half tones: neither sad nor glad, whatever was chosen."""

_STEP_S = 0.14
_RING_S = 0.34
LONGEST_S = (len(Level) - 1) * _STEP_S + _RING_S


def level_tone(level: Level, volume: int, rate_hz: int = RATE_HZ) -> bytes:
    """The sound of one level.

    Args:
        level: Which.
        volume: 0 to 100, as for `kiosk.sound.tone.acknowledgement`.
        rate_hz: Samples a second.

    Returns:
        Samples for one channel, 16 bits, signed, low byte first.
    """
    notes = tuple((place * _STEP_S, hertz) for place, hertz in enumerate(_SCALE_HZ[:level]))
    return rendered(notes, notes[-1][0] + _RING_S, volume, rate_hz)
