"""The acknowledgement as samples: two soft notes, a fourth apart, that fade away. Nothing is read from a file.

There is no argument for a level, and there must never be one: the officer must not hear what was pressed. A tone
for each level belongs into headphones only (docs/sound.md), and is made elsewhere.
"""

import array
import math
import sys
from collections.abc import Sequence

RATE_HZ = 44_100
LENGTH_S = 0.45

PEAK = 0.25
"""The loudest sample at full volume, as a share of what the card can do: −12 dB."""

_FULL = 32_767
# (starts at, frequency): a fourth upwards sounds like "done" and like no verdict.
_NOTES = ((0.0, 587.33), (0.11, 783.99))
_ATTACK_S = 0.012
_DECAY_S = 0.11
_OVERTONE = 0.18


def acknowledgement(volume: int, rate_hz: int = RATE_HZ) -> bytes:
    """The sound.

    Args:
        volume: 0 to 100; heard as even steps, so 50 is 12 dB below 100.
        rate_hz: Samples a second.

    Returns:
        Samples for one channel, 16 bits, signed, low byte first.
    """
    return rendered(_NOTES, LENGTH_S, volume, rate_hz)


def rendered(notes: Sequence[tuple[float, float]], length_s: float, volume: int, rate_hz: int) -> bytes:
    """Notes as samples, as soft as `acknowledgement`.

    Args:
        notes: When each begins, seconds, and its frequency, hertz.
        length_s: When all have faded away.
        volume: As there.
        rate_hz: Samples a second.
    """
    loudness = PEAK * _FULL * (max(0, min(100, volume)) / 100) ** 2
    waves = [
        sum(_note(n / rate_hz - start_s, hertz) for start_s, hertz in notes) * _end(length_s - n / rate_hz)
        for n in range(round(length_s * rate_hz))
    ]
    highest = max(abs(wave) for wave in waves)
    samples = array.array("h", (round(loudness * wave / highest) for wave in waves))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _note(at_s: float, hertz: float) -> float:
    if at_s < 0:
        return 0.0
    attack = 0.5 - 0.5 * math.cos(math.pi * min(1.0, at_s / _ATTACK_S))  # no click
    turn = 2 * math.pi * hertz * at_s
    return attack * math.exp(-at_s / _DECAY_S) * (math.sin(turn) + _OVERTONE * math.sin(2 * turn))


def _end(left_s: float) -> float:
    """Down to nothing at the end: a cut would click."""
    return min(1.0, max(0.0, left_s / 0.06))
