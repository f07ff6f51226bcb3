"""``scripts/prove card``: a prepared card, from its first start to a terminal that votes and delivers, in a machine.

Once with a data partition, once with the system read-only as well. What a person would do is nothing: no key is pressed
before the first vote.
"""

import base64
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from hardware.events import Level
from tests.central import served
from tests.machine.card import Card, new_card
from tests.machine.central import Central, central
from tests.machine.citizen import Citizen
from tests.machine.image import debian
from tests.machine.screen import IDLE
from tests.machine.stick import SOCKET, Stick
from tests.machine.vm import Power
from tests.package.debian import BOOKWORM, ROOT, build
from tests.prove.evidence import ON_DISK, Evidence, table

PATIENCE_S = 3_600.0
"""Longer than anything takes on an emulated processor of a busy machine."""
DATA_MIB = 128
_OVERLAY = ("overlayroot", "busybox", "cryptsetup", "cryptsetup-bin", "libpopt0")
"""What a system with our dependencies lacks for ``--read-only``; there is no network to get it from."""
_STICK = "/run/hailong-usb"
_MENU = """
import time
from kiosk.handover import Handover
menu = Handover.of({"RUNTIME_DIRECTORY": "/run/hailong"})
request = menu.ask()
while (answer := menu.answer(request)) is None:
    time.sleep(0.5)
print(answer.done, answer.text)
"""
_CONFIGURATION = """# As an administrator writes it, once for all terminals.
[inputs]
keyboard = false

[screen]
panel_mm = [217, 136]

[texts]
unit = "UBND phường Sông Công"
department = "Trung tâm Phục vụ hành chính công"
counter = "Quầy 3"
field = "Đất đai – Xây dựng"
"""


@dataclass
class Story:
    """One card, and what was found.

    Attributes:
        name: Of the way it was prepared.
        read_only: Whether the system is to forget every change.
        facts: What had to be, and whether it was.
    """

    name: str
    read_only: bool
    facts: list[tuple[str, bool]] = field(default_factory=list)

    def fact(self, what: str, found: bool) -> None:
        """Note it, and say it."""
        self.facts.append((what, found))
        _say(f"{self.name}: {what}: {_yes(found)}\n")


