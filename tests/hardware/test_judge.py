"""Edges that get lost, and the gesture of both outer buttons: what the contacts themselves say is what counts."""

import random

import pytest

from hardware.events import Ambiguous, InputEvent, Level, Press, ServiceGesture, Source
from hardware.hold import BOUNCE_MS
from hardware.judge import LOOK_MS, VERIFY_MS, ContactJudge

MS = 1_000_000
S = 1_000_000_000
WORST, MIDDLE, BEST = Level.VERY_POOR, Level.ACCEPTABLE, Level.EXCELLENT


class Five:
    """Five contacts and their judge; `deaf` while the kernel reports no edge."""

    def __init__(self) -> None:
        self.closed: set[Level] = set()
        self.now_ns = S
        self.deaf = False
        self.judge = ContactJudge(Source.GPIO, lambda: {level: level in self.closed for level in Level})
        self.judge.begin([], self.now_ns)
        self.events: list[InputEvent] = []

    def hear(self) -> None:
        self.deaf = False

    def after(self, ms: float) -> "Five":
        end_ns = self.now_ns + round(ms * MS)
        while (due_ns := self.judge.next_deadline_ns) is not None and due_ns <= end_ns:
            self.now_ns = max(self.now_ns, due_ns)
            self.events += self.judge.tick(self.now_ns)
        self.now_ns = end_ns
        return self

    def move(self, level: Level, *, down: bool) -> "Five":
        (self.closed.add if down else self.closed.discard)(level)
        if not self.deaf:
            self.events += self.judge.edge(level, down, self.now_ns)
        return self

    def press(self, *levels: Level) -> "Five":
        for level in levels:
            self.move(level, down=True)
        return self

    def release(self, *levels: Level) -> "Five":
        for level in levels:
            self.move(level, down=False)
        return self

    def gestures(self) -> list[ServiceGesture]:
        return [event for event in self.events if isinstance(event, ServiceGesture)]


def test_the_gesture_names_the_two_presses_in_their_order_as_they_were_emitted() -> None:
    five = Five().press(BEST).after(1000).press(WORST).after(6000)
    presses = tuple(event for event in five.events if isinstance(event, Press))
    assert presses == (Press(BEST, Source.GPIO, S), Press(WORST, Source.GPIO, 2 * S))
    assert five.gestures() == [ServiceGesture(Source.GPIO, 8 * S, presses)]


def test_pressed_at_once_they_are_ambiguous_and_a_gesture_all_the_same() -> None:
    five = Five().press(BEST).after(10).press(WORST).after(6000)
    assert isinstance(five.events[0], Ambiguous)
    assert len(five.gestures()) == 1
    assert not [event for event in five.events if isinstance(event, Press)]


def test_other_buttons_make_no_gesture() -> None:
    assert not Five().press(WORST, MIDDLE).after(20_000).gestures()
    assert not Five().press(Level.GOOD, Level.POOR).after(20_000).gestures()


def test_a_button_held_at_the_start_takes_no_part_until_it_was_let_go() -> None:
    five = Five()
    five.closed.add(WORST)
    five.judge.begin([WORST], five.now_ns)
    five.press(BEST).after(10_000)
    assert not five.gestures()
    five.release(WORST).after(200).press(WORST).after(6000)
    assert len(five.gestures()) == 1


def test_a_press_without_rest_before_it_is_not_named_for_it_may_be_another_hand() -> None:
    """A citizen lets go, and the technician presses before the button was quiet for 100 ms: one press, of two hands."""
    five = (
        Five()
        .press(WORST)
        .after(800)
        .release(WORST)
        .after(60)
        .press(WORST)
        .after(100)
        .press(BEST)
        .after(6000)
    )
    [gesture] = five.gestures()
    assert [press.level for press in gesture.presses] == [BEST]
    assert [event.level for event in five.events if isinstance(event, Press)] == [WORST, BEST]


@pytest.mark.parametrize("lost", [WORST, BEST])
def test_a_release_that_was_not_reported_is_seen_before_six_seconds_are_over(lost: Level) -> None:
    five = Five().press(WORST).after(100).press(BEST).after(3000)
    five.deaf = True
    five.release(lost).after(10_000)
    assert not five.gestures()


@pytest.mark.parametrize("at_ms", [100, 3000, 5890])
def test_hands_that_let_go_for_50_ms_are_seen_even_when_no_edge_is_reported(at_ms: int) -> None:
    five = Five().press(WORST, BEST).after(at_ms)
    five.deaf = True
    five.release(WORST).after(50).press(WORST).after(5950)
    assert not five.gestures()
    assert LOOK_MS < BOUNCE_MS < 50


def test_a_release_that_was_not_reported_while_others_go_on_pounding_is_seen_as_well() -> None:
    """Edges that keep coming put the one look after the last of them off; the looks at a hold go on."""
    five = Five().press(WORST).after(100).press(BEST).after(1000)
    five.deaf = True
    five.release(WORST)
    five.deaf = False
    for _ in range(80):
        five.press(MIDDLE).after(50).release(MIDDLE).after(50)
    assert VERIFY_MS > 50
    assert not five.gestures()


def test_when_edges_were_lost_a_hold_is_made_anew() -> None:
    five = Five().press(WORST, BEST).after(3000)
    five.judge.lost_edges()
    five.after(10_000)
    assert not five.gestures()
    five.release(WORST, BEST).after(500).press(WORST, BEST).after(6000)
    assert len(five.gestures()) == 1


def test_an_idle_terminal_is_not_woken_for_holds() -> None:
    five = Five().press(MIDDLE).after(500).release(MIDDLE).after(1000)
    deadlines = [five.judge.next_deadline_ns]
    deadlines.append(five.press(WORST).after(1000).judge.next_deadline_ns)
    deadlines.append(five.release(WORST).after(1000).judge.next_deadline_ns)
    # The one that is held is to be noticed when it is stuck, and not before.
    assert deadlines == [None, S + 1500 * MS + 30 * S, None]


def test_any_losses_of_edges_and_any_bounce_never_make_a_hold_of_short_presses() -> None:
    chance = random.Random(4)  # noqa: S311
    five = Five()
    for _ in range(3000):
        for level in (WORST, BEST):
            for place in range(chance.choice([1, 3, 7])):
                five.deaf = chance.random() < 0.3
                five.move(level, down=place % 2 == 0).after(chance.random() * 3)
        five.after(chance.choice([50, 300, 1500, 5800]))
        for level in (WORST, BEST):
            for place in range(chance.choice([1, 3, 7])):
                five.deaf = chance.random() < 0.3
                five.move(level, down=place % 2 == 1).after(chance.random() * 3)
        five.after(chance.choice([50, 80, 200]))
    assert not five.gestures()
    five.hear()
    assert len(five.after(1000).press(WORST, BEST).after(6000).gestures()) == 1
