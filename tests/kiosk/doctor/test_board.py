"""Power and heat, as different boards tell them."""

from dataclasses import replace
from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.doctor import board, wall_clock
from kiosk.doctor.finding import Verdict
from tests.kiosk.doctor.terminal import machine, put
from tests.kiosk.fakes import MORNING_NS, FakeClock

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
YEAR_NS = 365 * 86_400 * 1_000_000_000


def test_a_machine_that_does_not_tell_says_so(tmp_path: Path) -> None:
    assert [(f.verdict, f.seen) for f in board.check(machine(tmp_path))] == [
        (Verdict.NOTE, board.NOT_TOLD)
    ] * 2


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("0\n", Verdict.OK),
        ("50005\n", Verdict.ERROR),
        ("50000\n", Verdict.WARNING),
        ("e0000\n", Verdict.OK),
        ("nonsense\n", Verdict.NOTE),
    ],
)
def test_undervoltage_as_the_firmware_counts_it(tmp_path: Path, said: str, verdict: Verdict) -> None:
    put(tmp_path, THROTTLED, said)
    assert board.check(machine(tmp_path))[0].verdict is verdict


def test_undervoltage_as_vcgencmd_says_it(tmp_path: Path) -> None:
    found = board.check(replace(machine(tmp_path), firmware=lambda: "throttled=0x50001"))
    assert found[0].verdict is Verdict.ERROR


@pytest.mark.parametrize(("alarm", "verdict"), [("1\n", Verdict.ERROR), ("0\n", Verdict.OK)])
def test_undervoltage_as_the_voltage_sensor_says_it(tmp_path: Path, alarm: str, verdict: Verdict) -> None:
    put(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm)
    assert board.check(machine(tmp_path))[0].verdict is verdict


@pytest.mark.parametrize(
    ("zones", "verdict"),
    [
        (["48312"], Verdict.OK),
        (["48312", "71000"], Verdict.WARNING),
        (["83000"], Verdict.ERROR),
        (["-274000", "999999999"], Verdict.NOTE),
        ([""], Verdict.NOTE),
    ],
)
def test_the_hottest_plausible_zone_counts(tmp_path: Path, zones: list[str], verdict: Verdict) -> None:
    for number, text in enumerate(zones):
        put(tmp_path, f"sys/class/thermal/thermal_zone{number}/temp", f"{text}\n")
    assert board.check(machine(tmp_path))[1].verdict is verdict


@pytest.mark.parametrize(
    ("wall", "synced", "verdict"),
    [
        (MORNING_NS, True, Verdict.OK),
        (MORNING_NS, False, Verdict.WARNING),
        (0, True, Verdict.ERROR),
        (MORNING_NS + 80 * YEAR_NS, True, Verdict.ERROR),
    ],
)
def test_a_clock_is_believed_when_it_is_plausible_and_somebody_vouches(
    wall: int, synced: bool, verdict: Verdict
) -> None:
    assert wall_clock.check(FakeClock(wall=wall, synced=synced)).verdict is verdict


def test_the_time_is_said_and_set_as_the_watch_of_a_technician_in_viet_nam_has_it() -> None:
    """An image that is set to London would be seven hours wrong, and nobody would see why."""
    uncertain = wall_clock.check(FakeClock(wall=MORNING_NS, synced=False))
    unset = wall_clock.check(FakeClock(wall=0))

    assert "2026-11-22 08:00 +07:00" in uncertain.seen.render(Texts("en"))
    assert unset.remedy is not None
    assert "“Ngày giờ”" in unset.remedy.render(Texts("vi"))
    assert unset.command == "sudo date -s '2026-11-22 08:00 +0700'"
