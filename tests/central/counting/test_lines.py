"""Ledgers that were put back, closed, brought over: what counts, and once."""

from collections.abc import Sequence

from central.counting.lines import Salvaged, ratings
from central.counting.meaning import Trust
from central.counting.projection import RatingRow
from central.flags import Flag
from kiosk.ledger.chain import Entry
from sync.clock import HOUR_MS
from tests.central.chains import DAY, NOON_MS, Chain, record

LATER_MS = NOON_MS + 10 * DAY // 10**6
CARRIER = b"c" * 16


def carried(
    entries: Sequence[Entry], carrier: bytes = CARRIER, received_ms: int = LATER_MS
) -> list[Salvaged]:
    return [
        Salvaged(record(entry, received_ms, Flag.SALVAGED), (carrier, n))
        for n, entry in enumerate(entries, 5)
    ]


def found(
    chain: Chain, held: int, salvaged: Sequence[Salvaged], trust: Trust, direct_counts: bool = True
) -> list[RatingRow]:
    return ratings(chain.records(LATER_MS)[:held], salvaged, direct_counts, trust)


def short(rows: list[RatingRow]) -> list[tuple[int, int, int]]:
    return [(row.seq, row.level, row.flags & Flag.SALVAGED) for row in rows if row.counted]


def test_what_is_held_already_counts_once_and_the_rest_is_flagged(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    for level in (1, 2, 3, 4):
        chain.rate(level)
    assert short(found(chain, 3, carried(chain.entries), trust)) == [
        (2, 1, 0),
        (3, 2, 0),
        (4, 3, 1),
        (5, 4, 1),
    ]


def test_several_ledgers_may_carry_the_same_entry(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    chain.rate(5)
    twice = carried(chain.entries, b"a" * 16, LATER_MS + 5) + carried(chain.entries, b"b" * 16, LATER_MS + 1)
    (row,) = found(chain, 1, twice, trust)
    assert (row.level, row.counted, row.time_high_ms) == (5, True, LATER_MS + 1)


def test_a_correction_that_was_brought_over_corrects_what_is_held(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    rating = chain.rate(2)
    chain.correct(rating.seq, 5)
    assert short(found(chain, 2, (), trust)) == [(2, 2, 0)]
    assert short(found(chain, 2, carried(chain.entries[2:]), trust)) == [(2, 5, 0)]


def test_an_anchor_that_was_brought_over_places_what_is_held(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    chain.rate(2)
    chain.anchor(NOON_MS)
    assert not found(chain, 2, (), trust)[0].certain
    assert found(chain, 2, carried(chain.entries[2:]), trust)[0].certain


def test_a_ledger_that_was_put_back_loses_no_vote_of_either_history(chain: Chain, trust: Trust) -> None:
    chain.configure(1, counter=10)
    chain.rate(1)
    put_back = chain.copied()
    chain.rate(2)
    chain.correct(3, 3)
    chain.configure(2, counter=20)
    chain.rate(4)
    put_back.reboot()
    put_back.rate(5)
    put_back.correct(3, 1)
    put_back.rate(2)
    rows = found(chain, len(chain.entries), carried(put_back.entries), trust)
    assert sorted((row.seq, row.level, row.counter_id, row.flags & Flag.SALVAGED) for row in rows) == [
        (2, 1, 10, 0),
        (3, 1, 10, 1),  # the other history's rating, with its own correction
        (3, 3, 10, 0),
        (5, 2, 10, 1),  # there the counter never changed
        (6, 4, 20, 0),
    ]
    assert all(row.counted for row in rows)


def test_boots_of_another_history_have_another_time(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    chain.anchor(NOON_MS)
    put_back = chain.copied()
    chain.reboot()
    chain.anchor(NOON_MS + HOUR_MS)
    chain.rate(1)
    put_back.reboot()
    put_back.rate(2)
    rows = found(chain, len(chain.entries), carried(put_back.entries), trust)
    assert {row.level: row.flags & Flag.UNANCHORED for row in rows} == {1: 0, 2: Flag.UNANCHORED}


def test_where_entries_are_missing_a_salvage_goes_on_in_its_own_history(chain: Chain, trust: Trust) -> None:
    chain.configure(1, counter=10)
    put_back = chain.copied()
    for _ in range(4):
        chain.rate(1)
    chain.configure(2, counter=20)
    put_back.rate(2)
    put_back.rate(3)
    put_back.rate(4)
    put_back.rate(5)
    put_back.rate(5)
    readable = [put_back.entries[1], put_back.entries[3], put_back.entries[5]]
    rows = [row for row in found(chain, 6, carried(readable), trust) if row.flags & Flag.SALVAGED]
    assert [(row.seq, row.level, row.counter_id) for row in rows] == [(2, 2, 10), (4, 4, 10), (6, 5, 10)]


def test_a_ledger_that_waits_counts_nothing_but_says_whom_what_was_brought_over_belongs_to(
    chain: Chain, trust: Trust
) -> None:
    chain.configure(1)
    chain.rate(1)
    chain.rate(2)
    assert short(found(chain, 3, (), trust, direct_counts=False)) == []
    assert short(found(chain, 3, carried(chain.entries[2:]), trust, direct_counts=False)) == [(3, 2, 1)]


def test_a_ledger_that_central_never_saw_is_counted_from_its_configuration_on(
    chain: Chain, trust: Trust
) -> None:
    chain.rate(1)
    chain.configure(1)
    chain.rate(2)
    assert short(found(chain, 0, carried(chain.entries), trust)) == [(3, 2, 1)]


def test_the_order_of_arrival_does_not_matter(chain: Chain, trust: Trust) -> None:
    chain.configure(1)
    for level in (1, 2, 3, 4, 5):
        chain.rate(level)
    salvage = carried(chain.entries[2:])
    assert found(chain, 3, salvage[::-1], trust) == found(chain, 3, salvage, trust)


def test_several_ledgers_may_bring_pieces_of_one_history(chain: Chain, trust: Trust) -> None:
    chain.configure(1, counter=10)
    chain.rate(1)
    put_back = chain.copied()
    chain.configure(2, counter=20)
    for _ in range(3):
        chain.rate(1)
    for level in (2, 3, 4):
        put_back.rate(level)
    pieces = carried(put_back.entries[2:4], b"a" * 16) + carried(put_back.entries[4:], b"b" * 16)
    rows = [row for row in found(chain, 6, pieces, trust) if row.flags & Flag.SALVAGED]
    assert [(row.level, row.counter_id) for row in rows] == [(2, 10), (3, 10), (4, 10)]
