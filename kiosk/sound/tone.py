"""The acknowledgement as samples: two soft notes, a fourth apart, that fade away. Nothing is read from a file.

There is no argument for a level, and there must never be one: the officer must not hear what was pressed. A tone
for each level belongs into headphones only (docs/sound.md), which this terminal does not know of.
"""

import array
import math
import sys

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
    loudness = PEAK * _FULL * (max(0, min(100, volume)) / 100) ** 2
    count = round(LENGTH_S * rate_hz)
    waves = [_sample(n / rate_hz) for n in range(count)]
    highest = max(abs(wave) for wave in waves)
    samples = array.array("h", (round(loudness * wave / highest) for wave in waves))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _sample(at_s: float) -> float:
    return sum(_note(at_s - start_s, hertz) for start_s, hertz in _NOTES) * _end(at_s)


def _note(at_s: float, hertz: float) -> float:
    if at_s < 0:
        return 0.0
    attack = 0.5 - 0.5 * math.cos(math.pi * min(1.0, at_s / _ATTACK_S))  # no click
    turn = 2 * math.pi * hertz * at_s
    return attack * math.exp(-at_s / _DECAY_S) * (math.sin(turn) + _OVERTONE * math.sin(2 * turn))


def _end(at_s: float) -> float:
    """Down to nothing at the end: a cut would click."""
    return min(1.0, max(0.0, (LENGTH_S - at_s) / 0.06))
