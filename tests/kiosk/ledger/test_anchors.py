from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.anchors import AT_MOST_EVERY_NS, Anchor, Source, nearest, says_something

S = 10**9
HOUR = 3_600 * S

moments = st.integers(0, 400 * 24 * HOUR)
anchors = st.builds(
    Anchor, moments, st.integers(0, 4 * 10**12), st.integers(0, 100_000), st.sampled_from(Source)
)


@pytest.mark.parametrize(
    ("distance_ns", "error_ms"),
    [(0, 51), (1, 51), (5 * S, 52), (HOUR, 771), (24 * HOUR, 17_331)],
)
def test_the_error_grows_by_200_millionths_of_the_distance(distance_ns: int, error_ms: int) -> None:
    anchor = Anchor(10 * 24 * HOUR, 0, 50)
    assert anchor.error_at(anchor.at_ns + distance_ns) == error_ms
    assert anchor.error_at(anchor.at_ns - distance_ns) == error_ms


@given(anchors, moments, st.integers(-200, 200), st.fractions(-1, 1))
def test_the_true_time_is_inside_whatever_the_drift_and_wherever_in_its_error_the_anchor_is(
    anchor: Anchor, boottime_ns: int, ppm: int, place: Fraction
) -> None:
    """The moment that is known lies `place` × error from `at_ns`; from there the clock drifts by `ppm`."""
    known_ns = anchor.at_ns + place * anchor.error_ms * 10**6
    true_ns = anchor.utc_ms * 10**6 + (boottime_ns - known_ns) * (10**6 + ppm) / 10**6
    low_ms, high_ms = anchor.bounds_ms(boottime_ns)
    assert low_ms * 10**6 <= true_ns <= high_ms * 10**6


def test_the_nearest_anchor_is_the_one_that_is_used_and_the_more_exact_of_two() -> None:
    near, far, rough = Anchor(100, 1, 9), Anchor(300, 2, 1), Anchor(100, 3, 10)
    assert nearest([far, rough, near], 150) == near
    assert nearest([far, rough, near], 250) == far
    assert nearest([], 0) is None


FIRST = Anchor(5 * S, 1_790_000_000_000, 40)


def later(after_ns: int, error_ms: int, source: Source = Source.CENTRAL) -> Anchor:
    return replace(FIRST, at_ns=FIRST.at_ns + after_ns, error_ms=error_ms, source=source)


def test_the_first_of_each_source_is_worth_an_entry() -> None:
    assert says_something([], FIRST)
    assert says_something([FIRST], later(S, 100_000, Source.NTP))
    assert says_something([later(0, 1, Source.NTP), later(0, 1, Source.RTC)], FIRST)


def test_a_better_one_is_worth_an_entry_once_an_hour() -> None:
    assert not says_something([FIRST], later(HOUR - 1, 40))
    assert says_something([FIRST], later(AT_MOST_EVERY_NS, 40))
    # After an hour the first one may be 40 + 720 + 1 ms off.
    assert says_something([FIRST], later(HOUR, 380))
    assert not says_something([FIRST], later(HOUR, 381))
    assert not says_something([FIRST, later(HOUR, 40)], later(2 * HOUR - 1, 1))


def test_an_exact_ntp_does_not_make_the_word_of_central_superfluous() -> None:
    exact = [later(n * HOUR, 1, Source.NTP) for n in range(6)]
    assert says_something([FIRST, *exact], later(6 * HOUR, 40))
