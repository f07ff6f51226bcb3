import pytest

from hardware.events import Level
from tests.machine.citizen import Citizen, Tap, is_kept
from tests.machine.disk import ratings
from tests.machine.screen import IDLE
from tests.machine.vm import Machine


def test_after_power_on_the_screen_is_that_of_the_gallery(terminal: Machine) -> None:
    shown = terminal.picture()
    assert [IDLE.difference(shown, box) for box in IDLE.boxes] == pytest.approx([0, 0], abs=0.001)


def test_a_single_tap_the_first_after_power_on_too_is_thanked_for_and_lies_on_the_disk(
    citizen: Citizen,
) -> None:
    before = ratings(citizen.machine)
    citizen.votes(Level.GOOD)
    after = ratings(citizen.machine)
    assert after == [*before, Level.GOOD]


@pytest.mark.parametrize("found", [[], [4], [4, 2, 2], [2, 4], [4, 4, 2]])
def test_a_lost_a_doubled_and_an_invented_vote_are_found(found: list[int]) -> None:
    taps = [Tap(Level.GOOD, is_thanked=True), Tap(Level.VERY_POOR), Tap(Level.POOR, is_thanked=True)]
    assert is_kept(taps, [4, 2])
    assert is_kept(taps, [4, 1, 2])
    assert not is_kept(taps, found)
