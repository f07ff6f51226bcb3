"""The units say what the promises need, and systemd understands them."""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted(SYSTEMD.glob("*.service"))
TIMERS = sorted(SYSTEMD.glob("*.timer"))


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


ENDING = {"hailong-central-backup.service"}
"""What ends by itself."""


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.name not in ENDING], ids=lambda unit: unit.name
)
def test_what_runs_is_restarted_for_ever(unit: Path) -> None:
    found = settings(unit)
    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]


def test_only_the_kiosk_may_write_the_ledger() -> None:
    found = settings(SYSTEMD / "hailong-kiosk.service")
    assert found["UMask"] == ["0027"]
    assert found["StateDirectoryMode"] == ["2750"]
    assert found["User"] == ["hailong-kiosk"]


def test_lgpio_has_a_folder_to_write_in_and_no_other_factory_is_looked_for() -> None:
    found = settings(SYSTEMD / "hailong-kiosk.service")
    environment = found["Environment"][0].split()
    assert f"LG_WD={found['WorkingDirectory'][0]}" in environment
    assert found["WorkingDirectory"][0] == f"/run/{found['RuntimeDirectory'][0]}"
    assert "GPIOZERO_PIN_FACTORY=lgpio" in environment


def test_voting_has_no_network() -> None:
    assert settings(SYSTEMD / "hailong-kiosk.service")["PrivateNetwork"] == ["yes"]


@pytest.mark.parametrize("unit", [*UNITS, *TIMERS], ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    # On this machine the program is not installed under /opt; everything else is verified as it stands.
    for name in {unit, unit.with_suffix(".service")}:
        text = re.sub(r"/opt/hailong/bin/\S+", f'"{sys.executable}"', name.read_text(encoding="utf-8"))
        (tmp_path / name.name).write_text(text, encoding="utf-8")
    copy = tmp_path / unit.name
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


EXPOSURE = {"hailong-central.service": 15, "hailong-central-backup.service": 15}
"""In tenths, at most; what systemd says of a unit that has no limit here is 9.6 for a bare one."""


@pytest.mark.parametrize("name", EXPOSURE)
def test_what_a_unit_may_do_is_little(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE[name]}"]
    done = subprocess.run([*command, str(SYSTEMD / name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


@pytest.mark.parametrize(
    ("name", "users"),
    [("hailong", ("hailong-kiosk",)), ("hailong-central", ("hailong-central",))],
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
