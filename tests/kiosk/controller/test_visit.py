"""A visit: one rating, corrections within the window, everything else counted."""

import pytest

from hardware.events import Source
from kiosk.controller.rules import Rules, S
from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Kind
from kiosk.view import ScreenName
from tests.kiosk.controller.terminal import Terminal


def test_a_press_becomes_a_rating_and_is_thanked_once_it_is_stored() -> None:
    t = Terminal(commit_s=0.05)
    t.press(4)
    assert t.shows(ScreenName.SAVING)
    assert t.view.pressed == 4
    t.after(0.1)
    assert t.shows(ScreenName.THANKED)
    assert t.of(Kind.RATING) == [{"level": 4, "source": "touch"}]


def test_the_thank_you_is_the_same_whatever_was_pressed() -> None:
    views = {repr(Terminal().press(level).view) for level in range(1, 6)}
    assert len(views) == 1


def test_another_level_within_the_window_corrects_the_rating() -> None:
    t = Terminal().press(4).after(1.0).press(2).after(1.0)
    assert t.of(Kind.CORRECTION) == [{"of": 1, "level": 2, "source": "touch"}]
    assert t.shows(ScreenName.THANKED)


def test_a_correction_is_thanked_only_when_it_is_stored() -> None:
    t = Terminal().press(4).after(1.0)
    t.commit_s = 0.2
    t.press(2)
    assert t.shows(ScreenName.CORRECTING)
    assert t.view.pressed == 2
    t.after(0.1)
    assert t.shows(ScreenName.CORRECTING)
    t.after(0.2)
    assert t.shows(ScreenName.THANKED)


def test_the_same_level_again_is_a_repeat_and_not_a_correction() -> None:
    t = Terminal().press(4).after(1.0).press(4).after(10)
    assert t.of(Kind.CORRECTION) == []
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"4": 1}}]


def test_the_window_does_not_slide() -> None:
    t = Terminal().press(4).after(2.0).press(2).after(1.5).press(5).after(10)
    assert [body["level"] for body in t.of(Kind.CORRECTION)] == [2]
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"5": 1}}]


def test_the_ring_runs_for_the_window_and_no_longer() -> None:
    t = Terminal().press(4)
    ring = t.view.ring
    assert ring is not None
    assert (ring.end_ns - ring.start_ns) == 3 * S
    assert t.after(3.0).view.ring is None


def test_corrections_come_at_most_every_half_second_and_the_latest_level_wins() -> None:
    t = Terminal().press(3).press(4).press(2).press(5).after(10)
    assert [body["level"] for body in t.of(Kind.CORRECTION)] == [5]
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"2": 1, "4": 1}}]


def test_going_back_to_the_stored_level_before_its_turn_corrects_nothing() -> None:
    t = Terminal().press(3).press(4).press(3).after(10)
    assert t.of(Kind.CORRECTION) == []
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"3": 1, "4": 1}}]


def test_a_visit_has_at_most_five_corrections() -> None:
    t = Terminal(rules=Rules(correction_window_ns=5 * S)).press(1)
    for level in (2, 3, 4, 5, 1, 2, 3):
        t.after(0.6).press(level)
    t.after(10)
    assert [body["level"] for body in t.of(Kind.CORRECTION)] == [2, 3, 4, 5, 1]
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"2": 1, "3": 1}}]


def test_a_press_after_the_window_is_told_that_the_opinion_is_kept() -> None:
    t = Terminal().press(4).after(4.0).press(1)
    assert t.shows(ScreenName.REPEAT)
    assert t.after(10).of(Kind.RATING) == [{"level": 4, "source": "touch"}]


def test_idle_comes_back_exactly_when_a_new_rating_is_possible() -> None:
    t = Terminal().press(4).after(4.0).press(1)
    assert t.after(4.9).shows(ScreenName.REPEAT)
    assert t.after(0.1).shows(ScreenName.IDLE)
    assert len(t.press(2).of(Kind.RATING)) == 2


def test_the_next_citizen_after_five_seconds_is_a_new_visit() -> None:
    t = Terminal().press(4).after(5.0).press(1).after(10)
    assert [body["level"] for body in t.of(Kind.RATING)] == [4, 1]
    assert t.of(Kind.REPEAT) == []


