"""Terminals come back, never together, and not before they may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.backoff import BASE_S, LEAST_S, MOST_ASKED_S, MOST_S, delay_s, retry_after_s

jitter = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10**6), jitter)
def test_a_wait_is_never_longer_than_a_quarter_of_an_hour_and_never_none(
    failures: int, random: float
) -> None:
    assert LEAST_S <= delay_s(failures, lambda: random) <= MOST_S


@pytest.mark.parametrize(
    ("failures", "bound_s"), [(1, 5), (2, 10), (3, 20), (7, 320), (8, 640), (9, 900), (99, 900)]
)
def test_the_bound_doubles_and_the_jitter_takes_anything_below(failures: int, bound_s: float) -> None:
    assert delay_s(failures, lambda: 0.5) == max(LEAST_S, bound_s / 2)
    assert delay_s(failures, lambda: 0.999) == pytest.approx(bound_s, rel=0.01)
    assert bound_s >= BASE_S


@given(st.integers(1, 100), jitter, st.floats(0, MOST_ASKED_S))
def test_what_central_asks_for_is_kept_and_jitter_added(failures: int, random: float, asked_s: float) -> None:
    assert delay_s(failures, lambda: random, asked_s) == asked_s + delay_s(failures, lambda: random)


def test_nobody_can_silence_a_terminal_for_a_year() -> None:
    assert delay_s(1, lambda: 0.0, 31_536_000.0) == MOST_ASKED_S + LEAST_S


NOW = "Sun, 22 Nov 2026 01:00:00 GMT"


@pytest.mark.parametrize(
    ("header", "date", "found"),
    [
        (None, NOW, None),
        ("", NOW, None),
        ("0", None, 0.0),
        ("120", None, 120.0),
        (" 120 ", NOW, 120.0),
        ("-5", NOW, None),
        ("1.5", NOW, None),
        ("soon", NOW, None),
        ("9" * 400, NOW, None),
        ("Sun, 22 Nov 2026 01:02:00 GMT", NOW, 120.0),
        ("Sunday, 22-Nov-26 01:02:00 GMT", NOW, 120.0),
        ("Sun, 22 Nov 2026 00:00:00 GMT", NOW, 0.0),
        ("Sun, 22 Nov 2026 01:02:00 GMT", None, None),
        ("Sun, 22 Nov 2026 01:02:00 GMT", "yesterday", None),
        ("Sun, 22 Nov 2026 01:02:00 -0000", NOW, None),
        ("Sun, 99 Nov 2026 01:02:00 GMT", NOW, None),
        (f"Sun, 22 Nov {'9' * 20} 01:02:00 GMT", NOW, None),
        (f"Sun, 22 Nov 2026 {'9' * 20}:02:00 GMT", NOW, None),
        (f"Sun, 22 Nov 2026 01:02:00 +{'9' * 20}", NOW, None),
        (NOW, f"Sun, 22 Nov 2026 01:02:00 +{'9' * 20}", None),
    ],
)
def test_both_forms_of_retry_after_are_understood_by_the_servers_own_clock(
    header: str | None, date: str | None, found: float | None
) -> None:
    assert retry_after_s(header, date) == found


@given(st.text(), st.text())
def test_no_header_does_anything_but_be_understood_or_not(header: str, date: str) -> None:
    asked_s = retry_after_s(header, date)
    assert asked_s is None or asked_s >= 0
