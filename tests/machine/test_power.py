"""The order of the promises: nothing that was thanked for is lost, and central has it."""

import random
import sys
from datetime import datetime, timedelta

from central.flags import Flag
from tests.machine.central import Central, now
from tests.machine.cuts import Campaign
from tests.machine.vm import Machine

CUTS = 5
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def test_no_vote_is_lost_when_the_power_is_cut_and_central_has_each_once_though_the_clock_is_a_year_behind(
    terminal: Machine, central: Central
) -> None:
    began = now()
    campaign = Campaign(terminal, central, random.Random(6), sys.stderr.write)  # noqa: S311 - moments, no secret
    campaign.enrol()
    toll = campaign.run(CUTS)
    assert toll.failures == []
    assert toll.cuts == CUTS
    tapped, thanked = campaign.arrive()
    assert toll.early == 0, "the network was unplugged"
    assert toll.received == toll.stored >= toll.thanked > 0
    votes = central.votes(campaign.device)
    for vote in votes:
        assert began - MINUTE <= datetime.fromisoformat(vote["time_high"]) <= now() + MINUTE
        low = vote["time_low"]
        assert low is None or began - MINUTE <= datetime.fromisoformat(low) <= now() + MINUTE
    # The last boot has learned the time from central, after the vote: it knows when that was to a few seconds.
    last = votes[-1]
    low, high = (datetime.fromisoformat(last[name]) for name in ("time_low", "time_high"))
    assert not last["flags"] & Flag.UNANCHORED
    assert low - SECOND <= thanked
    assert tapped <= high + SECOND
    assert high - low <= MINUTE
