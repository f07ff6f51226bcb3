"""What goes wrong in a machine that stays on."""

from hardware.events import Level
from tests.machine.citizen import Citizen, is_kept
from tests.machine.disk import on_disk, ratings
from tests.machine.screen import CLOSE_PX, IDLE, SERVICE, card_px
from tests.machine.vm import Machine


def kiosk(machine: Machine) -> int:
    """The process of the kiosk; 0 = there is none."""
    return int(machine.run("systemctl show --value --property MainPID hailong-kiosk.service"))


def ends_and_is_back(citizen: Citizen, signal: str) -> None:
    """Another process takes votes, and those before are there."""
    machine = citizen.machine
    before = ratings(machine)
    citizen.votes(Level.POOR)
    first = kiosk(machine)
    machine.run(f"kill -s {signal} {first}")
    machine.until("another kiosk", lambda: kiosk(machine) not in (0, first), every_s=2)
    citizen.waits_for(IDLE)
    citizen.votes(Level.EXCELLENT)
    after = ratings(machine)
    assert after[: len(before)] == before
    assert is_kept(citizen.taps, after[len(before) :])


def test_a_kiosk_that_was_killed_is_back_and_has_kept_its_votes(citizen: Citizen) -> None:
    ends_and_is_back(citizen, "KILL")


def test_a_kiosk_that_hangs_is_ended_by_its_watchdog_and_back(citizen: Citizen) -> None:
    ends_and_is_back(citizen, "STOP")


def test_a_touch_panel_that_is_plugged_in_later_votes(citizen: Citizen) -> None:
    machine = citizen.machine
    before = len(on_disk(machine))

    def found() -> set[tuple[object, object]]:
        added = on_disk(machine)[before:]
        return {(said["level"], said["source"]) for _, kind, said in added if kind == "rating"}

    def touched() -> bool:  # as often as somebody would who sees nothing happen
        citizen.touches(card_px(Level.VERY_POOR), held_s=0.3)
        return bool(found())

    machine.until("a vote by touch", touched, every_s=5)
    assert found() == {(Level.VERY_POOR, "touch")}


def test_two_fingers_in_the_upper_corners_open_the_service_page_and_do_not_vote(citizen: Citizen) -> None:
    before = ratings(citizen.machine)
    citizen.touches((20, 20), (1260, 20), held_s=12)
    citizen.waits_for(SERVICE)
    citizen.machine.tap(CLOSE_PX)
    citizen.waits_for(IDLE)
    assert ratings(citizen.machine) == before
