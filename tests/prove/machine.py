"""``scripts/prove machine``: a whole machine loses its power at random moments, and no vote."""

import random
import subprocess
import sys
import time
from pathlib import Path

from tests.machine.central import central
from tests.machine.cuts import Campaign, Toll
from tests.machine.image import SUITE, image
from tests.machine.vm import machine
from tests.prove.evidence import ON_DISK, Evidence, table


def run(cuts: int, seed: int, mutant: bool, evidence: bool) -> int:
    """Cut, report; the exit code is 0 when every goal was reached, or a mutant caught."""
    began_s = time.monotonic()
    with machine(image()) as terminal, central() as server:
        chance = random.Random(seed)  # noqa: S311 - moments, no secret
        campaign = Campaign(terminal, server, chance, _say)
        campaign.enrol()
        if mutant:
            campaign.weaken()
        toll = campaign.run(cuts)
        if not mutant:
            campaign.arrive()
        kernel = terminal.run("uname -r").strip() if terminal.is_on else ""
    seconds = time.monotonic() - began_s
    for failure in toll.failures:
        _say(f"{failure}\n")
    _say(
        f"machine: {toll.cuts} cuts, {toll.thanked} votes thanked for; "
        f"{len(toll.failures)} times the disk had not what was tapped\n"
    )
    if mutant:
        _say("the mutant was " + ("caught\n" if toll.failures else "NOT caught\n"))
        return 0 if toll.failures else 1
    if evidence:
        _say(f"written: {_page(toll, cuts, seed, kernel, seconds).write()}\n")
    whole = toll.received == toll.stored and toll.early == 0
    return 0 if not toll.failures and whole and toll.cuts >= cuts else 1


def _page(toll: Toll, cuts: int, seed: int, kernel: str, seconds: float) -> Evidence:
    goals = [
        ("power cuts (SIGKILL of QEMU), each followed by a start of the machine", f"≥ {cuts:,}", f"{toll.cuts:,}"),
        ("cuts after which a thanked vote was missing, doubled or changed, or one was there that nobody tapped", "0",
         f"{len(toll.failures):,}"),
        ("ratings on the disk that central did not have at the end", "0", f"{toll.stored - toll.received:,}"),
    ]  # fmt: skip
    facts = [
        ("votes for which the screen said thank you", f"{toll.thanked:,}"),
        (
            "taps without thanks: overtaken by a cut",
            f"{toll.unthanked:,}",
        ),
        ("ratings on the disk at the end", f"{toll.stored:,}"),
        ("seconds", f"{seconds:,.0f}"),
    ]
    qemu = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True)
    return Evidence(
        name="machine",
        title="The whole machine: power cuts",
        story=(
            f"A Debian “{SUITE}” with our package (`scripts/build-deb`), its real units, kernel, display and "
            "file system was started in QEMU, voted at by taps on its screen, and cut off from its power at "
            "a random moment between taps and delivery; then the same disks were started again. Whether a "
            "vote was acknowledged was read off the screen. After every cut the data partition was read on "
            "the host: every thanked vote had to be there once, in order, and none that nobody tapped. Its "
            "clock stood a year back at every start, before the server's certificate began, and there was no "
            "time server; in every fifth start there was no network, nor at first in the last, until one "
            "vote more was thanked for. At the end everything had to be at a real central server, over TLS. "
            "The processor is emulated (x86-64, no KVM), so no time here says anything of a board; a card "
            "that loses what it said it had written is not shown."
        ),
        tables=[table(("", "goal", "result"), goals), table(("", "number"), facts)],
        command=f"scripts/prove machine --cuts {cuts} --seed {seed} --evidence",
        folder=Path(ON_DISK),
        extra=[("QEMU", qemu.stdout.splitlines()[0]), ("kernel of the machine", kernel)],
    )


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
