"""The service page by touch: for who knows the PIN, and for nobody by accident."""

import random

from kiosk.leaf import Leaf
from kiosk.view import Menu
from tests.machine.citizen import Citizen
from tests.machine.disk import counted, on_disk
from tests.machine.menu import RIGHT, WRONG, Page, Technician
from tests.machine.pounding import hands, presses_kept
from tests.machine.screen import IDLE, SERVICE

TOUCHES = 150


def test_what_is_told_of_a_pin_is_told_apart() -> None:
    pages = [Page(Menu(Leaf.PIN, digits=digits)) for digits in range(5)]
    pages += [Page(Menu(Leaf.PIN, wrong=True)), Page(Menu(Leaf.MENU))]
    for one in pages:
        assert [other.is_on(one.picture) for other in pages] == [other is one for other in pages]


def test_the_menu_opens_by_the_right_pin_alone_and_leaves_by_itself_with_entries_of_it_and_no_vote(
    citizen: Citizen,
) -> None:
    before = on_disk(citizen.machine)
    technician = Technician(citizen)
    technician.opens_the_page()
    technician.goes_to_the_menu()
    technician.types(WRONG)
    technician.waits_for(Page(Menu(Leaf.PIN, wrong=True)))
    technician.types(RIGHT)
    technician.waits_for(Page(Menu(Leaf.MENU)))
    citizen.waits_for(IDLE)  # nobody touches it any more
    after = on_disk(citizen.machine)
    service = [said for _, kind, said in after[len(before) :] if kind == "service"]
    assert (service[0]["page"], service[0]["by"], service[0]["source"]) == ("opened", "gesture", "touch")
    assert (service[-1]["page"], service[-1]["by"]) == ("closed", "time")
    assert counted(after) == counted(before)


def test_children_who_pound_on_the_glass_get_into_no_menu_and_every_press_is_kept_once(
    citizen: Citizen,
) -> None:
    machine = citizen.machine
    before = len(on_disk(machine))
    steps, presses = hands(random.Random(6), TOUCHES)  # noqa: S311 - to be repeatable
    citizen.fingers(steps)
    machine.until("every press kept", lambda: presses_kept(on_disk(machine)[before:]) >= presses)
    citizen.waits_for(IDLE)
    added = on_disk(machine)[before:]
    assert presses_kept(added) == presses
    assert {kind for _, kind, _ in added} <= {"rating", "correction", "repeat", "refused"}
    assert any(kind == "rating" for _, kind, _ in added)
    assert not citizen.sees(SERVICE)
