"""Both held together for six seconds, and nothing that adds up to it."""

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.fakes.bounce import CONTACTS, BounceTrace, ContactKind, load_traces, synthesise
from hardware.hold import BOUNCE_MS, HOLD_NS, OLDEST_NS, Hold, Side

MS = 1_000_000
S = 1_000_000_000
Edge = tuple[int, Side, bool]

every_kind = pytest.mark.parametrize("kind", CONTACTS, ids=lambda kind: kind.name)


def completed(edges: Iterable[Edge], until_ns: int, hold: Hold | None = None) -> list[int]:
    """When holds were complete, asked at every moment that the hold wished to be asked at."""
    hold = hold or Hold(BOUNCE_MS * MS)
    found: list[int] = []
    for at_ns, side, down in [*sorted(edges), (until_ns, Side.LEFT, None)]:
        while (due_ns := hold.due_ns) is not None and due_ns <= at_ns:
            assert hold.complete(due_ns)
            found.append(due_ns)
        if down is not None:
            hold.edge(side, down, at_ns)
    return found


def pressed(side: Side, from_ns: int, to_ns: int) -> list[Edge]:
    return [(from_ns, side, True), (to_ns, side, False)]


def bouncing(side: Side, trace: BounceTrace, from_ns: int) -> list[Edge]:
    return [(from_ns + at_us * 1000, side, down) for at_us, down in trace.edges]


def held(kind: ContactKind, side: Side, from_ns: int, for_ms: int, seed: int | None = None) -> list[Edge]:
    """A contact of that kind, held so long before it is let go, with dirt all the time where it has any."""
    dropouts = kind.dropouts * for_ms // (kind.hold_us // 1000)
    seed = kind.seed if seed is None else seed
    longer = replace(kind, seed=seed, hold_us=for_ms * 1000 - kind.make_us, dropouts=dropouts)
    return bouncing(side, synthesise(longer), from_ns)


def test_both_together_for_six_seconds_are_one_hold() -> None:
    edges = pressed(Side.LEFT, S, 60 * S) + pressed(Side.RIGHT, 3 * S, 20 * S)
    assert completed(edges, 60 * S) == [9 * S]


@pytest.mark.parametrize("alone", [Side.LEFT, Side.RIGHT])
def test_one_alone_is_none(alone: Side) -> None:
    assert completed(pressed(alone, S, 60 * S), 60 * S) == []


@pytest.mark.parametrize("first", [Side.LEFT, Side.RIGHT])
def test_a_release_a_moment_too_early_is_none(first: Side) -> None:
    edges = pressed(Side.LEFT, S, S + HOLD_NS - 1) + pressed(Side.RIGHT, S, S + 20 * S)
    assert (
        completed(edges if first is Side.LEFT else [(t, Side(1 - s), d) for t, s, d in edges], 60 * S) == []
    )


@pytest.mark.parametrize("gap_ms", [BOUNCE_MS, 30, 50, 100, 1000])
@given(which=st.sampled_from(Side), held_ms=st.integers(100, 5999))
def test_a_release_of_one_begins_the_six_seconds_anew(gap_ms: int, which: Side, held_ms: int) -> None:
    again_ns = S + (held_ms + gap_ms) * MS
    edges = pressed(which, S, S + held_ms * MS) + pressed(which, again_ns, 60 * S)
    edges += pressed(Side(1 - which), S, 60 * S)
    expected = [again_ns + HOLD_NS] if again_ns + HOLD_NS - S <= OLDEST_NS else []
    assert completed(edges, 60 * S) == expected


def test_a_hold_is_made_once_and_the_next_needs_both_to_be_pressed_anew() -> None:
    left = pressed(Side.LEFT, S, 10 * S) + pressed(Side.LEFT, 11 * S, 40 * S)
    assert completed(left + pressed(Side.RIGHT, S, 60 * S), 60 * S) == [7 * S]
    both = left + pressed(Side.RIGHT, S, 12 * S) + pressed(Side.RIGHT, 13 * S, 40 * S)
    assert completed(both, 60 * S) == [7 * S, 19 * S]


def test_bounce_while_it_goes_on_being_held_makes_no_second_hold() -> None:
    edges = pressed(Side.LEFT, S, 60 * S) + pressed(Side.RIGHT, S, 60 * S)
    for side in Side:
        edges += [(8 * S, side, False), (8 * S + MS, side, True)]
    assert completed(edges, 60 * S) == [7 * S]


