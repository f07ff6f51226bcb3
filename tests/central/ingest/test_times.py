"""What is learned later about the time moves what was counted."""

from central.flags import Flag
from central.models import HourlyCount, Rating
from sync.clock import HOUR_MS
from tests.central.chains import HOUR, NOON_MS, Chain
from tests.central.delivered import Delivered

DAY_MS = 24 * HOUR_MS
BEFORE_MS = NOON_MS - 30 * DAY_MS
"""A noon that is past."""


def begun(terminal: Delivered) -> Chain:
    terminal.chain.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    return terminal.chain


def rows() -> list[tuple[bool, int, int]]:
    """Certain, flags, how many."""
    return sorted((row.certain, row.flags, row.n) for row in HourlyCount.objects.all() if row.n)


def test_a_later_anchor_moves_what_was_counted_as_uncertain(terminal: Delivered) -> None:
    chain = begun(terminal)
    chain.rate(5)
    terminal.send()
    assert rows() == [(False, Flag.UNANCHORED, 1)]
    chain.anchor(BEFORE_MS)
    terminal.send()
    assert rows() == [(True, 0, 1)]


def test_a_nearer_anchor_places_again_what_lies_near_it(terminal: Delivered) -> None:
    chain = begun(terminal)
    chain.anchor(BEFORE_MS)
    early = chain.rate(5)
    chain.boottime_ns += 10 * HOUR
    late = chain.rate(5)
    terminal.send()
    before = {row.seq: row.time_high_ms - row.time_low_ms for row in Rating.objects.all()}  # type: ignore[operator]
    chain.anchor(BEFORE_MS + 10 * HOUR_MS + 1000)
    terminal.send()
    after = {row.seq: row.time_high_ms - row.time_low_ms for row in Rating.objects.all()}  # type: ignore[operator]
    assert after[early.seq] == before[early.seq]
    assert after[late.seq] < before[late.seq]


def test_a_boot_between_two_that_know_the_time_is_placed_when_the_second_does(terminal: Delivered) -> None:
    chain = begun(terminal)
    chain.anchor(BEFORE_MS)
    chain.reboot()
    chain.rate(5)
    terminal.send()
    assert rows() == [(False, Flag.UNANCHORED, 1)]
    chain.reboot()
    chain.anchor(BEFORE_MS + HOUR_MS)
    terminal.send()
    assert rows() == [(True, Flag.UNANCHORED, 1)]


def test_an_anchor_that_comes_late_for_an_earlier_boot_places_the_one_after_it(terminal: Delivered) -> None:
    """No terminal writes so; somebody with its keys could."""
    chain = begun(terminal)
    chain.rate(5)
    chain.reboot()
    chain.rate(4)
    chain.reboot()
    chain.anchor(BEFORE_MS + HOUR_MS)
    terminal.send()
    assert Rating.objects.filter(certain=True).count() == 0
    chain.boot_n = 1
    chain.anchor(BEFORE_MS)
    terminal.send()
    assert Rating.objects.filter(certain=True).count() == 2


def test_a_boot_that_goes_on_after_the_next_had_begun_moves_its_end(terminal: Delivered) -> None:
    """The same."""
    chain = begun(terminal)
    chain.anchor(BEFORE_MS)
    chain.reboot()
    rating = chain.rate(5)
    terminal.send()
    low_ms = Rating.objects.get(seq=rating.seq).time_low_ms
    chain.boot_n, chain.boottime_ns = 1, 5 * HOUR
    chain.add("shutdown", {})
    terminal.send()
    moved_ms = Rating.objects.get(seq=rating.seq).time_low_ms
    assert low_ms is not None
    assert moved_ms is not None
    assert moved_ms > low_ms + 4 * HOUR_MS
