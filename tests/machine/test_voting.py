from hardware.events import Level
from tests.machine.citizen import Citizen
from tests.machine.disk import ratings
from tests.machine.screen import IDLE
from tests.machine.vm import Machine


def test_after_power_on_the_screen_of_the_gallery_appears_by_itself(hardware: Machine) -> None:
    hardware.close()
    hardware.switch_on()
    Citizen(hardware).waits_for(IDLE)


def test_a_tap_is_thanked_for_and_lies_on_the_disk(citizen: Citizen) -> None:
    before = ratings(citizen.machine)
    citizen.votes(Level.GOOD)
    assert ratings(citizen.machine) == [*before, 4]
