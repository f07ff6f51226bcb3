import pytest

from central.counting.lines import ratings
from central.counting.meaning import Trust
from central.counting.projection import RatingRow, survey
from central.flags import Flag
from kiosk.ledger.anchors import Source
from sync.clock import HOUR_MS
from tests.central.chains import DAY, HOUR, NOON_MS, Chain

LATER_MS = NOON_MS + 10 * DAY // 10**6


def counted(chain: Chain, trust: Trust) -> dict[int, int]:
    return {row.seq: row.level for row in rows(chain, trust) if row.counted}


def rows(chain: Chain, trust: Trust) -> list[RatingRow]:
    return ratings(chain.records(LATER_MS), (), True, trust)


@pytest.mark.parametrize(
    ("presses", "level"),
    [
        ("2", 2),
        ("2 c5", 5),
        ("2 c5 c4 v3", 5),
        ("2 c5 v2", 2),
        ("2 c5 v1", 5),
        ("2 c5 v1 v2", None),
        ("2 c5 v2 v2", 2),
        ("2 v1", None),
        ("2 v1 c3", 3),
    ],
)
def test_a_rating_counts_with_its_last_press_that_is_not_taken_back(
    chain: Chain, trust: Trust, presses: str, level: int | None
) -> None:
    """The table of docs/ledger.md; `v2` takes the second press back."""
    chain.configure(1)
    first = len(chain.entries)
    for press in presses.split():
        match press[0]:
            case "c":
                chain.correct(first + 1, int(press[1:]))
            case "v":
                chain.void(first + int(press[1:]))
            case _:
                chain.rate(int(press))
    assert counted(chain, trust).get(first + 1) == level


def test_a_correction_counts_once_and_only_where_there_is_a_rating(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    chain.boot()
    rating = chain.rate(2)
    correction = chain.correct(rating.seq, 3)
    chain.correct(correction.seq, 5)
    chain.correct(2, 5)
    assert counted(chain, trust) == {rating.seq: 3}


def test_a_rating_belongs_to_the_last_configuration_before_it_in_its_own_chain(
    chain: Chain, trust: Trust
) -> None:
    before = chain.rate()
    chain.configure(1, unit=1, counter=10)
    first = chain.rate()
    chain.add("config", {"origin": "local", "unit": "somewhere else"})
    still = chain.rate()
    chain.configure(2, unit=2, counter=20)
    second = chain.rate()
    found = {row.seq: (row.counter_id, row.counted) for row in rows(chain, trust)}
    assert found[before.seq] == (None, False)
    assert found[first.seq] == found[still.seq] == (10, True)
    assert found[second.seq] == (20, True)


def test_an_older_configuration_that_is_played_again_moves_nothing(chain: Chain, trust: Trust) -> None:
    chain.configure(2, counter=20)
    chain.configure(1, counter=10)
    chain.rate()
    assert [row.counter_id for row in rows(chain, trust)] == [20]


def test_a_later_anchor_places_what_came_before_it(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    rating = chain.rate()
    assert not rows(chain, trust)[0].certain
    chain.boottime_ns += HOUR
    chain.anchor(NOON_MS + HOUR_MS)
    (row,) = rows(chain, trust)
    distance_ms = (chain.entries[-1].boottime_ns - rating.boottime_ns) // 10**6
    assert row.certain
    assert row.time_low_ms is not None
    assert row.time_low_ms < NOON_MS + HOUR_MS - distance_ms < row.time_high_ms
    assert row.hour_ms == NOON_MS - HOUR_MS
    assert row.flags == 0


def test_ntp_places_nothing(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    chain.anchor(NOON_MS, source=Source.NTP)
    chain.rate()
    (row,) = rows(chain, trust)
    assert (row.time_low_ms, row.time_high_ms, row.certain) == (None, LATER_MS, False)
    assert row.flags == Flag.UNANCHORED


def test_a_boot_without_an_anchor_between_two_on_one_day_is_certain_and_flagged(
    chain: Chain, trust: Trust
) -> None:
    chain.configure(1)
    chain.anchor(NOON_MS)
    chain.reboot()
    chain.rate()
    chain.reboot()
    chain.anchor(NOON_MS + HOUR_MS)
    (row,) = rows(chain, trust)
    assert row.certain
    assert row.flags == Flag.UNANCHORED


def test_what_cannot_be_counted_is_added_up(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    for level in (0, 6, "5", None, True):
        chain.rate(level)
    rating = chain.rate(5)
    chain.correct(rating.seq, 6)
    chain.add("test", {"level": 5})
    chain.add("refused", {"counts": {"2": 3}, "ambiguous": 0})
    chain.add("officer_shift", {"level": 5})
    assert counted(chain, trust) == {rating.seq: 5}
    found = survey(chain.records(LATER_MS), trust)
    assert (found.uncountable, found.refused) == (6, 3)
