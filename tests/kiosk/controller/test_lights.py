"""The lights of the buttons invite where a press would be kept, and nowhere else; never by level."""

import pytest

from hardware.events import Source, TroubleKind
from kiosk.controller.show import invites
from kiosk.faults import FaultCode
from kiosk.view import ScreenName, View
from tests.kiosk.controller.terminal import Terminal

BROKEN = [code for code in FaultCode if code.value.startswith("D")]


def test_they_are_dark_until_the_ledger_is_open() -> None:
    t = Terminal(opened=False)
    assert not t.press(4).glows
    assert t.available().glows


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_visit_of_any_level_leaves_them_as_they_are(level: int) -> None:
    t = Terminal(commit_s=0.1)
    for pause_s in (0.05, 1.0, 2.5, 6.0):
        assert t.press(level).after(pause_s).glows


@pytest.mark.parametrize("code", BROKEN)
def test_they_are_dark_while_votes_cannot_be_kept(code: FaultCode) -> None:
    t = Terminal().broke(code)
    assert not t.glows
    assert not t.press(4).after(60.0).glows
    assert t.available().glows


def test_they_are_dark_while_the_card_keeps_somebody_waiting_and_blink_when_it_has_answered() -> None:
    t = Terminal(commit_s=None).press(4, Source.GPIO)
    assert t.after(2.9).glows
    assert not t.after(0.2).glows
    t.answer()
    assert t.glows
    assert t.acknowledged == [Source.GPIO]


def test_a_lost_or_stuck_input_beside_others_leaves_the_lights_of_the_others_on() -> None:
    t = Terminal(inputs=frozenset({Source.PAD, Source.GPIO}))
    t.trouble(TroubleKind.LOST, Source.PAD, active=True)
    assert t.glows
    t.trouble(TroubleKind.STUCK, Source.GPIO, active=True, level=3)
    assert t.glows
    t.trouble(TroubleKind.LOST, Source.GPIO, active=True)
    assert not t.glows, "no input is left"


def test_what_they_say_depends_on_the_screen_alone() -> None:
    assert {name for name in ScreenName if not invites(View(name))} == {
        ScreenName.STARTING,
        ScreenName.WAIT,
        ScreenName.FAULT,
        ScreenName.SERVICE,
    }