def test_a_button_that_is_stuck_takes_no_part() -> None:
    stuck = pressed(Side.LEFT, 0, 3600 * S)
    assert completed(stuck + pressed(Side.RIGHT, 100 * S, 200 * S), 3600 * S) == []
    assert completed(stuck + pressed(Side.RIGHT, OLDEST_NS - HOLD_NS, 200 * S), 3600 * S) == [OLDEST_NS]


@pytest.mark.parametrize("trace", load_traces(), ids=lambda trace: trace.contact)
def test_no_number_of_short_presses_adds_up(trace: BounceTrace) -> None:
    length_ns = trace.edges[-1][0] * 1000
    for gap_ms in (50, 60, 100, 300):
        for offset_ms in (0, 7, 130):
            edges: list[Edge] = []
            for n in range(200):
                at_ns = S + n * (length_ns + gap_ms * MS)
                edges += bouncing(Side.LEFT, trace, at_ns)
                edges += bouncing(Side.RIGHT, trace, at_ns + offset_ms * MS)
            assert completed(edges, 400 * S) == []


@every_kind
def test_a_technician_with_bouncing_and_dirty_contacts_succeeds(kind: ContactKind) -> None:
    edges = held(kind, Side.LEFT, S, 6500) + held(kind, Side.RIGHT, S + 400 * MS, 6500)
    [at_ns] = completed(edges, 60 * S)
    # Bounce at the beginning may cost as long as it lasts, and not more.
    assert S + 400 * MS + HOLD_NS <= at_ns <= S + 400 * MS + HOLD_NS + (kind.make_us + 5000) * 1000


@every_kind
def test_letting_go_for_a_moment_and_pressing_again_is_none_with_any_contact(kind: ContactKind) -> None:
    """5.9 s, then up to 45 ms in which a worn contact still chatters: at six seconds it is open, or open again."""
    chance = random.Random(kind.name)  # noqa: S311
    for _ in range(100):
        again_ns = S + (5900 + chance.randint(50, 100)) * MS
        edges: list[Edge] = []
        for side in Side:
            edges += held(kind, side, S, 5900, chance.randrange(10**6))
            edges += held(kind, side, again_ns, 3900, chance.randrange(10**6))
        assert completed(edges, 60 * S) == []


@given(st.integers(1, 99), st.integers(0, 10**6))
def test_a_contact_that_chatters_all_the_time_is_never_held(open_share: int, seed: int) -> None:
    """From a fifth of the time open on; below that it is closed as good as always."""
    chance = random.Random(seed)  # noqa: S311
    edges = pressed(Side.LEFT, S, 60 * S)
    at_ns = S
    while at_ns < 40 * S:
        edges.append((at_ns, Side.RIGHT, True))
        closed_ns = chance.randint(1, 20 * MS)
        edges.append((at_ns + closed_ns, Side.RIGHT, False))
        at_ns += closed_ns + 1 + closed_ns * open_share // (100 - open_share)
    assert (completed(edges, 60 * S) == []) or open_share < 20


def test_a_release_that_was_lost_counts_as_one() -> None:
    edges = [*pressed(Side.LEFT, S, 60 * S), (S, Side.RIGHT, True), (5 * S, Side.RIGHT, True)]
    assert completed(edges, 60 * S) == [11 * S]


def test_doubled_edges_and_edges_that_come_late_are_no_release() -> None:
    hold = Hold(BOUNCE_MS * MS)
    for side in Side:
        for at_ns in (S, S + MS, S, S + 2 * MS):
            hold.edge(side, True, at_ns)
    assert hold.due_ns == S + HOLD_NS


def test_a_release_reported_twice_is_as_long_as_both() -> None:
    hold = Hold(BOUNCE_MS * MS)
    for side in Side:
        hold.edge(side, True, S)
    for at_ms in (0, 15):
        hold.edge(Side.LEFT, False, 2 * S + at_ms * MS)
    hold.edge(Side.LEFT, True, 2 * S + 25 * MS)
    assert hold.due_ns == 2 * S + 25 * MS + HOLD_NS


def both_down() -> Hold:
    hold = Hold(BOUNCE_MS * MS)
    for side in Side:
        hold.edge(side, True, S)
    return hold


