"""The network step against a real NetworkManager, in a network and mounts of its own. Needs root, as CI is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE_S = 120

_ALONE = r"""
set -eu
mount --bind /etc /etc
mount -o remount,bind,ro /etc  # a NetworkManager likes to say where names are asked for
for made in /run /etc/NetworkManager/conf.d /etc/NetworkManager/system-connections /var/lib/NetworkManager; do
    mkdir -p $made
    mount -t tmpfs tmpfs $made
done
mkdir -p /run/dbus
printf '[main]\ndns=none\nrc-manager=unmanaged\n' > /etc/NetworkManager/conf.d/names.conf
mount -t sysfs -o ro sysfs /sys  # as in a container: nothing is asked of udev
ip link set lo up
ip link add eth9 type veth peer name eth9p
ip link set eth9p up
dbus-daemon --system --fork --nopidfile
NetworkManager --no-daemon --log-level=WARN &
manager=$!
until nmcli --terse general status > /dev/null 2>&1; do kill -0 $manager; sleep 0.1; done
nmcli device set eth9p managed no
nmcli device set eth9 managed yes
set +e
"$@"
code=$?
kill $manager
wait $manager
exit $code
"""
"""Runs a command beside a NetworkManager that manages one cable, whose other end is not managed."""

_ASKED = r"""
import json, pathlib
from kiosk.provision.errors import PartFailed
from kiosk.provision.nmcli import NetworkManager, _profile
from kiosk.provision.works import Connect
from kiosk.provision.processes import run

manager, said = NetworkManager(), {}

def connections():
    names = run(["nmcli", "-t", "-f", "NAME", "connection"], "", 30).out.split("\n")
    return sorted(name for name in names if name.startswith("hailong"))

def failure(plan, manager=manager):
    try:
        manager.connect(plan)
    except PartFailed as failed:
        return failed.about, failed.problem.msgid
    return None

fixed = Connect(address="10.1.2.3/24", gateway="10.1.2.1", dns="10.1.2.1,8.8.8.8")
seen = manager.connect(fixed)
said["fixed"] = [seen.way, seen.address, *connections()]
said["dns"] = [run(["nmcli", "-t", "-f", "ipv4.dns", "connection", "show", "hailong"], "", 30).out.strip()]
said["again"] = [manager.connect(fixed).address]
said["silent"] = failure(Connect(), NetworkManager(activation_s=3))
after = manager.see(scan=True)
said["kept"] = [after.address, *connections()]
said["no_device"] = failure(Connect("Nội bộ", "mật khẩu đúng"))
said["short"] = failure(Connect("Nội bộ", "ngắn"))
manager.disconnect()
manager.disconnect()
said["gone"] = connections()

folder = pathlib.Path("/etc/NetworkManager/system-connections")
run(["nmcli", "connection", "add", *_profile(Connect("Nội bộ", "x", hidden=True))], "", 30)
manager._keep_password('mật "khẩu" \\ :1')
said["profile"] = [(folder / "hailong-new.nmconnection").read_text()]
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    """What was found there."""
    if os.geteuid() != 0:
        pytest.skip("a network of its own needs root")
    command = [
        "unshare",
        "--net",
        "--uts",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-c",
        _ALONE,
        "sh",
    ]
    done = subprocess.run(
        [*command, sys.executable, "-c", _ASKED],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_a_fixed_address_is_one(said: dict[str, list[str]]) -> None:
    assert said["fixed"] == ["ethernet", "10.1.2.3/24", "hailong"]
    assert said["dns"] == ["ipv4.dns:10.1.2.1,8.8.8.8"]


def test_the_step_may_be_repeated(said: dict[str, list[str]]) -> None:
    assert said["again"] == ["10.1.2.3/24"]


def test_a_network_that_gives_no_address_leaves_the_terminal_connected_as_it_was(
    said: dict[str, list[str]],
) -> None:
    about, words = said["silent"]
    assert about in ("way", "address")
    assert "network" in str(words).lower()
    assert said["kept"] == ["10.1.2.3/24", "hailong"]


def test_wifi_without_a_device_is_told(said: dict[str, list[str]]) -> None:
    about, words = said["no_device"]
    assert about == "way"
    assert "Wi-Fi device" in str(words)


def test_a_password_that_cannot_be_one_is_asked_for_again(said: dict[str, list[str]]) -> None:
    about, words = said["short"]
    assert about == "password"
    assert "not right" in str(words)


def test_undoing_removes_it_however_often(said: dict[str, list[str]]) -> None:
    assert said["gone"] == []


def test_a_password_is_kept_letter_by_letter(said: dict[str, list[str]]) -> None:
    (profile,) = said["profile"]
    assert 'psk=mật "khẩu" \\\\ :1\n' in profile
    assert "hidden=true" in profile
    assert "key-mgmt=wpa-psk" in profile
