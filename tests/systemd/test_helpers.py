"""The script that mounts sticks, and the rule of polkit: run as they are shipped."""

import os
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"

NETWORK, TIME = "org.freedesktop.NetworkManager", "org.freedesktop.timedate1"
ASK = """
let rule;
globalThis.polkit = {Result: {YES: "yes"}, addRule: (added) => { rule = added; }};
require("vm").runInThisContext(require("fs").readFileSync(process.argv[1], "utf8"));
const [id, user] = process.argv.slice(2);
console.log(rule({id}, {user}) ?? "others decide");
"""


@pytest.mark.parametrize(
    ("action", "user", "answer"),
    [
        (f"{NETWORK}.network-control", "hailong-kiosk", "yes"),
        (f"{NETWORK}.settings.modify.system", "hailong-kiosk", "yes"),
        (f"{NETWORK}.wifi.scan", "hailong-kiosk", "yes"),
        (f"{TIME}.set-time", "hailong-kiosk", "yes"),
        (f"{NETWORK}.network-control", "hailong-sync", "others decide"),
        (f"{NETWORK}.reload", "hailong-kiosk", "others decide"),
        ("org.freedesktop.login1.reboot", "hailong-kiosk", "others decide"),
        ("org.freedesktop.systemd1.manage-units", "hailong-kiosk", "others decide"),
    ],
)
def test_the_wizard_may_set_up_the_network_and_the_time_and_nothing_else(
    action: str, user: str, answer: str
) -> None:
    done = subprocess.run(
        ["node", "-e", ASK, str(SYSTEMD / "hailong.polkit.rules"), action, user],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == answer


def test_the_example_of_a_firewall_is_one() -> None:
    if os.geteuid() != 0:
        pytest.skip("a network of its own needs root")
    example = str(SYSTEMD / "hailong.nftables.conf")
    done = subprocess.run(
        ["unshare", "--net", "nft", "--check", "--file", example], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


STUBS = {
    # Which disk a partition is of, and what is mounted of it.
    "lsblk": 'case "$*" in *PKNAME*) echo sda ;; *MOUNTPOINTS*/dev/sda) echo "$USED" ;; *) echo "$ALL" ;; esac',
    "blkid": 'echo "$TYPE"',
    "mount": 'echo "$@" >> "$DID"',
    "chgrp": "exit 0",
    "chmod": "exit 0",
    "systemctl": 'echo "systemctl $*" >> "$DID"',
}


def plugged_in(folder: Path, kind: str, used: str = "", mounted: str = "") -> tuple[int, list[str]]:
    """How the script ended, and what it had done, in a system of stubs."""
    for name, what in STUBS.items():
        (folder / name).write_text(f"#!/bin/sh\n{what}\n")
        (folder / name).chmod(0o755)
    did = folder / "did"
    did.touch()
    environ = {"PATH": f"{folder}:{os.environ['PATH']}", "DID": str(did)}
    environ |= {"TYPE": kind, "USED": used, "ALL": mounted}
    done = subprocess.run(["sh", str(SYSTEMD / "hailong-usb-stick"), "sda1"], env=environ, check=False)
    return done.returncode, did.read_text().splitlines()


@pytest.mark.parametrize("kind", ["vfat", "exfat", "ext4"])
def test_a_stick_is_mounted_so_that_nothing_on_it_can_be_run(tmp_path: Path, kind: str) -> None:
    code, (did,) = plugged_in(tmp_path, kind)
    assert code == 0
    assert did.startswith(f"--types {kind} --options nosuid,nodev,noexec,")
    assert did.endswith("/dev/sda1 /run/hailong-usb")


def test_a_disk_from_which_the_terminal_itself_runs_is_no_stick(tmp_path: Path) -> None:
    assert plugged_in(tmp_path, "vfat", used="/boot/firmware") == (0, [])


def test_a_second_stick_does_not_cover_the_first(tmp_path: Path) -> None:
    assert plugged_in(tmp_path, "vfat", mounted="/run/hailong-usb") == (0, [])


@pytest.mark.parametrize("kind", ["ntfs", "iso9660", "crypto_LUKS", ""])
def test_other_file_systems_are_not_taken(tmp_path: Path, kind: str) -> None:
    assert plugged_in(tmp_path, kind) == (1, [])
