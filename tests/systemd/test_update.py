"""An update by `hailong update`, dpkg and systemd as they are, with small packages whose kiosk is a shell script."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sync import keys
from tests.kiosk.update.packages import SCRIPT, package
from tests.sync.hostile import until
from tests.systemd.machine import PATIENCE_S, ROOT, Machine, machine

CENTRAL = keys.generate("central")
FOLDER = "/var/lib/hailong-update"
UNIT = "hailong-update.service"
HUNG = "/run/postinst-hangs"
KIOSK = """[Unit]
Description=a kiosk of version {version}
[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/sh -c 'systemd-notify --ready; exec sleep infinity'
Restart=always
"""
NEVER_READY = """[Unit]
Description=a kiosk of version {version}
[Service]
Type=notify
ExecStart=/bin/sleep infinity
Restart=always
"""
HURRY = """[Service]
ExecStartPre=/opt/hailong/bin/python /run/hurry
"""
SIX_SECONDS = """
import zipfile

name = "/var/lib/hailong-update/updater.pyz"
with zipfile.ZipFile(name) as packed:
    parts = {part: packed.read(part) for part in packed.namelist()}
driver = parts["kiosk/update/driver.py"]
parts["kiosk/update/driver.py"] = driver.replace(b"READY_S = 60.0", b"READY_S = 6.0")
assert driver != parts["kiosk/update/driver.py"]
with zipfile.ZipFile(name, "w") as packed:
    for part, content in parts.items():
        packed.writestr(part, content)
"""
"""Instead of a minute, in the copy that carries the update out: what is waited for never comes."""
RESTART = "#!/bin/sh\nsystemctl daemon-reload\nsystemctl --no-block try-restart hailong-kiosk.service\n"


def made(folder: Path, version: str, postinst: str = RESTART, kiosk: str = KIOSK) -> Path:
    units = {"usr/lib/systemd/system/hailong-kiosk.service": kiosk.format(version=version)}
    return package(folder, version, files=units, postinst=postinst)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """With version 1, whose kiosk runs, and a stick with packages."""
    if os.geteuid() != 0:
        pytest.skip("a machine of its own needs root")
    stick = tmp_path_factory.mktemp("stick")
    enrolment = {
        "device": "4T8JQ2ZK7M",
        "url": "https://central.example",
        "public_key": CENTRAL.public.raw.hex(),
    }
    files = {
        f"/etc/systemd/system/{UNIT}": (ROOT / "systemd" / UNIT).read_text(encoding="utf-8"),
        "/usr/lib/sysusers.d/hailong.conf": (ROOT / "systemd/hailong.sysusers.conf").read_text(
            encoding="utf-8"
        ),
        "/etc/hailong/hailong.toml": 'data_dir = "/var/lib/hailong"\n',
        "/var/lib/hailong/ledger/enrolment.json": json.dumps(enrolment),
    }
    with machine(files) as found:
        place = inside(found, "/run/stick")
        place.mkdir()
        signed(made(stick, "1"), place)
        signed(made(stick, "2"), place)
        signed(made(stick, "3", SCRIPT.format(1)), place)
        signed(made(stick, "4", f"#!/bin/sh\n: > {HUNG}\nexec sleep infinity\n"), place)
        signed(made(stick, "5", kiosk=NEVER_READY), place)
        found.succeed("dpkg", "--install", "/run/stick/hailong_1_all.deb")
        found.succeed("systemctl", "start", "hailong-kiosk.service")
        yield found


def signed(file: Path, place: Path) -> None:
    """The package on the stick, with its signature."""
    digest = subprocess.run(["sha256sum", str(file)], capture_output=True, text=True, check=True).stdout[:64]
    version = file.name.split("_")[1]
    note = CENTRAL.sign(f"hailong/update/1\n{version}\n{digest}\n").render()
    shutil.copy(file, place)
    (place / f"{file.name}.sig").write_text(note, encoding="utf-8")


def update(terminal: Machine, *arguments: str) -> subprocess.CompletedProcess[str]:
    return terminal.run("env", "LC_ALL=C.UTF-8", "/opt/hailong/bin/hailong", "update", *arguments)


def version(terminal: Machine) -> tuple[str, str]:
    """What is installed, and whose kiosk is ready, once one is."""
    found = terminal.succeed("cat", "/usr/share/hailong/version")
    until(lambda: terminal.value("hailong-kiosk.service", "ActiveState") == "active", PATIENCE_S)
    return found, terminal.value("hailong-kiosk.service", "Description").rpartition(" ")[2]


def test_updates_of_an_installed_terminal(terminal: Machine) -> None:
    """One after the other, on one machine: the next one needs what the one before left behind."""
    before = terminal.value("hailong-kiosk.service", "InvocationID")
    done = update(terminal, "/run/stick/hailong_2_all.deb")
    assert done.returncode == 0, done.stdout + done.stderr + terminal.run("journalctl", "-n", "80").stdout
    assert "Đang dùng bản 2; trước đó là bản 1." in done.stdout
    assert version(terminal) == ("2", "2")
    assert terminal.value("hailong-kiosk.service", "InvocationID") != before

    refused = update(terminal, "/run/stick/hailong_1_all.deb")
    assert (refused.returncode, "không mới hơn" in refused.stderr) == (2, True)

    bad = update(terminal, "/run/stick/hailong_3_all.deb")
    assert bad.returncode == 1, bad.stdout + bad.stderr + terminal.run("journalctl", "-n", "80").stdout
    assert "đã cài lại bản 2" in bad.stdout
    assert version(terminal) == ("2", "2")

    # Everything that is at work is killed while dpkg is in the middle; then the machine starts again.
    here = inside(terminal, FOLDER)
    with ThreadPoolExecutor(1) as other:
        cut = other.submit(update, terminal, "/run/stick/hailong_4_all.deb")
        until(inside(terminal, HUNG).exists, PATIENCE_S)
        assert json.loads((here / "state.json").read_text(encoding="utf-8"))["phase"] == "installing"
        terminal.succeed("systemctl", "kill", "--signal=SIGKILL", UNIT)
        assert cut.result(PATIENCE_S).returncode == 1
    assert terminal.succeed("cat", "/usr/share/hailong/version") == "4"
    terminal.succeed("systemctl", "start", UNIT)
    assert version(terminal) == ("2", "2")
    assert "đã cài lại bản 2" in update(terminal).stdout
    assert not (here / "state.json").exists()
    assert terminal.value(UNIT, "Result") == "success"

    # One that installs well, whose kiosk runs, and never says that its first picture is there.
    inside(terminal, "/run/hurry").write_text(SIX_SECONDS, encoding="utf-8")
    drop_in = inside(terminal, f"/run/systemd/system/{UNIT}.d/hurry.conf")
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text(HURRY, encoding="utf-8")
    terminal.succeed("systemctl", "daemon-reload")
    never = update(terminal, "/run/stick/hailong_5_all.deb")
    assert never.returncode == 1, never.stdout + never.stderr + terminal.run("journalctl", "-n", "80").stdout
    assert "Bản 5 không chạy được trên thiết bị này nên đã cài lại bản 2" in never.stdout
    assert "not ready" in never.stdout
    assert version(terminal) == ("2", "2")
    assert not (here / "state.json").exists()


def inside(terminal: Machine, path: str) -> Path:
    return Path(f"/proc/{terminal.pid}/root{path}")
