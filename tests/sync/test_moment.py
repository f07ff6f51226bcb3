"""A time is what central has said in this boot, or what somebody vouches for; else it is not known."""

from hypothesis import given
from hypothesis import strategies as st

from sync.moment import ASK_AGAIN_NS, Heard, Moment, Timekeeper
from tests.kiosk.fakes import MORNING_NS, FakeClock

NOW_MS = MORNING_NS // 1_000_000


def test_before_central_has_spoken_the_clock_of_the_machine_counts_only_when_somebody_vouches_for_it() -> (
    None
):
    clock = FakeClock()
    times = Timekeeper(clock, None)
    assert (times.now_ms(), times.central_ms(), times.should_ask()) == (None, None, True)
    assert times.now() == Moment("first-boot", clock.now_ns, None)
    clock.synced = True
    assert (times.now_ms(), times.central_ms()) == (NOW_MS, None)


def test_what_central_says_counts_for_this_boot_and_goes_on_with_the_uptime() -> None:
    clock = FakeClock(synced=True, wall=0)
    times = Timekeeper(clock, None)
    asked_ns = clock.boottime_ns()
    clock.advance(4)
    heard = times.learn(asked_ns, NOW_MS)
    assert heard == Heard("first-boot", asked_ns + 2_000_000_000, NOW_MS, 2001)
    clock.advance(60)
    assert times.now_ms() == NOW_MS + 62_000
    assert Timekeeper(clock, heard).now_ms() == NOW_MS + 62_000
    clock.reboot("another")
    assert Timekeeper(clock, heard).central_ms() is None


def test_it_is_asked_again_after_an_hour() -> None:
    clock = FakeClock()
    times = Timekeeper(clock, None)
    times.learn(clock.boottime_ns(), NOW_MS)
    assert not times.should_ask()
    clock.advance(ASK_AGAIN_NS / 1e9 + 1)
    assert times.should_ask()


@given(st.integers(0, 10**15), st.integers(0, 120_000), st.integers(0, 10**9))
def test_the_wall_clock_has_no_say_once_central_has_spoken(wall: int, took_ms: int, later_ms: int) -> None:
    clock = FakeClock(synced=True)
    times = Timekeeper(clock, None)
    asked_ns = clock.boottime_ns()
    clock.now_ns += took_ms * 1_000_000
    times.learn(asked_ns, NOW_MS)
    clock.now_ns += later_ms * 1_000_000
    clock.wall = wall
    found = times.now_ms()
    assert found is not None
    assert abs(found - NOW_MS - later_ms - took_ms // 2) <= 2
