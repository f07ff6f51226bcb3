"""The rules of a press, with times that the tests own."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.buttons import ButtonLogic, ButtonTimings
from hardware.events import Ambiguous, InputEvent, Level, Press, Source, Trouble, TroubleKind
from hardware.fakes.bounce import BounceTrace, load_traces

MS = 1_000_000
S = 1_000_000_000
WORST, MIDDLE, BEST = Level.VERY_POOR, Level.ACCEPTABLE, Level.EXCELLENT

Edge = tuple[Level, bool, int]


def play(logic: ButtonLogic, edges: list[Edge], until_ns: int) -> list[InputEvent]:
    """Edges in the given order, then the time `until_ns`, and nothing in between: as late as a tick can be."""
    events = [event for level, down, at_ns in edges for event in logic.edge(level, down, at_ns)]
    return events + logic.tick(until_ns)


def play_in_time(logic: ButtonLogic, edges: list[Edge], until_ns: int) -> list[InputEvent]:
    """The same with a tick at every deadline."""
    events: list[InputEvent] = []
    for edge in [*edges, None]:
        end_ns = edge[2] if edge else until_ns
        while (due_ns := logic.next_deadline_ns) is not None and due_ns <= end_ns:
            events += logic.tick(due_ns)
        if edge:
            events += logic.edge(*edge)
    return events


def presses(events: list[InputEvent]) -> list[InputEvent]:
    return [event for event in events if isinstance(event, Press)]


def test_a_press_is_decided_50_ms_after_its_edge_and_carries_the_time_of_the_edge() -> None:
    logic = ButtonLogic(Source.GPIO)
    assert logic.edge(BEST, True, 7 * MS) == []
    assert logic.next_deadline_ns == 57 * MS
    assert logic.tick(57 * MS - 1) == []
    assert logic.tick(57 * MS) == [Press(BEST, Source.GPIO, 7 * MS)]


@pytest.mark.parametrize("apart_ms", [0, 1, 25, 49])
def test_two_buttons_within_50_ms_are_one_ambiguity_and_no_press(apart_ms: int) -> None:
    edges = [(BEST, True, 0), (WORST, True, apart_ms * MS)]
    events = play(ButtonLogic(Source.PAD), edges, S)
    assert events == [Ambiguous((BEST, WORST), Source.PAD, 0)]


def test_two_buttons_50_ms_apart_are_two_presses() -> None:
    events = play(ButtonLogic(Source.PAD), [(BEST, True, 0), (WORST, True, 50 * MS)], S)
    assert events == [Press(BEST, Source.PAD, 0), Press(WORST, Source.PAD, 50 * MS)]


def test_a_whole_hand_is_one_ambiguity_in_the_order_of_the_edges() -> None:
    order = [MIDDLE, BEST, WORST, Level.GOOD, Level.POOR]
    edges = [(level, True, place * 5 * MS) for place, level in enumerate(order)]
    assert play(ButtonLogic(Source.GPIO), edges, S) == [Ambiguous(tuple(order), Source.GPIO, 0)]


def test_the_bounce_of_a_released_button_does_not_spoil_the_press_of_another() -> None:
    edges = [(WORST, True, 0), (WORST, False, 200 * MS), (BEST, True, 205 * MS)]
    edges += [(WORST, True, 207 * MS), (WORST, False, 209 * MS)]
    assert presses(play(ButtonLogic(Source.GPIO), edges, S)) == [
        Press(WORST, Source.GPIO, 0),
        Press(BEST, Source.GPIO, 205 * MS),
    ]


def test_a_button_needs_100_ms_of_quiet_release_before_its_next_press() -> None:
    edges = [(BEST, True, 0), (BEST, False, 60 * MS), (BEST, True, 159 * MS), (BEST, False, 170 * MS)]
    edges += [(BEST, True, 270 * MS)]
    assert presses(play(ButtonLogic(Source.GPIO), edges, S)) == [
        Press(BEST, Source.GPIO, 0),
        Press(BEST, Source.GPIO, 270 * MS),
    ]


@pytest.mark.parametrize("trace", load_traces(), ids=lambda trace: trace.contact)
def test_every_recorded_bounce_train_is_one_press(trace: BounceTrace) -> None:
    edges = [(MIDDLE, down, S + at_us * 1000) for at_us, down in trace.edges]
    assert play(ButtonLogic(Source.GPIO), edges, 60 * S) == [Press(MIDDLE, Source.GPIO, S)]


bounce_trains = st.lists(st.integers(0, 100 * MS - 1), min_size=1, max_size=60)


def bounce(at_ns: int, gaps_ns: list[int], ends_down: bool) -> tuple[list[Edge], int]:
    """A train that begins and ends in the same state; when it ends."""
    edges: list[Edge] = []
    for place, gap_ns in enumerate(gaps_ns):
        edges.append((MIDDLE, ends_down == (place % 2 == 0), at_ns))
        at_ns += gap_ns
    return [*edges, (MIDDLE, ends_down, at_ns)], at_ns


@given(make=bounce_trains, hold_ns=st.integers(100 * MS, 20 * S), breaking=bounce_trains)
def test_any_bounce_train_is_exactly_one_press(make: list[int], hold_ns: int, breaking: list[int]) -> None:
    edges, made_ns = bounce(S, make, ends_down=True)
    broken, at_ns = bounce(made_ns + hold_ns, breaking, ends_down=False)
    edges += broken
    logic = ButtonLogic(Source.GPIO)
    assert play(logic, edges, at_ns + 40 * S) == [Press(MIDDLE, Source.GPIO, S)]
    # And afterwards the button works again.
    assert play(logic, [(MIDDLE, True, at_ns + 41 * S)], at_ns + 42 * S) == [
        Press(MIDDLE, Source.GPIO, at_ns + 41 * S)
    ]


edge_lists = st.lists(
    st.tuples(st.sampled_from(Level), st.booleans(), st.integers(0, 3 * S)), max_size=60
).map(lambda steps: _running(steps))


def _running(steps: list[tuple[Level, bool, int]]) -> list[Edge]:
    """Gaps to times."""
    edges, at_ns = [], S
    for level, down, gap_ns in steps:
        at_ns += gap_ns
        edges.append((level, down, at_ns))
    return edges


@given(edge_lists)
def test_a_thread_that_comes_late_finds_the_same_events(edges: list[Edge]) -> None:
    end_ns = (edges[-1][2] if edges else S) + 100 * S
    late = play(ButtonLogic(Source.GPIO), edges, end_ns)
    assert late == play_in_time(ButtonLogic(Source.GPIO), edges, end_ns)


@given(edge_lists)
def test_no_button_presses_twice_within_its_lock_out_whatever_the_edges(edges: list[Edge]) -> None:
    end_ns = (edges[-1][2] if edges else S) + 100 * S
    last_ns: dict[Level, int] = {}
    for event in play(ButtonLogic(Source.GPIO), edges, end_ns):
        assert isinstance(event, Press | Ambiguous | Trouble), "a rating button says nothing else"
        levels = event.levels if isinstance(event, Ambiguous) else (event.level,)
        for level in levels if not isinstance(event, Trouble) else ():
            assert level is not None
            # An ambiguity has the time of its first edge, up to 50 ms before that of this button.
            assert event.boottime_ns - last_ns.get(level, -S) >= (100 - 50) * MS
            last_ns[level] = event.boottime_ns


@given(st.permutations([(WORST, True, S), (BEST, True, S + 30 * MS), (MIDDLE, True, S + 70 * MS)]))
def test_edges_in_the_wrong_order_give_the_events_of_the_right_order(edges: list[Edge]) -> None:
    logic = ButtonLogic(Source.GPIO)
    # The thread had not come to a decision when the last of them arrived.
    events = [event for edge in edges for event in logic.edge(edge[0], edge[1], min(edge[2], S + 40 * MS))]
    events += logic.tick(2 * S)
    assert [type(event) for event in events] == [Ambiguous]
    assert events[0].boottime_ns == S


def test_a_release_that_arrives_before_its_press_leaves_the_button_released() -> None:
    logic = ButtonLogic(Source.GPIO)
    events = play(logic, [(BEST, False, S + 80 * MS), (BEST, True, S)], 100 * S)
    assert events == [Press(BEST, Source.GPIO, S)]
    assert not logic.is_down(BEST)


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_doubled_edges_change_nothing(extra: list[bool]) -> None:
    plain = [(BEST, True, S), (BEST, False, 2 * S), (BEST, True, 3 * S), (BEST, False, 4 * S)]
    doubled = [edge for place, edge in enumerate(plain) for _ in range(1 + extra[place % len(extra)])]
    assert play(ButtonLogic(Source.GPIO), doubled, 60 * S) == play(ButtonLogic(Source.GPIO), plain, 60 * S)


def test_a_button_held_at_start_never_votes_until_it_was_released_and_quiet() -> None:
    logic = ButtonLogic(Source.GPIO)
    logic.begin([BEST], 0)
    edges = [(BEST, False, S), (BEST, True, S + 99 * MS), (BEST, False, 2 * S), (BEST, True, 3 * S)]
    assert play(logic, edges, 4 * S) == [Press(BEST, Source.GPIO, 3 * S)]


def test_a_button_stuck_at_boot_is_reported_once_and_the_others_work() -> None:
    logic = ButtonLogic(Source.GPIO)
    logic.begin([BEST], 0)
    events = play(logic, [(WORST, True, 10 * S), (WORST, False, 11 * S)], 3600 * S)
    assert events[0] == Press(WORST, Source.GPIO, 10 * S)
    [trouble] = events[1:]
    assert isinstance(trouble, Trouble)
    assert (trouble.kind, trouble.active, trouble.level, trouble.boottime_ns) == (
        TroubleKind.STUCK,
        True,
        BEST,
        30 * S,
    )
    assert logic.next_deadline_ns is None


def test_a_stuck_button_is_well_again_after_a_quiet_release() -> None:
    logic = ButtonLogic(Source.GPIO)
    events = play(logic, [(BEST, True, 0), (BEST, False, 45 * S), (BEST, True, 46 * S)], 47 * S)
    assert [(type(event), event.boottime_ns) for event in events] == [
        (Press, 0),
        (Trouble, 30 * S),
        (Trouble, 45 * S + 100 * MS),
        (Press, 46 * S),
    ]


def test_a_trouble_does_not_name_the_level_in_its_text() -> None:
    logic = ButtonLogic(Source.GPIO)
    for event in play(logic, [(BEST, True, 0), (BEST, False, 45 * S)], 60 * S)[1:]:
        assert isinstance(event, Trouble)
        assert event.detail
        assert not any(mark in event.detail.replace("30 s", "") for mark in "12345")


def test_a_contact_that_chatters_for_a_weekend_is_one_press_and_one_fault() -> None:
    chance = random.Random(5)  # noqa: S311 - the same weekend every time
    logic = ButtonLogic(Source.GPIO)
    events: list[InputEvent] = []
    at_ns = 0
    while at_ns < 62 * 3600 * S:
        events += logic.edge(BEST, True, at_ns)
        at_ns += 1 + chance.randrange(5 * S)
        events += logic.edge(BEST, False, at_ns)
        at_ns += 1 + chance.randrange(100 * MS - 1)
    assert [type(event) for event in events] == [Press, Trouble]
    assert [type(event) for event in logic.tick(at_ns + S)] == [Trouble]
    assert logic.next_deadline_ns is None


def test_a_storm_of_edges_of_all_buttons_ends_in_few_events_and_a_working_panel() -> None:
    chance = random.Random(6)  # noqa: S311 - the same storm every time
    logic = ButtonLogic(Source.GPIO)
    edges = [(Level(chance.randrange(1, 6)), chance.random() < 0.5, S + n * 10_000) for n in range(100_000)]
    edges += [(level, False, 2 * S + 1) for level in Level]
    events = play(logic, edges, 60 * S)
    assert len(events) == 1
    assert isinstance(events[0], Ambiguous)
    assert play(logic, [(BEST, True, 61 * S)], 62 * S) == [Press(BEST, Source.GPIO, 61 * S)]


def test_a_forgotten_button_is_released_and_its_trouble_ends() -> None:
    logic = ButtonLogic(Source.PAD)
    assert len(play(logic, [(BEST, True, 0)], 31 * S)) == 2
    [trouble] = logic.forget(40 * S)
    assert isinstance(trouble, Trouble)
    assert not trouble.active
    assert logic.next_deadline_ns is None
    assert play(logic, [(BEST, True, 41 * S)], 42 * S) == [Press(BEST, Source.PAD, 41 * S)]


def test_a_press_before_the_pad_vanished_still_counts() -> None:
    logic = ButtonLogic(Source.PAD)
    logic.edge(BEST, True, 0)
    assert logic.forget(10 * MS) == []
    assert logic.tick(50 * MS) == [Press(BEST, Source.PAD, 0)]


def test_nothing_is_due_while_nobody_presses() -> None:
    logic = ButtonLogic(Source.GPIO)
    assert logic.next_deadline_ns is None
    play(logic, [(BEST, True, S), (BEST, False, 2 * S)], 2 * S)
    assert logic.next_deadline_ns is None


@pytest.mark.parametrize("times", [{"decide_ms": 0}, {"lockout_ms": -1}, {"stuck_s": 0}, {"decide_ms": 101}])
def test_impossible_times_are_refused(times: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"button times|decide_ms"):
        ButtonTimings(**times)
