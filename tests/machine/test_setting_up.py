"""A terminal that was just installed, and a technician with a sheet of paper before it."""

from pathlib import Path

import pytest

from hardware.events import Level
from kiosk.provision.steps import Step
from tests.machine.citizen import Citizen
from tests.machine.disk import ratings
from tests.machine.room import room
from tests.machine.technician import PowerFails, Technician


def test_a_new_terminal_is_set_up_by_touch_through_a_power_cut_and_its_first_vote_is_at_central(
    tmp_path: Path,
) -> None:
    with room(accepted=True) as found:
        machine = found.machine
        machine.switch_on()
        reported = machine.run(
            '/opt/hailong/bin/python3 -c "from kiosk.edid import reported_mm; print(*reported_mm())"'
        )
        width, height = map(int, reported.split())
        technician = Technician(machine, found.sheet, tmp_path, (width, height))
        with pytest.raises(PowerFails):
            technician.sets_up(power_fails_at=Step.NETWORK)
        assert technician.seen == list(Step)[:4]
        machine.cut()

        machine.switch_on()
        technician.seen.clear()
        technician.sets_up()
        assert technician.seen == [*list(Step)[3:], None], "it went on where the power had failed"

        citizen = Citizen(machine)
        citizen.votes(Level.GOOD)
        machine.until("the vote at central", lambda: bool(found.central.votes(found.sheet.device)), every_s=2)
        assert [vote["level"] for vote in found.central.votes(found.sheet.device)] == [Level.GOOD]
        assert ratings(machine) == [Level.GOOD], "what was pressed in the test of the inputs is none"
