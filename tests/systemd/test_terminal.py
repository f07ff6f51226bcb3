"""An installed terminal under a systemd of its own: its units as they are shipped, on the screen of an X server."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kiosk.commands.installed import UNSAFE_DATA
from tests.disks import ext4_disk
from tests.systemd.machine import PATIENCE_S, ROOT, Machine, machine

KIOSK, DISPLAY, SYNC = "hailong-kiosk.service", "hailong-display.service", "hailong-sync.service"
CLOCK = "hailong-clock.service"
DATA = "/var/lib/hailong"
ENROL = "enrol http://127.0.0.1:9 7K3F-9Q2M-XPTB"  # nobody is there
EXPORT = "ledger export --output /root/export.jsonl"
SOCKETS = "/tmp/.X11-unix"  # noqa: S108 - the kiosk's own, where the X server listens
COMMAND = "/opt/hailong/bin/hailong"
SCREEN = """[Service]
ExecStart=
ExecStart=/bin/sh -c 'sleep infinity & exec /usr/bin/Xvfb :0 -screen 0 1280x800x24 -nolisten tcp'
"""
"""A machine of namespaces has no panel; all else of the unit is as shipped. (The display has a child, too.)"""

HARMLESS = "[Service]\nCapabilityBoundingSet=\nAmbientCapabilities=\n"
"""There is one clock for this machine and the one that tests it: what the unit is for, it must not do here."""


def shipped(name: str) -> str:
    return (ROOT / "systemd" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One on which the package was installed, with a partition for the data."""
    if os.geteuid() != 0:
        pytest.skip("a machine of its own needs root")
    files = {
        **{
            f"/etc/systemd/system/{name}": shipped(name)
            for name in (KIOSK, DISPLAY, SYNC, CLOCK, "hailong-clock.path")
        },
        f"/etc/systemd/system/{DISPLAY}.d/screen.conf": SCREEN,
        f"/etc/systemd/system/{CLOCK}.d/harmless.conf": HARMLESS,
        "/usr/lib/sysusers.d/hailong.conf": shipped("hailong.sysusers.conf"),
        "/usr/lib/tmpfiles.d/hailong.conf": shipped("hailong.tmpfiles.conf"),
        "/etc/hailong/hailong.toml": (ROOT / "scripts/deb/hailong.toml").read_text(encoding="utf-8"),
    }
    above = tmp_path_factory.mktemp("terminal")
    (above / "data").mkdir()
    with ext4_disk(above / "data", above / "image") as disk, machine(files, {DATA: disk.folder}) as found:
        found.succeed("systemd-tmpfiles", "--create", "hailong.conf")
        yield found


def until(condition: Callable[[], bool]) -> None:
    """Wait for it."""
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.2)


def started(terminal: Machine) -> None:
    done = terminal.run("systemctl", "start", KIOSK, SYNC)
    assert done.returncode == 0, done.stderr + terminal.run("journalctl").stdout


def foreign(terminal: Machine) -> str:
    """What lies in the data folder and belongs to neither of the two."""
    services = ("!", "-user", "hailong-kiosk", "!", "-user", "hailong-sync")
    return terminal.succeed("find", DATA, *services, "!", "-name", "lost+found")


def outside(terminal: Machine, pid: str) -> psutil.Process:
    """A process of the machine as this system knows it."""
    for process in psutil.Process(terminal.pid).children(recursive=True):
        numbers = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").split("NSpid:\t")[1]
        if numbers.splitlines()[0].split()[1] == pid:
            return process
    raise AssertionError(f"no process {pid} in the machine")


def test_it_shows_its_screen_with_few_rights_without_a_network_and_over_the_display_s_socket(
    terminal: Machine,
) -> None:
    started(terminal)  # READY=1 comes after the first picture
    process = outside(terminal, terminal.value(KIOSK, "MainPID"))
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(facts["CapBnd"], 16) == 0
    assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
    sees = ("nsenter", f"--target={terminal.value(KIOSK, 'MainPID')}", "--net", "--mount")
    assert terminal.succeed(*sees, "ls", "/sys/class/net").split() == ["lo"]
    assert terminal.succeed(*sees, "ls", SOCKETS).split() == ["X0"]
    assert terminal.run("ls", SOCKETS).stdout == ""
    # lgpio makes files where it is started, gpiozero looks for the board, the ledger for the boot.
    assert os.readlink(f"/proc/{process.pid}/cwd") == "/run/hailong"  # noqa: PTH115 - in the machine
    as_kiosk = (*sees, "runuser", "--user", "hailong-kiosk", "--")
    terminal.succeed(*as_kiosk, "test", "-w", "/run/hailong")
    terminal.succeed(*as_kiosk, "test", "-r", "/proc/sys/kernel/random/boot_id")
    assert terminal.succeed(*as_kiosk, "cat", "/proc/cpuinfo")
    assert terminal.run(*as_kiosk, "test", "-w", "/etc/hailong").returncode == 1


