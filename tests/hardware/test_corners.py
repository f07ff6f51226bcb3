"""Two fingers in the two upper corners, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.corners import MOST_FINGERS, Corners
from hardware.events import ServiceGesture, Source
from hardware.hold import HOLD_NS, OLDEST_NS
from hardware.pointer import FingerDown, FingerUp, MouseDown, PointerRecord, Rect

S = 1_000_000_000
SIZE = (1280, 800)
CORNERS = (Rect(0, 0, 118, 118), Rect(1162, 0, 118, 118))
LEFT, RIGHT, ELSEWHERE = (5, 5), (1270, 60), (640, 400)


def down(place: tuple[int, int], at_ns: int, finger: int) -> FingerDown:
    return FingerDown(6, finger, place[0] / SIZE[0], place[1] / SIZE[1], at_ns)


def up(place: tuple[int, int], at_ns: int, finger: int) -> FingerUp:
    return FingerUp(6, finger, place[0] / SIZE[0], place[1] / SIZE[1], at_ns)


def fed(*records: PointerRecord) -> Corners:
    corners = Corners()
    for record in records:
        corners.feed(record, CORNERS, SIZE)
    return corners


def test_both_corners_for_six_seconds_are_the_gesture_and_name_no_press() -> None:
    corners = fed(down(LEFT, S, 1), down(RIGHT, 2 * S, 2))
    assert corners.due_ns == 2 * S + HOLD_NS
    assert corners.complete(8 * S - 1) is None
    assert corners.complete(8 * S) == ServiceGesture(Source.TOUCH, 8 * S)
    assert corners.complete(9 * S) is None
    assert corners.due_ns is None


@pytest.mark.parametrize("place", [(118, 5), (5, 118), (1161, 5), ELSEWHERE, (5, 795)])
def test_a_finger_beside_its_corner_does_not_count(place: tuple[int, int]) -> None:
    other = RIGHT if place[0] < 640 else LEFT
    assert fed(down(place, S, 1), down(other, S, 2)).due_ns is None


def test_a_mouse_does_not_count() -> None:
    assert fed(down(LEFT, S, 1), MouseDown(1, *RIGHT, False, S)).due_ns is None


@pytest.mark.parametrize("finger", [1, 2])
def test_a_finger_that_leaves_begins_it_anew(finger: int) -> None:
    place = (LEFT, RIGHT)[finger - 1]
    corners = fed(down(LEFT, S, 1), down(RIGHT, S, 2), up(place, 6 * S, finger), down(place, 6 * S, 3))
    assert corners.due_ns == 12 * S


def test_fingers_that_left_when_time_was_up_are_no_gesture_however_late_that_is_read() -> None:
    corners = fed(down(LEFT, S, 1), down(RIGHT, S, 2), up(RIGHT, 60 * S, 2))
    assert corners.complete(60 * S) is None


@pytest.mark.parametrize("third", [ELSEWHERE, LEFT, RIGHT])
def test_a_third_finger_ends_it_until_both_corners_are_touched_anew(third: tuple[int, int]) -> None:
    corners = fed(down(LEFT, S, 1), down(RIGHT, S, 2), down(third, 2 * S, 3), up(third, 3 * S, 3))
    assert corners.due_ns is None
    for finger, place in ((1, LEFT), (2, RIGHT)):
        corners.feed(up(place, 4 * S, finger), CORNERS, SIZE)
        corners.feed(down(place, 5 * S, finger + 10), CORNERS, SIZE)
    assert corners.due_ns == 11 * S


def test_a_finger_that_was_there_before_them_counts_as_a_third() -> None:
    assert fed(down(ELSEWHERE, 0, 9), down(LEFT, S, 1), down(RIGHT, S, 2)).due_ns is None


def test_a_finger_whose_release_was_lost_is_in_the_way_for_a_while_and_not_for_ever() -> None:
    corners = fed(down(ELSEWHERE, 0, 9), down(LEFT, OLDEST_NS + 1, 1), down(RIGHT, OLDEST_NS + 2, 2))
    assert corners.due_ns == OLDEST_NS + 2 + HOLD_NS


def test_a_finger_in_a_corner_whose_release_was_lost_is_not_held_for_ever() -> None:
    assert fed(down(LEFT, 0, 9), down(RIGHT, OLDEST_NS - 1, 2)).due_ns is None


def test_a_finger_that_comes_down_twice_was_up_in_between() -> None:
    assert fed(down(LEFT, 0, 1), down(RIGHT, 0, 2), down(LEFT, 5 * S, 1)).due_ns == 11 * S


def test_coordinates_that_say_nothing_are_no_corner() -> None:
    corners = fed(down(RIGHT, 0, 2))
    corners.feed(FingerDown(6, 1, float("nan"), 0.0, S), CORNERS, SIZE)
    assert corners.due_ns is None


def test_without_corners_there_is_no_gesture() -> None:
    corners = Corners()
    for finger, place in ((1, LEFT), (2, RIGHT)):
        corners.feed(down(place, S, finger), (), SIZE)
    assert corners.due_ns is None


places = st.sampled_from([LEFT, RIGHT, ELSEWHERE, (600, 10)])
steps = st.lists(st.tuples(st.booleans(), places, st.integers(0, 30), st.integers(0, 4 * S)), max_size=80)


@given(steps)
def test_a_gesture_is_two_fingers_alone_for_six_seconds(
    made: list[tuple[bool, tuple[int, int], int, int]],
) -> None:
    corners, now_ns = Corners(), S
    on_glass: dict[int, tuple[tuple[int, int], int]] = {}
    changed_ns = 0
    for is_down, place, finger, gap_ns in made:
        now_ns += gap_ns
        if corners.complete(now_ns) is not None:
            recent = [where for where, since_ns in on_glass.values() if now_ns - since_ns <= OLDEST_NS]
            assert sorted(recent) == sorted([LEFT, RIGHT])
            assert now_ns - changed_ns >= HOLD_NS
        assert len(corners._fingers) <= MOST_FINGERS
        if is_down:
            on_glass[finger] = (place, now_ns)
            changed_ns = now_ns
            corners.feed(down(place, now_ns, finger), CORNERS, SIZE)
        else:
            was = on_glass.pop(finger, None)
            if was is not None and was[0] in (LEFT, RIGHT):
                changed_ns = now_ns
            corners.feed(up(place, now_ns, finger), CORNERS, SIZE)
