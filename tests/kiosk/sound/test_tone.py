"""The sound itself: audible, soft, without clicks, and only one."""

import array
import inspect
from itertools import pairwise

import pytest

from kiosk.sound.player import Player, Sound
from kiosk.sound.tone import LENGTH_S, PEAK, RATE_HZ, acknowledgement


def samples(volume: int) -> list[int]:
    return array.array("h", acknowledgement(volume)).tolist()


def test_it_is_soft_at_its_loudest() -> None:
    assert max(map(abs, samples(100))) <= PEAK * 32_767 + 1
    assert PEAK <= 0.25


def test_it_can_be_heard() -> None:
    sound = samples(100)
    assert max(map(abs, sound)) >= PEAK * 32_767 - 1
    assert sum(value != 0 for value in sound) > 0.9 * len(sound)


def test_it_is_short_and_begins_and_ends_in_silence() -> None:
    sound = samples(100)
    assert len(sound) == round(LENGTH_S * RATE_HZ)
    assert sound[0] == 0
    assert abs(sound[-1]) <= 1


def test_it_does_not_click() -> None:
    sound = samples(100)
    # A sine of the highest overtone at the peak moves less than this from one sample to the next.
    most = 2 * 3.1416 * 1_568 / RATE_HZ * PEAK * 32_767
    assert max(abs(b - a) for a, b in pairwise(sound)) < most


def test_the_volume_makes_it_louder_and_0_is_silence() -> None:
    peaks = [max(map(abs, samples(volume))) for volume in (0, 20, 60, 100)]
    assert peaks == sorted(set(peaks))
    assert peaks[0] == 0


@pytest.mark.parametrize(("volume", "like"), [(-5, 0), (101, 100), (10_000, 100)])
def test_a_volume_out_of_range_is_the_nearest(volume: int, like: int) -> None:
    assert acknowledgement(volume) == acknowledgement(like)


def test_nothing_can_tell_it_a_level() -> None:
    assert list(inspect.signature(acknowledgement).parameters) == ["volume", "rate_hz"]
    assert acknowledgement(60) == acknowledgement(60)
    assert (
        list(inspect.signature(Sound.play).parameters)
        == list(inspect.signature(Player.play).parameters)
        == ["self"]
    )