def test_memory_that_is_written_is_never_run_and_still_it_draws_and_asks_the_x_server(
    terminal: Machine,
) -> None:
    """SDL, ctypes (`kiosk.x11`) and cryptography under MemoryDenyWriteExecute."""
    started(terminal)
    assert terminal.value(KIOSK, "MemoryDenyWriteExecute") == "yes"
    maps = Path(f"/proc/{outside(terminal, terminal.value(KIOSK, 'MainPID')).pid}/maps")
    assert not [line for line in maps.read_text(encoding="utf-8").splitlines() if "wx" in line.split()[1]]


def test_a_kiosk_that_hangs_is_started_again_by_itself(terminal: Machine) -> None:
    started(terminal)
    before, restarts = terminal.value(KIOSK, "MainPID"), int(terminal.value(KIOSK, "NRestarts"))
    display = terminal.value(DISPLAY, "MainPID")
    outside(terminal, before).send_signal(signal.SIGSTOP)
    until(lambda: int(terminal.value(KIOSK, "NRestarts")) > restarts)
    until(lambda: terminal.value(KIOSK, "ActiveState") == "active")
    assert terminal.value(KIOSK, "MainPID") not in (before, "0")
    assert terminal.value(DISPLAY, "MainPID") not in (display, "0"), "what it drew on may be what hung"


def test_a_kiosk_that_lives_says_so_while_nothing_happens(terminal: Machine) -> None:
    started(terminal)
    said, pid = terminal.value(KIOSK, "WatchdogTimestampMonotonic"), terminal.value(KIOSK, "MainPID")
    until(lambda: terminal.value(KIOSK, "WatchdogTimestampMonotonic") != said)
    assert terminal.value(KIOSK, "MainPID") == pid


def test_the_clock_is_looked_at_when_the_delivery_says_that_there_is_an_anchor(terminal: Machine) -> None:
    started(terminal)
    terminal.succeed("systemctl", "start", "hailong-clock.path")
    assert terminal.value(CLOCK, "ExecMainStartTimestampMonotonic") == "0"
    terminal.succeed("runuser", "--user", "hailong-sync", "--", "touch", f"{DATA}/sync/anchored")
    until(lambda: terminal.value(CLOCK, "ExecMainExitTimestampMonotonic") != "0")
    assert terminal.value(CLOCK, "ExecMainStatus") == "0"
    # It could read the ledger beside the kiosk, and has found no anchor.
    journal = ("journalctl", "--unit", CLOCK, "--output", "cat")
    until(lambda: "chưa cho biết giờ" in terminal.succeed(*journal))


def test_the_display_may_go_and_come_back(terminal: Machine) -> None:
    started(terminal)
    terminal.succeed("systemctl", "restart", DISPLAY)
    until(lambda: terminal.value(KIOSK, "ActiveState") == "active")
    terminal.succeed(COMMAND, "ledger", "verify")


def test_ctrl_alt_del_restarts_nothing(terminal: Machine) -> None:
    """The kernel signals process 1, which starts this target; as Debian has it, the machine would start anew."""
    started(terminal)
    pid = terminal.value(KIOSK, "MainPID")
    assert terminal.value("ctrl-alt-del.target", "LoadState") == "masked"
    assert "masked" in terminal.run("systemctl", "start", "ctrl-alt-del.target").stderr
    assert terminal.value(KIOSK, "MainPID") == pid


def leaves_nothing_of_root_s(terminal: Machine, *commands: str) -> None:
    for command in commands:
        done = terminal.run(COMMAND, *command.split())
        assert "Traceback" not in done.stderr
        assert foreign(terminal) == "", done.stdout + done.stderr
        assert terminal.succeed("stat", "--format=%U %a", f"{DATA}/sync/device.key") == "hailong-sync 600\n"