def test_pounding_is_one_visit_and_every_press_is_accounted_for() -> None:
    t = Terminal(commit_s=0.01)
    for n in range(1000):
        t.press(n % 5 + 1).after(0.001)
    t.after(10)
    assert len(t.of(Kind.RATING)) == 1
    assert len(t.of(Kind.CORRECTION)) <= 5
    assert len(t.of(Kind.REPEAT)) == 1
    assert t.presses_kept() == 1000
    assert t.most_commits_in_a_second() <= 2
    assert t.shows(ScreenName.IDLE)


def test_refused_presses_do_not_split_the_counts_of_a_visit() -> None:
    t = Terminal(commit_s=0.1).press(4).after(0.05).press(2).after(0.5).press(4).after(4.8)
    assert t.of(Kind.REPEAT) == []
    assert t.after(0.4).of(Kind.REPEAT) == [{"of": 1, "counts": {"4": 1}}]
    assert t.of(Kind.REFUSED) == [{"counts": {"2": 1}, "ambiguous": 0}]
    assert len(t.commits_ns) == 2


def test_pounding_for_minutes_writes_its_counts_every_minute() -> None:
    t = Terminal()
    for _ in range(600):
        t.press(2).after(0.3)
    t.after(10)
    assert len(t.of(Kind.RATING)) == 1
    assert 3 <= len(t.of(Kind.REPEAT)) <= 4
    assert t.presses_kept() == 600


def test_pounding_with_changing_levels_never_commits_more_than_twice_a_second() -> None:
    t = Terminal(commit_s=0.003, rules=Rules(correction_window_ns=5 * S))
    for n in range(400):
        t.press(n * 7 % 5 + 1).after(0.02)
    t.after(10)
    assert t.most_commits_in_a_second() <= 2
    assert t.presses_kept() == 400


def test_without_a_repeat_interval_every_press_is_a_visit() -> None:
    t = Terminal(rules=Rules(repeat_interval_ns=0, correction_window_ns=0))
    for level in (1, 2, 2, 3):
        t.press(level).after(0.1)
    assert [body["level"] for body in t.of(Kind.RATING)] == [1, 2, 2, 3]


def test_without_a_correction_window_the_first_press_stands() -> None:
    t = Terminal(rules=Rules(correction_window_ns=0)).press(5).after(0.2)
    assert t.view.ring is None
    assert t.press(1).after(10).of(Kind.CORRECTION) == []


def test_the_screen_is_told_only_when_it_changes() -> None:
    t = Terminal().press(4).after(30)
    names = [view.name for view in t.seen]
    assert names == [ScreenName.IDLE, ScreenName.SAVING, ScreenName.THANKED, ScreenName.IDLE]
    assert t.after(3600).changes == 4


def test_presses_before_the_ledger_is_open_are_counted_as_refused() -> None:
    t = Terminal(opened=False).press(3).press(3)
    assert t.of(Kind.RATING) == []
    t.available()
    assert t.of(Kind.REFUSED) == [{"counts": {"3": 2}, "ambiguous": 0}]


@pytest.mark.parametrize("source", [Source.TOUCH, Source.MOUSE, Source.KEY, Source.GPIO, Source.PAD])
def test_every_wire_votes_alike(source: Source) -> None:
    assert Terminal().press(2, source).of(Kind.RATING) == [{"level": 2, "source": source.value}]


def test_the_buttons_are_told_of_what_is_stored_and_thanked_for_and_of_nothing_else() -> None:
    t = Terminal(commit_s=0.1).press(4, Source.PAD)
    assert t.acknowledged == []
    assert t.after(0.1).acknowledged == [Source.PAD]
    t.press(4, Source.PAD).after(1)  # a repeat
    assert t.acknowledged == [Source.PAD]
    t.press(2, Source.GPIO).after(1)  # a correction, by another wire
    assert t.acknowledged == [Source.PAD, Source.GPIO]
    t.after(4).press(1, Source.GPIO).press(1, Source.GPIO).after(10)
    assert t.acknowledged == [Source.PAD, Source.GPIO, Source.GPIO]


def test_the_buttons_are_not_told_of_a_rating_that_nobody_is_thanked_for() -> None:
    late = Terminal(commit_s=None).press(4, Source.PAD).after(11)
    assert late.shows(ScreenName.FAULT)
    assert late.answer().after(1).acknowledged == []
    assert late.of(Kind.RATING) == [{"level": 4, "source": "pad"}]
    refused = Terminal(fails=FaultCode.DISK_FULL).press(4, Source.PAD).after(1)
    assert refused.acknowledged == []
