"""Somebody sets the clock ten years back or forward while the terminal runs: order, chain and boots do not care."""

from pathlib import Path

import pytest

from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind, parse
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import intact

TEN_YEARS_NS = 10 * 365 * 86_400 * 1_000_000_000


@pytest.mark.parametrize("jump_ns", [TEN_YEARS_NS, -TEN_YEARS_NS])
def test_a_clock_that_is_set_changes_wall_times_only(folder: Path, clock: FakeClock, jump_ns: int) -> None:
    keeper = Keeper(folder, clock, "a test")
    keeper.open()
    before = keeper.append([Draft(Kind.RATING, {"level": 3, "source": "key"})])
    clock.wall += jump_ns
    after = keeper.append([Draft(Kind.RATING, {"level": 4, "source": "key"})])
    keeper.close(clean=True)

    assert after[0].seq == before[0].seq + 1
    assert after[0].boot_n == before[0].boot_n
    assert after[0].boottime_ns >= before[0].boottime_ns
    years = [int(str(parse(entry.payload)["wall"])[:4]) for entry in (*before, *after)]
    assert abs(years[1] - years[0]) in (9, 10)
    assert intact(folder)
