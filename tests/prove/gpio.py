"""``scripts/prove gpio``: bouncing buttons on pins, and a pad whose cable is pulled, in a whole machine."""

import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from hardware.events import Level
from hardware.lights import BLINKS
from tests.machine.breadboard import Breadboard, wired
from tests.machine.citizen import Citizen, is_kept
from tests.machine.disk import ratings
from tests.machine.image import SUITE, image
from tests.machine.presses import BOUNCE_MS, TORN, bouncing, doubled, missed
from tests.machine.screen import ATTENTION, WELL
from tests.machine.usbpad import usb_pad
from tests.machine.vm import Machine
from tests.prove.evidence import ON_DISK, Evidence, table

_AT_ONCE = 50
"""Presses between two looks at the disk."""
_CONTROLS = 10
_PAD_VOTES = 10
"""Each time that the pad is plugged in."""


@dataclass(slots=True)
class Toll:
    """What was pressed, and what became of it.

    Attributes:
        pressed: Presses on pins.
        missed: Of those without a rating.
        doubled: Ratings beside one for each.
        dark: Presses after which the lights did not blink.
        short: Presses after which they blinked fewer than three times.
        torn: Presses that the emulated processor pulled apart.
        pad: Presses on the pad for which its lights blinked.
        pulled: How often its cable was pulled.
        pad_wrong: How often the ledger had not what was pressed on it.
        torn_seen: Of presses torn apart on purpose, those that were found doubled.
        lost_seen: Of presses on a pin without a button, those that were found missing.
        failures: English.
    """

    pressed: int = 0
    missed: int = 0
    doubled: int = 0
    dark: int = 0
    short: int = 0
    torn: int = 0
    pad: int = 0
    pulled: int = 0
    pad_wrong: int = 0
    torn_seen: int = 0
    lost_seen: int = 0
    failures: list[str] = field(default_factory=list)


def run(presses: int, pulls: int, seed: int, evidence: bool) -> int:
    """Press, report; the exit code is 0 when every goal was reached."""
    began_s = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 - fingers, no secret
    toll = Toll()
    with wired(image()) as (terminal, board):
        _controls(terminal, board, toll)
        while toll.pressed < presses:
            _press(terminal, board, min(_AT_ONCE, presses - toll.pressed), chance, toll)
        _pull(terminal, pulls, chance, toll)
        versions = _versions(terminal)
    seconds = time.monotonic() - began_s
    for failure in toll.failures:
        _say(f"{failure}\n")
    if evidence:
        command = f"scripts/prove gpio --presses {presses} --pulls {pulls} --seed {seed} --evidence"
        _say(f"written: {_page(toll, presses, pulls, seconds, versions, command).write()}\n")
    reached = toll.pressed >= presses and toll.pulled >= pulls and not toll.failures
    return 0 if reached and toll.torn_seen == toll.lost_seen == _CONTROLS else 1


def _controls(terminal: Machine, board: Breadboard, toll: Toll) -> None:
    """What must be found: presses that are two by the rules, and presses where no button is."""
    for _ in range(_CONTROLS):
        before = len(ratings(terminal))
        (torn,) = board.press([(Level.GOOD, "torn")], contacts={"torn": TORN})
        found = ratings(terminal)[before:]
        toll.torn_seen += len(found) == 2 and torn.open_ms > BOUNCE_MS
        before += len(found)
        lost = board.press([(Level.ACCEPTABLE, "snap_dome")], pins={Level.ACCEPTABLE: 4}, patience_s=5)
        toll.lost_seen += missed(lost, ratings(terminal)[before:]) == 1 and not lost[0].blinks
    _say(f"controls: {toll.torn_seen} doubled and {toll.lost_seen} missing were seen, of {_CONTROLS} each\n")


def _press(terminal: Machine, board: Breadboard, count: int, chance: random.Random, toll: Toll) -> None:
    before = ratings(terminal)
    pressed = board.press(bouncing(count, chance))
    after = ratings(terminal)
    found = after[len(before) :]
    lost, more = missed(pressed, found), doubled(pressed, found)
    dark = sum(not press.blinks for press in pressed)
    toll.pressed += count
    toll.missed += lost
    toll.doubled += more
    toll.dark += dark
    toll.short += sum(0 < press.blinks < BLINKS for press in pressed)
    toll.torn += sum(press.open_ms > BOUNCE_MS for press in pressed)
    if lost or more or dark or after[: len(before)] != before:
        toll.failures.append(f"{pressed}\nand the ledger has {found}")
    _say(f"{toll.pressed} presses: {toll.missed} missed, {toll.doubled} doubled, {toll.torn} torn\n")


