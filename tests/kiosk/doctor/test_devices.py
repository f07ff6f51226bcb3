"""Buttons, pad and permissions."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.doctor import gpio, groups, pad
from kiosk.doctor.account import KIOSK_USER, Account, choose
from kiosk.doctor.finding import Verdict
from tests.hardware.test_gpiochip import PI_4, FakeLgpio, dev_with
from tests.kiosk.doctor.terminal import KIOSK, as_user, machine, put, subject

GROUP = "root:x:0:\ndialout:x:20:tram\nvideo:x:44:tram\ninput:x:104:\nrender:x:105:\ngpio:x:993:\n"
USERS = "root:x:0:0:root:/root:/bin/sh\ntram:x:1000:1000::/home/tram:/bin/sh\nhailong-kiosk:x:990:990::/:/bin/false\n"


def node(root: Path, name: str, gid: int, mode: int = 0o660) -> None:
    """A file that stands for a device; only root can give it away."""
    if os.geteuid() != 0:
        pytest.skip("giving files away needs root")
    path = put(root, name, "")
    path.chmod(mode)
    os.chown(path, 0, gid)


@pytest.mark.parametrize(("enabled", "verdict"), [(True, Verdict.ERROR), (False, Verdict.NOTE)])
def test_a_missing_lgpio_is_an_error_only_where_buttons_are_configured(
    tmp_path: Path, enabled: bool, verdict: Verdict
) -> None:
    found = gpio.check(subject(tmp_path, gpio__enabled=enabled))
    assert (found.verdict, found.remedy is not None) == (verdict, True)


def test_lgpio_with_the_chip_of_the_pins_is_well(tmp_path: Path) -> None:
    examined = subject(tmp_path, gpio__enabled=True)
    (tmp_path / "dev").mkdir()
    dev_with(tmp_path / "dev", PI_4)
    library = FakeLgpio(PI_4)
    found = gpio.check(replace(examined, machine=replace(examined.machine, load_lgpio=lambda: library)))
    assert found.verdict is Verdict.OK, found


def test_lgpio_without_a_chip_is_an_error(tmp_path: Path) -> None:
    examined = subject(tmp_path, gpio__enabled=True)
    library = FakeLgpio({})
    found = gpio.check(replace(examined, machine=replace(examined.machine, load_lgpio=lambda: library)))
    assert found.verdict is Verdict.ERROR


def test_a_pad_that_is_not_plugged_in_is_an_error_that_names_those_that_are(tmp_path: Path) -> None:
    assert pad.check(subject(tmp_path)).verdict is Verdict.NOTE
    lost = subject(tmp_path, pad__enabled=True, pad__port="/dev/ttyUSB0")
    assert pad.check(lost).verdict is Verdict.ERROR
    put(tmp_path, "dev/serial/by-id/usb-Pico", "")
    remedy = pad.check(lost).remedy
    assert remedy is not None
    assert remedy.values == {"ports": "/dev/serial/by-id/usb-Pico"}
    put(tmp_path, "dev/ttyUSB0", "")
    assert pad.check(lost).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("device", "gid", "options"),
    [
        ("dev/dri/card0", 44, {}),
        ("dev/input/event3", 104, {}),
        ("dev/gpiochip0", 993, {"gpio__enabled": True}),
        ("dev/ttyUSB0", 20, {"pad__enabled": True, "pad__port": "/dev/ttyUSB0"}),
    ],
)
def test_a_device_that_is_needed_and_closed_names_the_group_to_join(
    tmp_path: Path, device: str, gid: int, options: dict[str, bool | str]
) -> None:
    put(tmp_path, "etc/group", GROUP)
    node(tmp_path, device, gid)
    (lacking,) = groups.check(subject(tmp_path, **options))
    assert lacking.verdict is Verdict.ERROR
    group, user = lacking.command.split(" ")[3:5]
    assert user == KIOSK_USER
    assert f"{group}:x:{gid}:" in GROUP
    joined = Account(KIOSK_USER, 990, frozenset({990, gid}))
    for account in (joined, Account("root", 0, frozenset())):
        (found,) = groups.check(as_user(subject(tmp_path, **options), account))
        assert found.verdict is Verdict.OK


def test_a_device_that_is_open_to_all_needs_no_group(tmp_path: Path) -> None:
    node(tmp_path, "dev/dri/card0", 44, 0o666)
    assert [found.verdict for found in groups.check(subject(tmp_path))] == [Verdict.OK]


def test_what_is_not_configured_needs_no_permission(tmp_path: Path) -> None:
    for name in ("dev/gpiochip0", "dev/ttyUSB0", "dev/dri/card0", "dev/input/event0"):
        node(tmp_path, name, 999, 0o600)
    headless = replace(subject(tmp_path), headless=True)
    assert [found.verdict for found in groups.check(headless)] == [Verdict.OK]
    compositor = subject(tmp_path)
    compositor = replace(compositor, machine=replace(compositor.machine, environ={"DISPLAY": ":0"}))
    assert [found.verdict for found in groups.check(compositor)] == [Verdict.OK]


def test_the_running_kiosk_says_whose_rights_count(tmp_path: Path) -> None:
    put(tmp_path, "etc/passwd", USERS)
    put(
        tmp_path,
        "proc/77/status",
        "Name:\thailong\nUid:\t990\t990\t990\t990\nGid:\t990\t990\t990\t990\nGroups:\t20 44 \n",
    )
    assert choose(machine(tmp_path), None, 77) == Account(KIOSK_USER, 990, frozenset({990, 20, 44}))


def test_a_kiosk_that_is_stopped_has_the_groups_of_its_unit(tmp_path: Path) -> None:
    put(tmp_path, "etc/passwd", USERS)
    put(tmp_path, "etc/group", GROUP)
    unit = "[Service]\nSupplementaryGroups=video input nobody-has-this\n"
    put(tmp_path, "etc/systemd/system/hailong-kiosk.service", unit)
    assert choose(machine(tmp_path), None, None) == Account(KIOSK_USER, 990, frozenset({990, 44, 104}))


def test_a_named_user_comes_before_everything_else(tmp_path: Path) -> None:
    put(tmp_path, "etc/passwd", USERS)
    put(tmp_path, "etc/group", GROUP)
    assert choose(machine(tmp_path), "tram", 77) == Account("tram", 1000, frozenset({1000, 20, 44}))
    with pytest.raises(LookupError):
        choose(machine(tmp_path), "nobody-has-this", None)


def test_without_an_installed_kiosk_it_is_whoever_asks(tmp_path: Path) -> None:
    assert choose(machine(tmp_path), None, None).uid == os.geteuid()
    assert KIOSK.uid != os.geteuid()
