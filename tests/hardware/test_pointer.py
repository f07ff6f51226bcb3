"""One tap is one press, whichever events a panel and its driver make of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.events import Level, Press, Source, Switch
from hardware.pointer import (
    REMEMBERED,
    SAME_TAP_NS,
    FingerDown,
    FingerUp,
    MouseDown,
    MouseUp,
    Pointer,
    PointerRecord,
    Rect,
    Targets,
)

MS = 1_000_000
SIZE = (1280, 800)
MARGIN = 30
COLUMNS = tuple(Rect(40 + 240 * index, 200, 240, 560) for index in range(5))
TARGETS = Targets(COLUMNS, MARGIN)
MIDDLE_Y = 480


def finger(x_px: float, y_px: float = MIDDLE_Y, at_ns: int = 0, finger_id: int = 1) -> FingerDown:
    return FingerDown(6, finger_id, x_px / SIZE[0], y_px / SIZE[1], at_ns)


def lifted(x_px: float, y_px: float = MIDDLE_Y, at_ns: int = 0, finger_id: int = 1) -> FingerUp:
    return FingerUp(6, finger_id, x_px / SIZE[0], y_px / SIZE[1], at_ns)


def mouse(
    x_px: int, y_px: int = MIDDLE_Y, at_ns: int = 0, *, button: int = 1, touch: bool = False
) -> MouseDown:
    return MouseDown(button, x_px, y_px, touch, at_ns)


def presses(*records: PointerRecord, targets: Targets | None = TARGETS) -> list[Press]:
    pointer = Pointer()
    fed = [pointer.feed(record, targets, SIZE) for record in records]
    return [press for press in fed if isinstance(press, Press)]


def centre(level: Level) -> int:
    column = COLUMNS[level - 1]
    return column.left + column.width // 2


@pytest.mark.parametrize("level", Level)
def test_a_finger_alone_presses_its_column(level: Level) -> None:
    assert presses(finger(centre(level), at_ns=5)) == [Press(level, Source.TOUCH, 5)]


@pytest.mark.parametrize("level", Level)
def test_a_mouse_alone_presses_its_column(level: Level) -> None:
    assert presses(mouse(centre(level), at_ns=5)) == [Press(level, Source.MOUSE, 5)]


@pytest.mark.parametrize("button", [0, 2, 3, 4, 5, 8])
def test_only_the_left_button_counts(button: int) -> None:
    assert presses(mouse(640, button=button)) == []


def test_a_marked_synthetic_click_is_dropped() -> None:
    assert presses(mouse(640, touch=True)) == []


@pytest.mark.parametrize("delay_ns", [0, 5 * MS, SAME_TAP_NS])
def test_an_unmarked_click_at_the_touch_is_the_same_tap(delay_ns: int) -> None:
    assert len(presses(finger(640), mouse(655, 490, delay_ns))) == 1


@pytest.mark.parametrize("delay_ns", [0, 5 * MS, SAME_TAP_NS])
def test_a_finger_after_its_unmarked_click_is_the_same_tap(delay_ns: int) -> None:
    assert presses(mouse(640), finger(655, 490, delay_ns)) == [Press(Level.ACCEPTABLE, Source.MOUSE, 0)]


def test_a_click_at_the_release_after_a_long_slide_is_the_same_tap() -> None:
    slide = (finger(160), lifted(1000, at_ns=5000 * MS), mouse(1000, at_ns=5001 * MS))
    assert presses(*slide) == [Press(Level.VERY_POOR, Source.TOUCH, 0)]


def test_a_finger_answers_for_one_click_only() -> None:
    assert len(presses(finger(640), mouse(640, at_ns=MS), mouse(640, at_ns=2 * MS))) == 2


@pytest.mark.parametrize(
    "click", [mouse(640, at_ns=SAME_TAP_NS + 1), mouse(681), mouse(centre(Level.VERY_POOR))]
)
def test_a_click_elsewhere_or_later_is_a_press_of_its_own(click: MouseDown) -> None:
    assert len(presses(finger(640), click)) == 2


def test_the_press_counts_where_the_finger_went_down() -> None:
    into, out_of = (finger(10), lifted(640, at_ns=MS)), (finger(640), lifted(10, at_ns=MS))
    assert presses(*into) == []
    assert [press.level for press in presses(*out_of)] == [Level.ACCEPTABLE]


@pytest.mark.parametrize(
    ("x_px", "y_px"),
    [
        (MARGIN - 1, MIDDLE_Y),
        (SIZE[0] - MARGIN, MIDDLE_Y),
        (640, MARGIN - 1),
        (640, SIZE[1] - MARGIN),
        (0, 0),
        (SIZE[0] - 1, SIZE[1] - 1),
        (35, MIDDLE_Y),  # beside the columns
        (640, 100),  # above them
        (-1, MIDDLE_Y),
        (640, SIZE[1]),
    ],
)
def test_margin_edges_and_gaps_are_dead(x_px: int, y_px: int) -> None:
    whole = tuple(Rect(256 * index, 0, 256, 800) for index in range(5))
    targets = TARGETS if x_px == 35 or y_px == 100 else Targets(whole, MARGIN)
    assert presses(finger(x_px, y_px), targets=targets) == []
    assert presses(mouse(x_px, y_px), targets=targets) == []


def test_a_dead_touch_does_not_come_alive_as_its_own_click() -> None:
    whole = Targets(tuple(Rect(256 * index, 0, 256, 800) for index in range(5)), MARGIN)
    assert presses(finger(MARGIN - 1), mouse(MARGIN + 1, at_ns=MS), targets=whole) == []


def test_a_touch_on_a_screen_without_targets_does_not_press_the_next_screen() -> None:
    pointer = Pointer()
    assert pointer.feed(finger(640), None, SIZE) is None
    assert pointer.feed(mouse(640, at_ns=MS), TARGETS, SIZE) is None


@pytest.mark.parametrize("x_norm", [math.nan, math.inf, -math.inf, 640.0, -0.5])
def test_finger_coordinates_that_say_nothing_are_ignored(x_norm: float) -> None:
    click = mouse(640, at_ns=MS)
    assert presses(FingerDown(6, 1, x_norm, 0.5, 0), FingerUp(6, 1, x_norm, 0.5, MS), click) != []
    assert presses(FingerDown(6, 1, 0.5, x_norm, 0)) == []


def test_slightly_outside_is_clamped_to_the_surface() -> None:
    whole = Targets(tuple(Rect(256 * index, 0, 256, 800) for index in range(5)), margin_px=0)
    ends = (FingerDown(6, 1, -0.01, 0.5, 0), FingerDown(6, 2, 1.01, 0.5, 0), FingerDown(6, 3, 0.5, 1.0, 0))
    assert [press.level for press in presses(*ends, targets=whole)] == [1, 5, 3]


def test_the_current_surface_size_is_used() -> None:
    pointer, record = Pointer(), FingerDown(6, 1, 0.5, 0.5, 0)
    columns = tuple(Rect(160 * index, 0, 160, 480) for index in range(5))
    assert pointer.feed(record, Targets(columns, 20), (800, 480)) == Press(Level.ACCEPTABLE, Source.TOUCH, 0)
    assert pointer.feed(record, TARGETS, (0, 0)) is None


def test_two_fingers_on_two_columns_are_two_presses() -> None:
    both = presses(finger(160, finger_id=1), finger(1120, finger_id=2))
    assert [press.level for press in both] == [1, 5]


def test_targets_are_five_columns() -> None:
    with pytest.raises(ValueError, match="5 columns, got 4"):
        Targets(COLUMNS[:4], MARGIN)
    with pytest.raises(ValueError, match="negative"):
        Targets(COLUMNS, -1)


def test_a_storm_of_taps_with_their_clicks_is_one_press_each_in_bounded_memory() -> None:
    pointer, count = Pointer(), 0
    for number in range(1000):
        x_px, at_ns = centre(Level(number % 5 + 1)), number * MS
        count += pointer.feed(finger(x_px, at_ns=at_ns, finger_id=number), TARGETS, SIZE) is not None
        count += pointer.feed(mouse(x_px, at_ns=at_ns), TARGETS, SIZE) is not None
        pointer.feed(lifted(x_px, at_ns=at_ns, finger_id=number), TARGETS, SIZE)
        assert len(pointer._taps) <= REMEMBERED
    assert count == 1000


def tap_records(
    way: str, x_px: int, y_px: int, at_ns: int, aside: int, finger_id: int
) -> list[PointerRecord]:
    """What one tap makes, for each kind of driver."""
    down, up = finger(x_px, y_px, at_ns, finger_id), lifted(x_px, y_px, at_ns + 80 * MS, finger_id)
    click = mouse(x_px + aside, y_px - aside, at_ns + 2 * MS)
    late = mouse(x_px + aside, y_px - aside, at_ns + 90 * MS)
    marked = mouse(x_px, y_px, at_ns, touch=True)
    unclick = MouseUp(1, x_px, y_px, False, at_ns + 85 * MS)
    early = mouse(x_px, y_px, at_ns - 2 * MS)
    events: dict[str, list[PointerRecord]] = {
        "finger": [down, up],
        "mouse": [mouse(x_px, y_px, at_ns), unclick],
        "marked": [marked, down, up],
        "finger, mouse": [down, click, up, unclick],
        "mouse at release": [down, up, late],
        "mouse, finger": [early, down, up, unclick],
    }
    return events[way]


ways = st.sampled_from(["finger", "mouse", "marked", "finger, mouse", "mouse at release", "mouse, finger"])
taps = st.tuples(ways, st.sampled_from(list(Level)), st.integers(-80, 80), st.integers(230, 730))


@given(st.lists(taps, max_size=60), st.integers(-25, 25), st.integers(401, 5000))
def test_any_mixture_of_taps_gives_exactly_one_press_each(
    made: list[tuple[str, Level, int, int]], aside: int, every_ms: int
) -> None:
    stream: list[PointerRecord] = []
    for number, (way, level, x_px, y_px) in enumerate(made):
        at_ns = number * every_ms * MS
        stream += tap_records(way, centre(level) + x_px, y_px, at_ns, aside, finger_id=number % 3)
    assert [press.level for press in presses(*stream)] == [level for _, level, _, _ in made]


numbers = st.floats(allow_nan=True, allow_infinity=True)
near_norm = st.one_of(st.floats(-0.2, 1.2), numbers)
ids, at = st.integers(-(2**63), 2**63 - 1), st.integers(0, 10**12)
pixels = st.integers(-(2**31), 2**31 - 1)
rubbish: st.SearchStrategy[PointerRecord] = st.one_of(
    st.builds(FingerDown, ids, ids, near_norm, near_norm, at),
    st.builds(FingerUp, ids, ids, near_norm, near_norm, at),
    st.builds(MouseDown, st.integers(0, 9), pixels, pixels, st.booleans(), at),
    st.builds(MouseUp, st.integers(0, 9), pixels, pixels, st.booleans(), at),
)


@given(st.lists(rubbish, max_size=100))
def test_any_stream_is_survived_and_only_downs_press(stream: list[PointerRecord]) -> None:
    pointer = Pointer()
    for record in stream:
        press = pointer.feed(record, TARGETS, SIZE)
        if press is not None:
            assert isinstance(record, FingerDown | MouseDown)
            assert press.boottime_ns == record.at_ns
        assert len(pointer._taps) <= REMEMBERED


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_finger_presses_the_column_under_it_or_nothing(x_norm: float, y_norm: float) -> None:
    got = presses(FingerDown(6, 1, x_norm, y_norm, 0))
    x_px, y_px = x_norm * SIZE[0], y_norm * SIZE[1]
    under = [level for level, column in zip(Level, COLUMNS, strict=True) if column.contains(x_px, y_px)]
    assert [press.level for press in got] == under


def test_the_button_for_another_language_is_no_press_and_dead_in_the_rim() -> None:
    switch = Rect(SIZE[0] - 200, SIZE[1] - 80, 200, 80)
    targets = Targets(TARGETS.columns, TARGETS.margin_px, switch)
    pointer = Pointer()
    assert pointer.feed(finger(SIZE[0] - 100, SIZE[1] - 60, at_ns=5), targets, SIZE) == Switch(
        5, Source.TOUCH
    )
    assert pointer.feed(finger(SIZE[0] - 1, SIZE[1] - 1, at_ns=10**9), targets, SIZE) is None
    assert pointer.feed(finger(SIZE[0] - 100, SIZE[1] - 60, at_ns=2 * 10**9), TARGETS, SIZE) != Switch(
        2 * 10**9, Source.TOUCH
    )


def test_a_touch_and_its_click_switch_the_language_once() -> None:
    targets = Targets(TARGETS.columns, TARGETS.margin_px, Rect(SIZE[0] - 200, SIZE[1] - 80, 200, 80))
    pointer, x, y = Pointer(), SIZE[0] - 100, SIZE[1] - 60
    assert pointer.feed(finger(x, y, at_ns=5), targets, SIZE) == Switch(5, Source.TOUCH)
    assert pointer.feed(mouse(x, y, at_ns=9), targets, SIZE) is None
    assert pointer.feed(mouse(x, y, at_ns=10**9), targets, SIZE) == Switch(10**9, Source.MOUSE)