def test_what_a_technician_does_as_root_beside_a_kiosk_leaves_nothing_of_root_s(terminal: Machine) -> None:
    started(terminal)
    leaves_nothing_of_root_s(terminal, ENROL, "sync once", "key rotate", "doctor", "status", "ledger verify")
    assert terminal.value(SYNC, "NRestarts") == "0"


def test_what_a_technician_does_as_root_without_a_kiosk_leaves_nothing_of_root_s(terminal: Machine) -> None:
    started(terminal)
    terminal.succeed("systemctl", "stop", KIOSK)
    leaves_nothing_of_root_s(terminal, ENROL, "sync once", "hwtest --headless --seconds 0.1", EXPORT)
    started(terminal)
    assert terminal.value(SYNC, "NRestarts") == "0"


def test_setting_it_up_as_root_leaves_nothing_of_root_s(terminal: Machine) -> None:
    started(terminal)
    terminal.succeed("systemctl", "stop", KIOSK, SYNC)
    bring = "mkdir /root/stick; cd /root/stick; printf '[texts]\\nunit = \"UBND\"\\n' > hailong.toml"
    terminal.succeed("sh", "-ec", f"{bring}; echo 'http://127.0.0.1:9 7K3F-9Q2M-XPTB' > hailong-enrol.txt")
    assert terminal.run(COMMAND, "first-boot", "--from", "/root/stick").returncode == 1
    assert "Đã nhận cấu hình" in terminal.succeed("cat", "/root/stick/hailong-ket-qua.txt")
    asked = terminal.run("sh", "-c", f"printf '1\\n217x136\\n' | {COMMAND} provision")
    assert asked.returncode == 1, "nobody is there any more"
    assert "217" in terminal.succeed("cat", "/etc/hailong/hailong.toml"), asked.stdout + asked.stderr
    assert terminal.succeed("stat", "--format=%U", f"{DATA}/provision.json") == "hailong-kiosk\n"
    assert foreign(terminal) == ""
    started(terminal)


def refusals(terminal: Machine, words: str = "votes cannot be kept") -> int:
    """How often the kiosk has said so."""
    return terminal.run("journalctl", "--unit", KIOSK, "--output", "cat").stdout.count(words)


def test_on_a_card_that_has_turned_read_only_the_screen_says_so(terminal: Machine) -> None:
    started(terminal)
    terminal.succeed("systemctl", "stop", KIOSK, SYNC)
    before = refusals(terminal)
    terminal.succeed("mount", "--options", "remount,bind,ro", DATA)
    try:
        started(terminal)  # it is ready to show what is wrong
        until(lambda: refusals(terminal) > before)
        assert terminal.value(KIOSK, "ActiveState") == "active"
    finally:
        terminal.succeed("systemctl", "stop", KIOSK)
        terminal.succeed("mount", "--options", "remount,bind,rw", DATA)
    started(terminal)


def test_without_its_partition_it_says_so_and_writes_nothing_in_its_place(terminal: Machine) -> None:
    terminal.succeed("systemctl", "stop", KIOSK, SYNC)
    terminal.succeed("sh", "-c", f"echo LABEL=data {DATA} ext4 nofail 0 2 >> /etc/fstab")
    terminal.succeed("umount", DATA)
    try:
        terminal.succeed("systemctl", "start", "--no-block", KIOSK)
        until(lambda: refusals(terminal, " K5: ") > 0)
        # A terminal that was set up would seem to be a new one: neither a card's files nor the wizard begin.
        for command in (("first-boot", "--from", "/srv"), ("provision",)):
            assert terminal.run(COMMAND, *command, "--installed").returncode == UNSAFE_DATA
        assert terminal.succeed("find", DATA, "-type", "f") == ""
        # And with none in fstab: the root here is an overlay, which a power cut empties.
        terminal.succeed("sed", "-i", "/LABEL=data/d", "/etc/fstab")
        terminal.succeed("systemctl", "restart", "--no-block", KIOSK)
        until(lambda: refusals(terminal, " K4: ") > 0)
        assert terminal.succeed("find", DATA, "-type", "f") == ""
    finally:
        terminal.succeed("sed", "-i", "/LABEL=data/d", "/etc/fstab")
        terminal.succeed("systemctl", "stop", KIOSK)
