"""The tones of the levels, for headphones: told apart by counting, soft, without clicks."""

import array
from itertools import pairwise

import pytest

from hardware.events import Level
from kiosk.sound.level_tone import LONGEST_S, level_tone
from kiosk.sound.tone import PEAK, RATE_HZ


def samples(level: Level, volume: int = 100) -> list[int]:
    return array.array("h", level_tone(level, volume)).tolist()


def loudness(sound: list[int]) -> list[int]:
    """The loudest sample of each 10 ms."""
    window = RATE_HZ // 100
    return [max(map(abs, sound[at : at + window])) for at in range(0, len(sound) - window, window)]


def beginnings(level: Level) -> int:
    """How often it becomes suddenly louder: once a note."""
    heard = loudness(samples(level))
    floor = max(heard) * 0.12
    rises = [n for n, (before, now) in enumerate(pairwise([0, 0, *heard])) if now > before + floor]
    return len([n for place, n in enumerate(rises) if place == 0 or n - rises[place - 1] > 4])


@pytest.mark.parametrize("level", Level)
def test_there_are_as_many_notes_as_the_number_of_the_button(level: Level) -> None:
    assert beginnings(level) == level


def test_each_is_another_and_ends_higher_than_the_one_before() -> None:
    assert len({level_tone(level, 60) for level in Level}) == 5
    # Crossings of zero within the last note's first 100 ms, where the notes before have faded.
    ends = []
    for level in Level:
        begin = round(((level - 1) * 0.14 + 0.05) * RATE_HZ)
        last = samples(level)[begin : begin + RATE_HZ // 10]
        ends.append(sum(a < 0 <= b for a, b in pairwise(last)))
    assert ends == sorted(set(ends))


@pytest.mark.parametrize("level", Level)
def test_each_is_soft_short_and_begins_and_ends_in_silence(level: Level) -> None:
    sound = samples(level)
    assert max(map(abs, sound)) <= PEAK * 32_767 + 1
    assert len(sound) <= round(LONGEST_S * RATE_HZ)
    assert LONGEST_S <= 1.0
    assert (sound[0], abs(sound[-1]) <= 1) == (0, True)
    assert max(abs(b - a) for a, b in pairwise(sound)) < 2 * 3.1416 * 1_320 / RATE_HZ * PEAK * 32_767
