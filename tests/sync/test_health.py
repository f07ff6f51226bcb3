"""What a terminal says of its health is what its machine, its kiosk and its ledger say; never a level."""

from pathlib import Path

import msgspec
import pytest

from hardware.events import Level
from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.office import Office
from sync.connect import OwnKiosk
from sync.contact import Settings, contact
from sync.health import health_of
from sync.kiosk import head_of
from sync.protocol import Health
from sync.source import opened
from sync.store import Store
from tests.kiosk.doctor.terminal import put
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import vote
from tests.sync.reference import Reference
from tests.sync.world import office, settings


def health(where: Settings, root: Path) -> Health:
    with office(where) as own:
        head = head_of(OwnKiosk(own))
        with opened(where.place.ledger) as ledger:
            return health_of(ledger, ledger.waiting(0), head, where.place.data_dir, where.clock, root)


def test_a_machine_that_tells_nothing_is_no_trouble(tmp_path: Path) -> None:
    found = health(settings(tmp_path / "data"), tmp_path / "nothing")
    assert (found.temperature_c, found.undervoltage, found.board_serial) == (None, None, None)
    assert found.faults == []
    assert found.disk_free is not None
    assert found.disk_size is not None
    assert 0 < found.disk_free <= found.disk_size


def test_temperature_voltage_and_board_are_those_of_the_machine(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/thermal/thermal_zone0/temp", "48312")
    put(tmp_path, "sys/devices/platform/soc/soc:firmware/get_throttled", "50000\n")
    put(tmp_path, "proc/device-tree/serial-number", "10000000abcdef01\0")
    found = health(settings(tmp_path / "data"), tmp_path)
    assert (found.temperature_c, found.undervoltage, found.board_serial) == (48.312, True, "10000000abcdef01")


def fault(code: FaultCode, *, active: bool, level: Level) -> Draft:
    return Draft(Kind.FAULT, {"code": code.value, "active": active, "source": "gpio", "level": int(level)})


def test_faults_are_told_while_they_last_and_never_of_which_level(terminal: Settings) -> None:
    with office(terminal) as own:
        stuck = [fault(FaultCode.BUTTON_STUCK, active=True, level=level) for level in (Level(1), Level(5))]
        own._keeper.append([*stuck, Draft(Kind.FAULT, {"code": "D2", "active": True})])
        assert head_of(OwnKiosk(own)).faults == ("D2", "H2")
        own._keeper.append([fault(FaultCode.BUTTON_STUCK, active=False, level=Level(1))])
        assert head_of(OwnKiosk(own)).faults == ("D2", "H2")  # the other is stuck still
        own._keeper.append([fault(FaultCode.BUTTON_STUCK, active=False, level=Level(5))])
        assert head_of(OwnKiosk(own)).faults == ("D2",)


def test_a_heartbeat_carries_it_and_says_who_vouches_for_the_clock(
    terminal: Settings, central: Reference
) -> None:
    with office(terminal) as own, Store(terminal.place.database) as store:
        own._keeper.append([Draft(Kind.FAULT, {"code": "H4", "active": True, "source": "pad"})])
        contact(terminal.terminal(OwnKiosk(own), store), heartbeat=True)
        contact(terminal.terminal(OwnKiosk(own), store), heartbeat=True)
    said = central.heartbeats[-1].health
    assert said is not None
    assert (said.faults, said.clock) == (["H4"], "central")
    assert b"level" not in msgspec.json.encode(said)


def test_a_clock_that_only_ntp_has_set_says_so(tmp_path: Path) -> None:
    clock = FakeClock()
    clock.synced = True
    with office(settings(tmp_path / "data", clock)) as own:
        assert head_of(OwnKiosk(own)).clock == "none"
        own.upkeep()
        assert head_of(OwnKiosk(own)).clock == "ntp"


def oldest_s(where: Settings, own: Office, after: int) -> int | None:
    head = head_of(OwnKiosk(own))
    with opened(where.place.ledger) as ledger:
        waiting = ledger.waiting(after)
        return health_of(ledger, waiting, head, where.place.data_dir, where.clock).oldest_s


def test_what_waits_has_an_age_at_least_that_of_this_boot(tmp_path: Path) -> None:
    clock = FakeClock(synced=True)
    where = settings(tmp_path / "data", clock)
    with office(where) as own:
        assert oldest_s(where, own, own._keeper.head.seq) is None
        clock.advance(90.9)
        assert oldest_s(where, own, 0) == 90
        clock.synced = False
        own._keeper.append([vote(3)])
    first = own._keeper.head.seq
    clock.reboot("second-boot", now_ns=7_000_000_000)
    clock.wall += 3600 * 10**9
    with office(where) as own:
        assert oldest_s(where, own, first - 1) == 7  # nobody vouched for the clock
        assert oldest_s(where, own, 0) == 7  # nor does anybody now
        clock.synced = True
        assert oldest_s(where, own, 0) == 3690


@pytest.mark.parametrize(
    "said",
    [
        {"faults": ["level 5"]},
        {"faults": ["D1"] * 33},
        {"clock": "a\nb"},
        {"disk_free": -1},
        {"temperature_c": 1e9},
        {"board_serial": "x" * 101},
    ],
)
def test_what_no_terminal_says_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(said), type=Health)
