"""The units say what the promises need, and systemd understands them."""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from kiosk.handover import STICK, Handover

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted(SYSTEMD.glob("*.service"))
OTHERS = sorted(path for ending in ("timer", "path", "mount") for path in SYSTEMD.glob(f"*.{ending}"))


def settings(unit: Path) -> dict[str, list[str]]:
    """Every setting of a unit file; systemd allows a name several times, configparser does not."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in unit.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[name].append(value)
    return found


def test_there_is_a_unit() -> None:
    assert UNITS


RUNNING = ("hailong-central", "hailong-display", "hailong-kiosk", "hailong-sync")
"""What never ends by itself; every other service does."""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_runs_is_restarted_for_ever(unit: Path) -> None:
    found = settings(unit)
    if unit.stem in RUNNING:
        assert found["Restart"] == ["always"]
        assert found["StartLimitIntervalSec"] == ["0"]
    else:
        assert found["Type"] == ["oneshot"]


def test_only_the_kiosk_may_write_the_ledger() -> None:
    found = settings(SYSTEMD / "hailong-kiosk.service")
    assert found["UMask"] == ["0027"]
    assert found["User"] == ["hailong-kiosk"]
    folders = (SYSTEMD / "hailong.tmpfiles.conf").read_text(encoding="utf-8")
    assert "\nd /var/lib/hailong 2750 hailong-kiosk hailong -\n" in folders


def test_a_terminal_whose_partition_is_missing_is_started_and_says_so() -> None:
    # All of these mean RequiresMountsFor=, and a unit whose mount fails is never started: a dark screen.
    meant = ("RequiresMountsFor", "StateDirectory", "CacheDirectory", "LogsDirectory")
    found = settings(SYSTEMD / "hailong-kiosk.service")
    assert not [name for name in meant if name in found]
    assert "var-lib-hailong.mount" in found["After"]
    # And nothing sets up a terminal in the folder where it should be: the set-up one would seem to be a new one.
    for name in ("hailong-kiosk", "hailong-provision", "hailong-first-boot"):
        assert "--installed" in settings(SYSTEMD / f"{name}.service")["ExecStart"][0].split(), name


def test_what_needs_the_partition_begins_also_when_that_comes_late() -> None:
    # systemd waits a while for a disk. Then all of these have failed, and only the kiosk tries again.
    late = {}
    for unit in SYSTEMD.glob("hailong-*"):
        if unit.name.startswith("hailong-central"):
            continue  # another machine's
        found = settings(unit)
        folders = [*found["RequiresMountsFor"], *found["PathChanged"]]
        folders += [f"/var/lib/{name}" for name in found["StateDirectory"]]
        if "WantedBy" in found and any("/var/lib/hailong" in folder for folder in folders):
            late[unit.name] = found["WantedBy"][0].split()
    assert late.keys() == {
        "hailong-sync.service",
        "hailong-provision.service",
        "hailong-first-boot.service",
        "hailong-clock.path",
    }
    for name, wanted in late.items():
        assert "var-lib-hailong.mount" in wanted, name
    assert 'SYSTEMD_WANTS}+="var-lib-hailong.mount"' in (SYSTEMD / "hailong.udev.rules").read_text(
        encoding="utf-8"
    )


def test_lgpio_has_a_folder_to_write_in_and_no_other_factory_is_looked_for() -> None:
    found = settings(SYSTEMD / "hailong-kiosk.service")
    environment = found["Environment"][0].split()
    assert f"LG_WD={found['WorkingDirectory'][0]}" in environment
    assert found["WorkingDirectory"][0] == f"/run/{found['RuntimeDirectory'][0]}"
    assert "GPIOZERO_PIN_FACTORY=lgpio" in environment


def test_voting_has_no_network_and_no_bus() -> None:
    found = settings(SYSTEMD / "hailong-kiosk.service")
    assert found["PrivateNetwork"] == ["yes"]
    assert found["RestrictAddressFamilies"] == ["AF_UNIX"]
    assert "-/run/dbus" in found["InaccessiblePaths"][0].split()


def test_the_kiosk_can_see_the_board_and_the_boot() -> None:
    # gpiozero reads /proc/cpuinfo, the ledger /proc/sys/kernel/random/boot_id: ProcSubset=pid hides both.
    for name in ("hailong-kiosk.service", "hailong-sync.service", "hailong-clock.service"):
        assert "ProcSubset" not in settings(SYSTEMD / name)


def test_what_is_shown_is_drawn_over_the_display_s_own_socket() -> None:
    for name in ("hailong-kiosk.service", "hailong-provision.service"):
        found = settings(SYSTEMD / name)
        assert found["JoinsNamespaceOf"] == ["hailong-display.service"]
        assert "DISPLAY=:0" in found["Environment"][0].split()
        assert found["PrivateTmp"] == ["yes"]
        assert found["User"] == settings(SYSTEMD / "hailong-display.service")["User"]


def test_a_kiosk_that_hangs_is_started_again_within_half_a_minute() -> None:
    found = settings(SYSTEMD / "hailong-kiosk.service")
    assert found["Type"] == ["notify"]
    assert "NotifyAccess" not in found  # of the main process alone
    names = ("WatchdogSec", "TimeoutAbortSec", "RestartSec")
    assert sum(int(found[name][0]) for name in names) <= 20  # and the start takes the rest


def test_no_level_reaches_the_journal_and_every_fault_does() -> None:
    found = settings(SYSTEMD / "hailong-kiosk.service")
    assert (found["StandardOutput"], found["StandardError"]) == (["null"], ["journal"])


def test_the_watchdog_of_the_board_can_count_as_far_as_it_is_told() -> None:
    found = settings(SYSTEMD / "hailong.system.conf")
    assert 10 <= int(found["RuntimeWatchdogSec"][0]) <= 15


def test_no_key_of_a_keyboard_switches_the_machine_off() -> None:
    said = settings(SYSTEMD / "hailong.logind.conf")
    keys = ("Power", "Reboot", "Suspend", "Hibernate")
    for name in (f"Handle{key}Key{held}" for key in keys for held in ("", "LongPress")):
        assert said[name] == ["ignore"], name


def test_one_unit_alone_may_set_the_clock() -> None:
    may = [unit.name for unit in UNITS if "CAP_SYS_TIME" in "".join(settings(unit)["AmbientCapabilities"])]
    assert may == ["hailong-clock.service"]
    for name in ("hailong-display", "hailong-kiosk", "hailong-sync", "hailong-provision"):
        assert settings(SYSTEMD / f"{name}.service")["ProtectClock"] == ["yes"]


def test_no_later_boot_waits_until_a_network_is_there() -> None:
    for unit in (unit for unit in UNITS if not unit.name.startswith("hailong-central")):
        assert "network-online.target" not in " ".join(settings(unit)["After"])


def before(name: str) -> set[str]:
    """Every unit that is started before this one, as far as our own units say so, and what they wait for."""
    orders: dict[str, set[str]] = defaultdict(set)
    for unit in [*UNITS, *OTHERS]:
        found = settings(unit)
        orders[unit.name] |= {other for line in found["After"] for other in line.split()}
        for other in (other for line in found["Before"] for other in line.split()):
            orders[other].add(unit.name)
    seen: set[str] = set()
    open_ = {name}
    while open_:
        new = orders[open_.pop()] - seen
        seen |= new
        open_ |= new
    return seen


def test_no_boot_makes_voting_wait_for_a_network() -> None:
    # A condition of a unit is looked at when everything before it was started: one that has nothing to do waits, too.
    assert "hailong-first-boot.service" in before("hailong-kiosk.service")
    assert not [
        name
        for name in before("hailong-kiosk.service")
        if re.search("network|time-sync|nss", name, re.IGNORECASE)
    ]


@pytest.mark.parametrize("unit", [*UNITS, *OTHERS], ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    # On this machine the programs are not installed; everything else is verified as it stands.
    for name in {unit, unit.with_suffix(".service")} if unit.suffix != ".mount" else {unit}:
        text = re.sub(
            r"^(Exec\w+=-?)/\S+", rf'\1"{sys.executable}"', name.read_text(encoding="utf-8"), flags=re.M
        )
        (tmp_path / name.name).write_text(text, encoding="utf-8")
    copy = tmp_path / unit.name
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


EXPOSURE = {
    "hailong-central.service": 15,
    "hailong-central-backup.service": 15,
    "hailong-clock.service": 13,
    "hailong-display.service": 11,
    "hailong-export.service": 10,
    "hailong-kiosk.service": 6,
    "hailong-sync.service": 12,
}
"""In tenths, at most; what systemd says of a unit that has no limit here is 9.6 for a bare one."""


@pytest.mark.parametrize("name", EXPOSURE)
def test_what_a_unit_may_do_is_little(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE[name]}"]
    done = subprocess.run([*command, str(SYSTEMD / name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


@pytest.mark.parametrize(
    ("name", "users"),
    [("hailong", ("hailong-kiosk", "hailong-sync")), ("hailong-central", ("hailong-central",))],
)
def test_systemd_understands_the_users(name: str, users: tuple[str, ...], tmp_path: Path) -> None:
    for folder in ("etc", "usr/lib/sysusers.d"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(SYSTEMD / f"{name}.sysusers.conf", tmp_path / f"usr/lib/sysusers.d/{name}.conf")
    done = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for user in users:
        assert user in (tmp_path / "etc/passwd").read_text(encoding="utf-8")
        assert user in (tmp_path / "etc/group").read_text(encoding="utf-8")


def test_what_the_menu_asks_for_is_what_the_export_answers() -> None:
    found = settings(SYSTEMD / "hailong-export.service")
    menu = Handover.of(
        {"RUNTIME_DIRECTORY": f"/run/{settings(SYSTEMD / 'hailong-kiosk.service')['RuntimeDirectory'][0]}"}
    )
    assert menu is not None
    assert settings(SYSTEMD / "hailong-export.path")["PathChanged"] == [str(menu.request)]
    command = found["ExecStart"][0].split()
    assert command[command.index("--sealed") + 1] == str(STICK)
    assert command[command.index("--request") + 1] == str(menu.request)
    assert command[command.index("--answer") + 1] == str(menu.answer_file)
    assert menu.answer_file.parent == Path("/run") / found["RuntimeDirectory"][0]
    assert found["Group"] == settings(SYSTEMD / "hailong-kiosk.service")["Group"]
