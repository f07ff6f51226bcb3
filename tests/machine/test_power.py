"""The order of the promises: nothing that was thanked for is lost, and central has it."""

import random
import sys
from datetime import datetime, timedelta

from tests.machine.central import Central, now
from tests.machine.cuts import Campaign
from tests.machine.vm import Machine

CUTS = 5
MINUTE = timedelta(minutes=1)


def test_no_vote_is_lost_when_the_power_is_cut_and_central_has_each_once_though_the_clock_is_a_year_behind(
    hardware: Machine, central: Central
) -> None:
    began = now()
    campaign = Campaign(hardware, central, random.Random(6), sys.stderr.write)  # noqa: S311 - moments, no secret
    toll = campaign.run(CUTS)
    assert toll.failures == []
    assert toll.cuts == CUTS
    assert toll.received == toll.stored >= toll.thanked > 0
    for vote in central.votes(campaign.device):
        assert began - MINUTE <= datetime.fromisoformat(vote["time_high"]) <= now() + MINUTE
        low = vote["time_low"]
        assert low is None or began - MINUTE <= datetime.fromisoformat(low) <= now() + MINUTE
