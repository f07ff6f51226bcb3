"""When something happened; the large simulation is `scripts/prove clock`."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.anchors import Anchor, nearest
from sync.clock import HOUR_MS, LATEST_MS, Interval, Timeline, local_day

S = 10**9
HOUR = 3_600 * S
DAY_MS = 24 * HOUR_MS
NOON_MS = 1_795_582_800_000  # 2026-11-25T05:00:00Z, noon in Viet Nam
LATER_MS = NOON_MS + 10 * DAY_MS


def test_an_anchored_moment_is_known_within_the_error_of_its_nearest_anchor() -> None:
    timeline = Timeline({3: [Anchor(10 * S, NOON_MS, 50), Anchor(HOUR, NOON_MS + HOUR_MS, 20)]}, {3: HOUR})
    assert timeline.interval(3, 10 * S, LATER_MS) == Interval(NOON_MS - 51, NOON_MS + 51, anchored=True)
    assert timeline.interval(3, 20 * S, LATER_MS) == Interval(
        NOON_MS + 10_000 - 53, NOON_MS + 10_000 + 53, anchored=True
    )
    assert timeline.interval(3, HOUR, LATER_MS).low_ms == NOON_MS + HOUR_MS - 21


def test_a_boot_without_an_anchor_lies_between_its_neighbours() -> None:
    timeline = Timeline(
        {2: [Anchor(0, NOON_MS, 0)], 5: [Anchor(60 * S, NOON_MS + 8 * HOUR_MS, 10)]}, {2: 1800 * S, 5: HOUR}
    )
    found = timeline.interval(3, 100 * S, LATER_MS)
    # Not before the last thing known of boot 2 (30 minutes, 360 ms of drift) and its own uptime (100 s, 20 ms).
    assert found.low_ms == NOON_MS + 1_800_000 - 360 + 100_000 - 20
    # Not after boot 5 began, 60 s before its anchor (10 ms and 13 of drift).
    assert found.high_ms == NOON_MS + 8 * HOUR_MS - 60_000 + 23
    assert not found.anchored


def test_nothing_happened_after_central_received_it() -> None:
    timeline = Timeline({2: [Anchor(0, NOON_MS, 0)]}, {2: 1800 * S})
    assert timeline.interval(3, S, NOON_MS + 3 * HOUR_MS).high_ms == NOON_MS + 3 * HOUR_MS
    assert Timeline({}, {}).interval(1, S, NOON_MS) == Interval(None, NOON_MS, anchored=False)


def test_without_anything_before_it_nobody_knows_the_day() -> None:
    found = Timeline({5: [Anchor(0, NOON_MS, 0)]}, {}).interval(4, S, LATER_MS)
    assert found.low_ms is None
    assert not found.certain
    assert found.hour_ms is None


def test_a_time_after_its_own_reception_is_not_believed() -> None:
    timeline = Timeline({1: [Anchor(0, NOON_MS + 400 * DAY_MS, 10)]}, {1: 0})
    assert timeline.interval(1, 0, NOON_MS) == Interval(None, NOON_MS, anchored=False)
    # Clocks of servers are set back by a little; that is no contradiction.
    assert timeline.interval(1, 0, NOON_MS + 400 * DAY_MS - LATEST_MS).anchored


def test_neighbours_that_contradict_each_other_say_nothing() -> None:
    timeline = Timeline({1: [Anchor(0, NOON_MS, 0)], 3: [Anchor(0, NOON_MS - DAY_MS, 0)]}, {1: 0, 3: 0})
    assert timeline.interval(2, 0, LATER_MS) == Interval(None, NOON_MS - DAY_MS, anchored=False)


@pytest.mark.parametrize(
    ("low", "high", "certain"),
    [
        ("2026-11-25T00:00:00.000", "2026-11-25T23:59:59.999", True),
        ("2026-11-24T23:59:59.999", "2026-11-25T00:00:00.000", False),
        ("2026-11-25T23:59:59.999", "2026-11-26T00:00:00.000", False),
        ("2026-11-25T12:00:00.000", "2027-11-25T12:00:00.000", False),
    ],
)
def test_a_day_is_a_day_in_viet_nam(low: str, high: str, certain: bool) -> None:
    assert Interval(local_ms(low), local_ms(high), anchored=True).certain is certain


def test_it_is_counted_in_the_hour_of_the_middle() -> None:
    low, high = local_ms("2026-11-25T08:50:00.000"), local_ms("2026-11-25T09:09:59.999")
    assert Interval(low, high, anchored=True).hour_ms == local_ms("2026-11-25T08:00:00.000")
    assert Interval(low, high + 2, anchored=True).hour_ms == local_ms("2026-11-25T09:00:00.000")


@given(st.datetimes(datetime(1976, 1, 1), datetime(2199, 1, 1)))
def test_the_day_is_that_of_the_zone(moment: datetime) -> None:
    utc = moment.replace(tzinfo=UTC)
    day = (utc.astimezone(timezone(timedelta(hours=7))).date() - datetime(1970, 1, 1, tzinfo=UTC).date()).days
    assert local_day((utc - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)) == day


small = st.integers(0, 40)
some_anchors = st.lists(st.builds(Anchor, small, small, small), max_size=12)


@given(some_anchors, small)
def test_the_anchor_is_the_nearest_however_many_there_are(anchors: list[Anchor], boottime_ns: int) -> None:
    found = Timeline({1: anchors}, {}).interval(1, boottime_ns, LATER_MS)
    expected = nearest(anchors, boottime_ns)
    assert found.anchored is (expected is not None)
    if expected is not None:
        assert (found.low_ms, found.high_ms) == expected.bounds_ms(boottime_ns)


@given(
    st.dictionaries(st.integers(1, 6), some_anchors), st.dictionaries(small, small), st.integers(0, 7), small
)
def test_a_part_is_enough_when_it_has_the_neighbours(
    anchors: dict[int, list[Anchor]], ends: dict[int, int], boot: int, at_ns: int
) -> None:
    anchored = sorted(n for n, found in anchors.items() if found)
    near = {boot} | set([n for n in anchored if n < boot][-1:]) | set([n for n in anchored if n > boot][:1])
    part = Timeline({n: found for n, found in anchors.items() if n in near}, ends)
    assert part.interval(boot, at_ns, LATER_MS) == Timeline(anchors, ends).interval(boot, at_ns, LATER_MS)


def local_ms(text: str) -> int:
    moment = datetime.fromisoformat(text + "+07:00")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