def _pull(terminal: Machine, pulls: int, chance: random.Random, toll: Toll) -> None:
    """The pad is plugged in, votes, and is pulled out with a press on its way, again and again."""
    before, citizen = len(ratings(terminal)), Citizen(terminal)
    with tempfile.TemporaryDirectory(prefix="hailong-pad-") as folder, usb_pad(terminal, Path(folder)) as pad:
        for _ in range(pulls):
            pad.plug_in()
            citizen.waits_for(WELL)
            *levels, last = [level for level, _ in bouncing(_PAD_VOTES + 1, chance)]
            for level in levels:
                pad.vote(level)
            pad.press(last)
            time.sleep(chance.uniform(0, 0.3))
            pad.pull_out()
            citizen.waits_for(ATTENTION)
            toll.pulled += 1
            toll.pad = sum(tap.is_thanked for tap in pad.taps)
            found = ratings(terminal)[before:]
            if not is_kept(pad.taps, found):
                toll.pad_wrong += 1
                toll.failures.append(f"{pad.taps}\nand the ledger has {found}")
            _say(
                f"{toll.pulled} times pulled out: {toll.pad} votes, {toll.pad_wrong} times not what was pressed\n"
            )


def _versions(terminal: Machine) -> list[tuple[str, str]]:
    names = ("gpiozero", "lgpio")
    told = "; ".join(f"print(version({name!r}))" for name in names)
    found = terminal.run(
        f'/opt/hailong/bin/python3 -c "from importlib.metadata import version; {told}"'
    ).split()
    qemu = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True)
    return [
        ("QEMU", qemu.stdout.splitlines()[0]),
        ("kernel of the machine", terminal.run("uname -r").strip()),
        *zip(names, found, strict=True),
    ]


def _page(
    toll: Toll, presses: int, pulls: int, seconds: float, versions: list[tuple[str, str]], command: str
) -> Evidence:
    goals = [
        ("presses with bouncing contacts on five pins", f"≥ {presses:,}", f"{toll.pressed:,}"),
        ("of those missed", "0", f"{toll.missed:,}"),
        ("of those doubled", "0", f"{toll.doubled:,}"),
        ("after which the five lights did not blink together", "0", f"{toll.dark:,}"),
        ("times that the pad's cable was pulled, with a press on its way", f"≥ {pulls:,}", f"{toll.pulled:,}"),
        ("after which the ledger had not each vote of the pad once", "0", f"{toll.pad_wrong:,}"),
        ("control: presses that are two by the rules, found doubled", f"{_CONTROLS}", f"{toll.torn_seen}"),
        ("control: presses on a pin without a button, found missed", f"{_CONTROLS}", f"{toll.lost_seen}"),
    ]  # fmt: skip
    facts = [
        (f"presses that the emulation pulled apart for more than {BOUNCE_MS:.0f} ms: may be two", f"{toll.torn:,}"),
        ("presses after which the lights blinked once or twice and not three times", f"{toll.short:,}"),
        ("votes on the pad for which its lights blinked", f"{toll.pad:,}"),
        ("seconds", f"{seconds:,.0f}"),
    ]  # fmt: skip
    return Evidence(
        name="gpio",
        title="Buttons on pins, and a pad on USB",
        story=(
            f"A Debian “{SUITE}” with our package (`scripts/build-deb`) and its units as they are shipped was "
            "started in QEMU. A kernel module of ours (`tests/machine/board/`), built for the machine's own "
            "kernel from Debian's headers, is a GPIO chip with the label of a Raspberry Pi 4's, and "
            "`/proc/cpuinfo` named such a board; between that and the ledger all was real: the kernel's GPIO, "
            "udev, lgpio, gpiozero, our judge of contacts. A program in the machine opened and closed the "
            "contacts in real time as four kinds of contact bounce (synthesised traces, "
            "`hardware/fakes/traces/`), and pressed again when it had seen the lights, which are pins of the "
            "same chip, say that the rating is stored. The visit's rules were set so that every press is a "
            "rating. What was kept was read from the data partition on the host. The pad is the one of the "
            "protocol's tests behind an emulated FTDI adapter, found by the package's udev rule; its cable was "
            "pulled while the kiosk ran on, and the quiet mark had to say so, and to say that it is back. The "
            "processor is emulated (x86-64, no KVM), so no time here says anything of a board."
        ),
        tables=[table(("", "goal", "result"), goals), table(("", "number"), facts)],
        command=command,
        folder=Path(ON_DISK),
        extra=versions,
    )


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
