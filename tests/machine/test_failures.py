"""What goes wrong in a machine that stays on."""

from hardware.events import Level
from tests.machine.central import year_ago
from tests.machine.citizen import Citizen
from tests.machine.disk import on_disk, ratings
from tests.machine.screen import IDLE, card_px
from tests.machine.vm import BOOT_S, Machine, Power

SHIPPED_WATCHDOG_S, WATCHDOG_S = 10, 30
"""``WatchdogSec`` of the unit as it is shipped, and where one is to be ended. In the image it is much longer still: an
emulated kiosk may be left alone by a busy host."""
GIVEN_UP_S = 20
"""A partition that has not come by then; in the image all patience is longer."""
UNIT = "hailong-kiosk.service"


def kiosk(machine: Machine) -> int:
    """The process of the kiosk; 0 = there is none."""
    return int(machine.run(f"systemctl show --value --property MainPID {UNIT}"))


def back_after_s(citizen: Citizen, signal: str) -> float:
    """After how long, with a processor of its own, another kiosk takes votes; those before are there."""
    machine = citizen.machine
    before = ratings(machine)
    citizen.votes(Level.POOR)
    first = kiosk(machine)
    began_s = machine.lived_s()
    machine.run(f"kill -s {signal} {first}")
    machine.until("another kiosk", lambda: kiosk(machine) not in (0, first), every_s=1)
    citizen.waits_for(IDLE)
    seconds = machine.lived_s() - began_s
    citizen.votes(Level.EXCELLENT)
    assert ratings(machine) == [*before, Level.POOR, Level.EXCELLENT]
    return seconds


def test_a_kiosk_that_was_killed_is_back_within_30_s_and_has_kept_its_votes(citizen: Citizen) -> None:
    assert back_after_s(citizen, "KILL") <= 30


def test_a_kiosk_that_hangs_is_ended_by_its_watchdog_and_back(citizen: Citizen) -> None:
    soon = f"/run/systemd/system/{UNIT}.d/zz-soon.conf"
    citizen.machine.run(
        f"mkdir -p $(dirname {soon}); printf '[Service]\\nWatchdogSec={WATCHDOG_S}\\n' > {soon};"
        f" systemctl daemon-reload; systemctl restart {UNIT}"
    )
    seconds = back_after_s(citizen, "STOP")
    # On a board the watchdog waits less, and it would be 30 s altogether.
    assert seconds - (WATCHDOG_S - SHIPPED_WATCHDOG_S) <= 30
    citizen.machine.run(f"rm {soon}; systemctl daemon-reload; systemctl restart {UNIT}")


def test_a_touch_panel_that_is_plugged_in_later_votes(citizen: Citizen) -> None:
    machine = citizen.machine
    before = len(on_disk(machine))

    def found() -> set[tuple[object, object]]:
        added = on_disk(machine)[before:]
        return {(said["level"], said["source"]) for _, kind, said in added if kind == "rating"}

    def touched() -> bool:  # as often as somebody would who sees nothing happen
        citizen.touches(card_px(Level.VERY_POOR), held_s=0.3)
        return bool(found())

    machine.until("a vote by touch", touched, every_s=5)
    assert found() == {(Level.VERY_POOR, "touch")}


def test_a_machine_whose_system_hangs_is_reset_by_its_watchdog_and_votes_again(citizen: Citizen) -> None:
    machine = citizen.machine
    before = ratings(machine)
    citizen.votes(Level.GOOD)
    # Process 1 cannot be stopped by a signal, but by its group; now nobody feeds the watchdog of the board.
    machine.run("echo 1 > /sys/fs/cgroup/init.scope/cgroup.freeze")
    machine.ends_by_itself(BOOT_S)
    machine.switch_on(Power(clock=year_ago()))
    citizen.votes(Level.ACCEPTABLE)
    assert ratings(machine) == [*before, Level.GOOD, Level.ACCEPTABLE]


def test_without_its_data_partition_it_takes_no_vote_and_goes_on_when_that_is_there(citizen: Citizen) -> None:
    machine = citizen.machine
    before = ratings(machine)
    soon = "/etc/systemd/system.conf.d/zzz-soon.conf"
    machine.run(f"printf '[Manager]\\nDefaultDeviceTimeoutSec={GIVEN_UP_S}\\n' > {soon}; sync")
    machine.cut()
    machine.switch_on(Power(clock=year_ago(), later="data"))
    log = f"journalctl --boot --unit {UNIT} --output cat --no-pager"
    machine.until("the fault K5", lambda: "K5: " in machine.run(log), every_s=2)
    assert machine.run("systemctl is-active hailong-provision.service || true").strip() == "inactive"
    assert machine.run("find /var/lib/hailong -type f") == "", "a new ledger beside the partition"
    machine.plug_in("data")
    citizen.votes(Level.GOOD)
    assert ratings(machine) == [*before, Level.GOOD]
    machine.until(
        "delivery", lambda: machine.run("systemctl is-active hailong-sync || true").strip() == "active"
    )
    machine.run(f"rm {soon}; sync")
