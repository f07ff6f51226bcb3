"""When central is contacted next; no clock that anybody can set has a say in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.backoff import BASE_S, MOST_ASKED_S, MOST_S
from sync.progress import Why
from sync.schedule import AFTER_VOTE_S, FRESH_BOOT_S, HEARTBEAT_S, KIOSK_S, PENDING_S, SPREAD_S, S, Schedule


class Now:
    def __init__(self, seconds: float = 10_000.0) -> None:
        self.ns = round(seconds * S)

    def __call__(self) -> int:
        return self.ns

    def advance(self, seconds: float) -> None:
        self.ns += round(seconds * S)


def begun(now: Now, random: float = 0.5) -> Schedule:
    schedule = Schedule(now, lambda: random)
    schedule.begin()
    return schedule


def test_the_figures_are_those_that_are_published() -> None:
    """docs/protocol.md, docs/delivery.md."""
    assert (HEARTBEAT_S, AFTER_VOTE_S, PENDING_S, KIOSK_S) == (300, 2, 15, 5)
    assert (FRESH_BOOT_S, SPREAD_S, BASE_S, MOST_S, MOST_ASKED_S) == (300, 30, 5, 900, 3600)


def test_a_program_that_starts_contacts_central_at_once_and_with_a_heartbeat() -> None:
    schedule = begun(Now())
    assert schedule.wait_s() == 0
    assert schedule.heartbeat_is_due()


@pytest.mark.parametrize(("random", "wait_s"), [(0.0, 0.0), (0.5, SPREAD_S / 2), (0.99, SPREAD_S * 0.99)])
def test_after_a_power_cut_terminals_spread(random: float, wait_s: float) -> None:
    assert begun(Now(FRESH_BOOT_S - 1), random).wait_s() == pytest.approx(wait_s)
    assert begun(Now(FRESH_BOOT_S), random).wait_s() == 0


def test_a_heartbeat_comes_every_five_minutes_and_votes_two_seconds_after_the_first() -> None:
    now = Now()
    schedule = begun(now)
    schedule.went_well("accepted", heartbeat=True)
    assert schedule.wait_s() == HEARTBEAT_S
    now.advance(100)
    schedule.something_new()
    assert schedule.wait_s() == 2.0
    now.advance(1)
    schedule.something_new()
    assert schedule.wait_s() == 1.0  # two seconds after the first one, whatever comes after it
    now.advance(1)
    assert not schedule.heartbeat_is_due()
    schedule.went_well("accepted", heartbeat=False)
    assert schedule.wait_s() == HEARTBEAT_S - 102
    now.advance(HEARTBEAT_S - 102)
    assert schedule.heartbeat_is_due()


def test_while_central_fails_votes_do_not_hurry_the_next_try() -> None:
    schedule = begun(Now())
    schedule.went_wrong()
    wait_s = schedule.wait_s()
    assert wait_s == 2.5
    schedule.something_new()
    assert schedule.wait_s() == wait_s
    assert schedule.why is Why.BACKOFF


def test_what_central_asks_for_is_kept() -> None:
    schedule = begun(Now())
    schedule.went_wrong(120.0)
    assert 120.0 < schedule.wait_s() <= 125.0
    schedule.something_new()
    assert schedule.wait_s() > 120.0


def test_failures_are_counted_until_one_goes_well() -> None:
    schedule = begun(Now(), random=0.999)
    waits = []
    for _ in range(12):
        schedule.went_wrong()
        waits.append(schedule.wait_s())
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(900, rel=0.01)
    schedule.went_well("accepted", heartbeat=True)
    schedule.went_wrong()
    assert schedule.wait_s() == pytest.approx(5, rel=0.01)


def test_a_pending_terminal_asks_often_and_votes_do_not_hurry_it() -> None:
    schedule = begun(Now())
    schedule.went_well("pending", heartbeat=True)
    schedule.something_new()
    assert (schedule.wait_s(), schedule.why) == (PENDING_S, Why.PENDING)


def test_an_enrolment_is_noticed_when_the_ledger_says_it() -> None:
    schedule = begun(Now())
    schedule.not_enrolled()
    schedule.something_new()
    assert schedule.wait_s() == 2.0


def test_without_a_kiosk_what_was_due_stays_due() -> None:
    now = Now()
    schedule = begun(now)
    schedule.went_well("accepted", heartbeat=True)
    schedule.no_kiosk()
    assert schedule.wait_s() == HEARTBEAT_S
    now.advance(HEARTBEAT_S)
    schedule.no_kiosk()
    assert schedule.wait_s() == KIOSK_S
    assert schedule.heartbeat_is_due()


events = st.sampled_from(["well", "wrong", "asked", "pending", "new", "no_kiosk", "not_enrolled"])


@given(st.lists(st.tuples(events, st.floats(0, 2000)), max_size=60), st.floats(0, 1, exclude_max=True))
def test_whatever_happens_there_is_a_next_contact_within_an_hour_and_a_quarter(
    happened: list[tuple[str, float]], random: float
) -> None:
    now = Now()
    schedule = begun(now, random)
    for event, after_s in happened:
        now.advance(min(after_s, schedule.wait_s()) if event == "new" else schedule.wait_s())
        match event:
            case "well":
                schedule.went_well("accepted", heartbeat=schedule.heartbeat_is_due())
            case "pending":
                schedule.went_well("pending", heartbeat=True)
            case "wrong":
                schedule.went_wrong()
            case "asked":
                schedule.went_wrong(10**9)
            case "new":
                schedule.something_new()
            case "no_kiosk":
                schedule.no_kiosk()
            case _other:
                schedule.not_enrolled()
        assert 0 <= schedule.wait_s() <= 3600 + 900