def test_an_opening_that_was_only_looked_at_is_as_long_as_it_may_have_been() -> None:
    """Closed at 3.00 s, seen open at 3.04 s, closed again at 3.05 s: it may have been open for 50 ms."""
    hold = both_down()
    hold.look(Side.LEFT, True, 3 * S)
    hold.look(Side.LEFT, False, 3 * S + 40 * MS)
    assert hold.due_ns is None
    hold.edge(Side.LEFT, True, 3 * S + 50 * MS)
    assert hold.due_ns == 3 * S + 50 * MS + HOLD_NS


def test_an_opening_whose_edge_comes_after_the_look_is_as_long_as_it_was() -> None:
    hold = both_down()
    hold.look(Side.LEFT, True, 3 * S)
    hold.look(Side.LEFT, False, 3 * S + 40 * MS)
    hold.edge(Side.LEFT, False, 3 * S + 39 * MS)
    hold.edge(Side.LEFT, True, 3 * S + 41 * MS)
    assert hold.due_ns == S + HOLD_NS


def test_an_opening_edge_after_it_was_seen_open_means_that_a_closing_was_lost() -> None:
    hold = both_down()
    hold.look(Side.LEFT, True, 3 * S)
    hold.look(Side.LEFT, False, 3 * S + 30 * MS)
    hold.edge(Side.LEFT, False, 3 * S + 50 * MS)
    hold.edge(Side.LEFT, True, 3 * S + 51 * MS)
    assert hold.due_ns == 3 * S + 51 * MS + HOLD_NS


def test_a_closing_that_was_only_looked_at_counts_from_the_look() -> None:
    hold = both_down()
    hold.edge(Side.LEFT, False, 3 * S)
    hold.look(Side.LEFT, True, 3 * S + 40 * MS)
    assert hold.due_ns == 3 * S + 40 * MS + HOLD_NS


def test_an_edge_that_was_lost_between_two_looks_close_to_each_other_is_bounce() -> None:
    hold = both_down()
    hold.look(Side.LEFT, True, 3 * S)
    hold.edge(Side.LEFT, True, 3 * S + 5 * MS)
    assert hold.due_ns == S + HOLD_NS


def test_to_be_looked_at_is_not_to_be_pressed() -> None:
    hold = Hold(BOUNCE_MS * MS)
    for side in Side:
        hold.look(side, True, S)
    assert hold.due_ns is None


def test_what_is_forgotten_counts_only_when_it_is_pressed_anew() -> None:
    hold = Hold(BOUNCE_MS * MS)
    for side in Side:
        hold.edge(side, True, S)
    hold.forget()
    assert hold.due_ns is None
    hold.edge(Side.LEFT, False, 2 * S)
    hold.edge(Side.LEFT, True, 3 * S)
    assert hold.due_ns is None
    hold.edge(Side.RIGHT, False, 4 * S)
    hold.edge(Side.RIGHT, True, 5 * S)
    assert hold.due_ns == 11 * S


def test_without_bounce_every_release_counts_even_one_of_no_time() -> None:
    hold = Hold()
    for side in Side:
        hold.edge(side, True, S)
    hold.edge(Side.LEFT, False, 4 * S)
    hold.edge(Side.LEFT, True, 4 * S)
    assert hold.due_ns == 10 * S


@given(
    st.lists(
        st.tuples(st.sampled_from(Side), st.booleans(), st.integers(0, 8 * S), st.booleans()), max_size=60
    )
)
def test_whatever_the_edges_a_hold_means_six_seconds_without_a_release_that_a_hand_can_make(
    steps: list[tuple[Side, bool, int, bool]],
) -> None:
    hold = Hold(BOUNCE_MS * MS)
    edges: list[Edge] = []
    now_ns = S
    for side, down, gap_ns, short in steps:
        now_ns += gap_ns // 1000 if short else gap_ns
        if hold.complete(now_ns):
            since_ns = now_ns - HOLD_NS
            for which in Side:
                state, up_since = False, 0
                for at_ns, other, is_down in edges:
                    if other is not which:
                        continue
                    if is_down and not state and at_ns > since_ns:
                        assert at_ns - max(up_since, since_ns) < BOUNCE_MS * MS
                    if not is_down and state:
                        up_since = at_ns
                    state = is_down
                assert state
        edges.append((now_ns, side, down))
        hold.edge(side, down, now_ns)
