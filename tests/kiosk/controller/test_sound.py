"""When the thank-you appears it is heard: once, and the same whatever was pressed."""

import dataclasses
from itertools import pairwise

import pytest

from hardware.events import Source
from kiosk.controller.state import Play, Prepare
from kiosk.faults import FaultCode
from kiosk.view import ScreenName
from tests.kiosk.controller.terminal import Terminal


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("source", list(Source))
def test_a_vote_is_prepared_for_and_acknowledged_alike_at_every_level(level: int, source: Source) -> None:
    t = Terminal().press(level, source)
    assert t.heard == [Prepare(), Play()]


def test_what_is_played_carries_nothing_that_could_tell_a_level() -> None:
    assert dataclasses.fields(Play) == dataclasses.fields(Prepare) == ()


def test_the_sound_waits_for_the_disk() -> None:
    t = Terminal(commit_s=None).press(4)
    assert t.heard == [Prepare()]
    t.after(2.0)
    assert t.heard == [Prepare()]
    t.answer()
    assert t.heard == [Prepare(), Play()]


def test_a_vote_that_is_not_stored_is_not_heard() -> None:
    t = Terminal(fails=FaultCode.DISK_FULL).press(4)
    assert t.shows(ScreenName.FAULT)
    assert t.heard == [Prepare()]


def test_a_late_answer_is_not_heard() -> None:
    t = Terminal(commit_s=None).press(4).after(11.0).answer()
    assert t.heard == [Prepare()]


def test_repeats_and_pounding_make_no_further_sound() -> None:
    t = Terminal().press(4)
    for _ in range(50):
        t.after(0.1).press(4)
    assert t.heard == [Prepare(), Play()]


def test_a_correction_is_acknowledged_like_the_first_choice() -> None:
    t = Terminal().press(5).after(1.0).press(1).after(1.0)
    assert t.heard == [Prepare(), Play(), Play()]


def test_two_buttons_at_once_are_not_heard() -> None:
    assert Terminal().both(1, 5).heard == []


def test_the_headphones_are_told_what_is_kept_and_only_when_it_is_thanked_for() -> None:
    t = Terminal(commit_s=None).press(5)
    assert t.whispered == []
    t.answer()
    assert t.whispered == [5]
    t.after(1.0).press(2)
    assert t.whispered == [5], "a correction is told when it is stored"
    t.answer()
    assert t.whispered == [5, 2]


def test_the_headphones_are_not_told_of_what_is_not_kept_or_comes_late() -> None:
    assert Terminal(fails=FaultCode.DISK_FULL).press(4).whispered == []
    assert Terminal(commit_s=None).press(4).after(11.0).answer().whispered == []
    assert Terminal().both(1, 5).whispered == []
    t = Terminal().press(4)
    for _ in range(20):
        t.after(0.1).press(4)
    assert t.whispered == [4]


def test_every_visitor_is_heard() -> None:
    t = Terminal().press(5).after(10.0).press(1).after(10.0)
    assert t.heard == [Prepare(), Play()] * 2


def test_every_thank_you_that_appears_is_one_sound() -> None:
    t = Terminal(commit_s=0.2)
    for level, pause_s in [(5, 0.1), (3, 0.4), (5, 0.1), (3, 0.1), (1, 6.0), (2, 3.1), (4, 0.5), (4, 9.0)]:
        t.press(level).after(pause_s)
    shown = [view.name for view in t.seen]
    appeared = sum(
        name is ScreenName.THANKED and before is not ScreenName.THANKED for before, name in pairwise(shown)
    )
    assert t.heard.count(Play()) == appeared > 1