def run(evidence: bool) -> int:
    """Play both, and report; the exit code is 0 when everything was as it should be."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hailong-card-", dir=ON_DISK) as place, central() as server:
        folder = Path(place)
        package = build(BOOKWORM, folder)
        packages = folder / "packages"
        packages.mkdir()
        subprocess.run(
            ["apt-get", "download", *_OVERLAY], cwd=packages, check=True, stdout=subprocess.DEVNULL
        )
        image = new_card(folder, debian())
        stories = [Story("--data", read_only=False), Story("--data --read-only", read_only=True)]
        for number, story in enumerate(stories):
            own = folder / str(number)
            own.mkdir()
            _play(story, image, package, packages, server, own)
        if evidence:
            _say(f"written: {_page(stories, folder, time.monotonic() - began_s).write()}\n")
    return 0 if all(found for story in stories for _, found in story.facts) else 1


def _play(story: Story, image: Path, package: Path, packages: Path, server: Central, folder: Path) -> None:
    added = served.said(
        *("device", "add", "--unit", "UBND phường Sông Công", "--counter", "Quầy 3", "--accept"),
        data=server.data,
    )
    code, device = str(added["code"]), str(added["device"])
    card = folder / "card.img"
    subprocess.run(["cp", "--sparse=always", image, card], check=True)
    _prepare(story, card, package, packages, server, folder, code)
    machine = Card(card, folder)
    try:
        _first_starts(story, machine, code)
        _votes(story, machine, server, device)
        _carried(story, machine, server, device, folder)
        _without_data(story, machine)
    finally:
        machine.close()


def _prepare(
    story: Story, card: Path, package: Path, packages: Path, server: Central, folder: Path, code: str
) -> None:
    """As docs/package.md says, by the script itself."""
    (folder / "hailong.toml").write_text(_CONFIGURATION, encoding="utf-8")
    (folder / "hailong-enrol.txt").write_text(f"{server.url} {code}\n", encoding="utf-8")
    (folder / "ca.pem").write_text(server.authority.pem, encoding="ascii")
    more = ("--read-only",) if story.read_only else ()
    subprocess.run(
        [ROOT / "scripts/prepare-card", card, "--deb", package, "--config", folder / "hailong.toml",
         "--enrol", folder / "hailong-enrol.txt", "--ca", folder / "ca.pem", "--packages", packages,
         "--data", str(DATA_MIB), *more],
        check=True,
    )  # fmt: skip


def _first_starts(story: Story, machine: Card, code: str) -> None:
    for what, patience_s in (
        ("the system's own first start gave the disk another identity and restarted", PATIENCE_S),
        ("the second start left word for systemd and restarted", PATIENCE_S),
        ("the third start installed the package from the card, without a network, and restarted", PATIENCE_S),
    ):
        began_s = time.monotonic()
        machine.switch_on(Power(more=SOCKET))
        machine.ends_by_itself(patience_s)
        story.fact(f"{what} ({time.monotonic() - began_s:.0f} s)", True)
    names = machine.names()
    story.fact("nothing of what installed it is left on the boot partition", "hailong" not in names)
    line = machine.read("cmdline.txt")
    story.fact(
        "the kernel's command line is the system's own again", "systemd.run" not in line and "root=" in line
    )
    story.fact("before the first start as a terminal the code is there", "hailong-enrol.txt" in names)

    machine.switch_on(Power(more=SOCKET))
    Citizen(machine).waits_for(IDLE, PATIENCE_S)
    story.fact("the next start shows the rating screen with the words of the card's configuration", True)
    machine.run("sync")
    names = machine.names()
    story.fact("the code's file is gone", "hailong-enrol.txt" not in names)
    raw = machine.boot_partition().read_bytes()
    story.fact("no byte of the code is on the boot partition", code.encode() not in raw)
    said = machine.read("hailong-ket-qua.txt")
    story.fact("the result beside it says that everything has been done", "Mọi việc đã xong." in said)


def _votes(story: Story, machine: Card, server: Central, device: str) -> None:
    citizen = Citizen(machine)
    citizen.votes(Level.GOOD)
    citizen.votes(Level.POOR)
    machine.until("two votes at central", lambda: len(server.votes(device)) == 2, every_s=5)
    story.fact("both votes are at central", [int(vote["level"]) for vote in server.votes(device)] == [4, 2])
    source = machine.run("findmnt --noheadings --output SOURCE,FSTYPE /var/lib/hailong").split()
    story.fact("the data folder is the data partition", source == ["/dev/vda3", "ext4"])
    kind = machine.run("findmnt --noheadings --output FSTYPE /").strip()
    story.fact("the system is " + ("under an overlay" if story.read_only else "on its own partition"),
               kind == ("overlay" if story.read_only else "ext4"))  # fmt: skip
    if story.read_only:
        machine.run("echo x > /root/left && sync")
    else:
        blocks = int(machine.run("stat --file-system --format %b /")) * int(
            machine.run("stat -f --format %S /")
        )
        story.fact("the system's file system fills its enlarged partition", blocks > 4 << 30)

    citizen.votes(Level.EXCELLENT)
    machine.cut()
    machine.switch_on(Power(more=SOCKET))
    citizen.waits_for(IDLE, PATIENCE_S)
    story.fact("after a power cut it shows the same words", True)
    machine.until("three votes at central", lambda: len(server.votes(device)) == 3, every_s=5)
    story.fact("and what was voted before the cut is at central", int(server.votes(device)[-1]["level"]) == 5)
    configuration = machine.run("hailong config show")
    story.fact(
        "the configuration is kept", "Quầy 3" in configuration and "/etc/hailong/ca.pem" in configuration
    )
    if story.read_only:
        gone = machine.run("test -e /root/left && echo there || echo gone").strip() == "gone"
        story.fact("what was written to the system is forgotten", gone)


def _carried(story: Story, machine: Card, server: Central, device: str, folder: Path) -> None:
    """No network: a USB stick with FAT takes the ratings to the server, and is pulled out in the middle first."""
    machine.qmp("set_link", name="net-card", up=False)
    Citizen(machine).votes(Level.ACCEPTABLE)
    stick = Stick(machine, folder / "stick.img")
    stick.plug_in(most_bytes_s=2_000)
    _wait_for_stick(machine, there=True)
    options = machine.run(f"findmnt --noheadings --output FSTYPE,OPTIONS {_STICK}")
    story.fact("a stick is mounted, and nothing on it can be run", "vfat" in options and "noexec" in options)
    machine.run(f"({_export()}) > /tmp/answer 2>&1 &")
    machine.until("a file that is being written", lambda: ".part" in machine.run(f"ls {_STICK}"), every_s=0.2)
    stick.pull_out()
    machine.until("the menu's answer", lambda: bool(machine.run("cat /tmp/answer").strip()), every_s=1)
    answer = machine.run("cat /tmp/answer").strip()
    story.fact(
        f"pulled out in the middle, the menu says: “{answer.removeprefix('False ')}”",
        answer.startswith("False "),
    )
    _wait_for_stick(machine, there=False)
    whole = {name for name in stick.names() if not name.endswith((".part", ".PAR"))}
    story.fact("no file on it is taken for whole", not whole)
    Citizen(machine).votes(Level.VERY_POOR)
    story.fact("votes are taken as before", True)

    stick.plug_in()
    _wait_for_stick(machine, there=True)
    story.fact("plugged in again, it takes the export", machine.run(_export()).startswith("True "))
    stick.pull_out()
    _wait_for_stick(machine, there=False)
    (name,) = {name for name in stick.names() if not name.endswith((".part", ".PAR"))}
    received = served.run("receive", str(stick.read(name, folder)), data=server.data)
    levels = [int(vote["level"]) for vote in server.votes(device)]
    if received.returncode != 0:
        _say(received.stderr)
    story.fact("what the stick carried is at central", received.returncode == 0 and levels[3:] == [3, 1])
    machine.run("systemctl poweroff --no-block")
    machine.ends_by_itself(PATIENCE_S)


def _export() -> str:
    """A shell command: what the service menu does, and the answer that it gets."""
    program = base64.b64encode(_MENU.encode()).decode()
    return (
        f"echo {program} | base64 -d > /tmp/menu.py && "
        "setpriv --reuid=hailong-kiosk --regid=hailong --init-groups /opt/hailong/bin/python3 /tmp/menu.py"
    )


def _wait_for_stick(machine: Card, *, there: bool) -> None:
    def is_so() -> bool:
        return (machine.run(f"mountpoint -q {_STICK} && echo there || echo out").strip() == "there") == there

    machine.until("the stick to be mounted" if there else "the stick to be let go", is_so, every_s=1)


def _without_data(story: Story, machine: Card) -> None:
    """The data partition is damaged: no rating may be written beside it."""
    start = machine.data_start()
    for at in (start, start + (64 << 10)):
        subprocess.run(
            ["qemu-io", "-f", "qcow2", "-c", f"write -P 0 {at} 64k", machine.disk("card")],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    machine.switch_on(Power(more=SOCKET))
    _wait_for_fault(machine, "K5")
    story.fact("without the data partition the terminal says K5 and takes no rating", True)
    machine.cut()


def _wait_for_fault(machine: Card, code: str) -> None:
    def shown() -> bool:
        return code in machine.run("journalctl --unit hailong-kiosk --boot --no-pager")

    machine.until(f"the fault {code}", shown, PATIENCE_S, every_s=5)


def _page(stories: list[Story], folder: Path, seconds: float) -> Evidence:
    parts = [
        f"## `scripts/prepare-card {story.name}`\n\n"
        + table(("what", ""), [(what, _yes(found)) for what, found in story.facts])
        for story in stories
    ]
    return Evidence(
        name="card",
        title="A prepared card, from the first start to the first vote at central",
        story=(
            "An image with the partitions, mount points, command line and first start of Raspberry Pi OS, but with "
            "Debian's programs and kernel for x86-64, was given package, configuration, code and authority by "
            "`scripts/prepare-card` and started in QEMU; what a board's firmware does, reading kernel and command line "
            "from the FAT partition at each start, was done on the host. Nothing was typed or touched before the first "
            "vote. The network reached the central server and nothing else. No time here says anything of a board: the "
            "processor is emulated."
        ),
        tables=[*parts, table(("", "number"), [("seconds", f"{seconds:,.0f}")])],
        command="scripts/prove card --evidence",
        folder=folder,
    )


def _yes(found: bool) -> str:
    return "yes" if found else "NO"


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
