"""``python -m tests.prove powercut | kill | clock | gesture | delivery | tamper | life | fuzz | pull | rotation``.

``machine`` cuts the power of a whole one, ``gpio`` presses its buttons; ``upgrade`` installs today's package over the
first; ``image`` recovers one that was kept once more.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.prove import mutants


def main() -> int:
    """Read the command line and prove; 0 = every goal was reached."""
    parser = argparse.ArgumentParser(prog="scripts/prove", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    powercut = commands.add_parser("powercut", help="power cuts, rebuilt from a recording")
    powercut.add_argument("--images", type=int, default=20_000, help="how many disks to recover")
    powercut.add_argument("--votes", type=int, default=600, help="how many votes to record")
    powercut.add_argument(
        "--mutant",
        choices=[*mutants.NAMES, "all"],
        help="only this mutant; all: the program and every mutant",
    )

    kill = commands.add_parser("kill", help="SIGKILL at random moments, again and again")
    kill.add_argument("--kills", type=int, default=1_000, help="how many kills")

    clock = commands.add_parser("clock", help="votes of simulated terminals whose clocks are wrong")
    clock.add_argument("--votes", type=int, default=1_000_000, help="how many votes")
    clock.add_argument(
        "--mutant", choices=["ntp", "20ppm", "wall", "unflagged"], help="a program that believes it"
    )

    gesture = commands.add_parser("gesture", help="the public pounds, and must not get into the service page")
    gesture.add_argument("--minutes", type=int, default=10_000, help="simulated minutes of pounding")
    gesture.add_argument(
        "--mutant", metavar="NAME", help="only this mutant; all: the program and every mutant"
    )

    delivery = commands.add_parser(
        "delivery", help="votes on their way to a real central, and all that goes wrong"
    )
    delivery.add_argument("--votes", type=int, default=20_000, help="at least so many votes")
    delivery.add_argument("--faults", type=int, default=2_000, help="at least so many faults")
    delivery.add_argument("--kills", type=int, default=20, help="how often PostgreSQL is killed")
    delivery.add_argument("--mutants", action="store_true", help="try deliveries that break a promise, too")
    delivery.add_argument("--pull", action="store_true", help="central fetches, too, from the same terminals")
    delivery.add_argument(
        "--patience", type=float, default=7_200.0, metavar="SECONDS", help="no longer than this"
    )

    tamper = commands.add_parser("tamper", help="attacks on ledgers, batches, receipts and messages")
    tamper.add_argument("--trials", type=int, default=100, help="how many of each attack")
    tamper.add_argument(
        "--mutant", metavar="NAME", help="a product that does not look: attacks must come through"
    )

    life = commands.add_parser("life", help="whatever happens to a terminal and central, in whatever order")
    life.add_argument("--steps", type=int, default=2_000, help="how many things happen")
    life.add_argument(
        "--mutant", action="store_true", help="a delivery whose cursor moves too early: it must be caught"
    )

    fuzz = commands.add_parser("fuzz", help="what nobody would send, for every parser and central's API")
    fuzz.add_argument("--runs", type=int, default=100_000, help="how often each parser is run")
    fuzz.add_argument("--cases", type=int, default=1_000, help="how often central's API is asked")

    pull = commands.add_parser("pull", help="requests to the pull API without a right to it")
    pull.add_argument("--trials", type=int, default=10_000, help="how many")
    pull.add_argument("--mutant", choices=["nonces", "signatures"], help="a gate that does not look at them")

    rotation = commands.add_parser("rotation", help="new keys of a terminal, while the power fails")
    rotation.add_argument("--images", type=int, default=1_000, help="how many disks go on")
    rotation.add_argument(
        "--mutant", metavar="NAME", help="only this mutant; all: the program and every mutant"
    )

    machine = commands.add_parser("machine", help="a whole machine in QEMU loses its power, again and again")
    machine.add_argument("--cuts", type=int, default=100, help="how many power cuts")
    machine.add_argument(
        "--mutant", action="store_true", help="a ledger that does not wait for the disk: caught?"
    )

    upgrade = commands.add_parser("upgrade", help="today's package over the first one, with a long ledger")
    upgrade.add_argument("--entries", type=int, default=1_000_000, help="how many entries")

    card = commands.add_parser("card", help="a prepared card, from its first start to a vote at central")

    gpio = commands.add_parser("gpio", help="bouncing buttons on the pins of a whole machine, and a pad")
    gpio.add_argument("--presses", type=int, default=1_000, help="how many presses on pins")
    gpio.add_argument("--pulls", type=int, default=20, help="how often the pad's cable is pulled")

    campaigns = (
        powercut,
        kill,
        clock,
        gesture,
        delivery,
        tamper,
        life,
        fuzz,
        pull,
        rotation,
        machine,
        upgrade,
        card,
        gpio,
    )
    for command in campaigns:
        command.add_argument("--seed", type=int, default=1, help="another number, other moments")
        command.add_argument("--evidence", action="store_true", help="write docs/evidence/")
    for command in (powercut, kill):
        command.add_argument("--keep", type=Path, metavar="FOLDER", help="where what failed is kept")

    image = commands.add_parser("image", help="recover a kept image once more")
    image.add_argument("folder", type=Path)

    options = parser.parse_args()
    if options.command == "image":
        from tests.prove.recovery import try_again

        failures = try_again(options.folder)
        for failure in failures:
            sys.stdout.write(f"{failure.kind}: {failure.detail}\n")
        return 1 if failures else 0
    if options.command == "clock":
        from tests.prove.clock import run as run_clock

        return run_clock(options.votes, options.seed, options.mutant, options.evidence)
    if options.command == "gesture":
        from tests.prove.gesture import run as run_gesture

        return run_gesture(options.minutes, options.seed, options.mutant, options.evidence)
    if options.command == "delivery":
        from tests.prove.delivery import Goal
        from tests.prove.delivery_report import How
        from tests.prove.delivery_report import run as run_delivery

        goal = Goal(options.votes, options.faults, options.kills)
        how = How(options.seed, options.patience, options.mutants, options.pull)
        return run_delivery(goal, how, options.evidence)
    if options.command == "tamper":
        from tests.prove.tamper import run as run_tamper

        return run_tamper(options.trials, options.seed, options.mutant, options.evidence)
    if options.command == "life":
        from tests.prove.life_run import run as run_life

        return run_life(options.steps, options.seed, options.mutant, options.evidence)
    if options.command == "fuzz":
        from tests.prove.fuzz import run as run_fuzz

        return run_fuzz(options.runs, options.cases, options.seed, options.evidence)
    if options.command == "pull":
        from tests.prove.pull import run as run_pull

        return run_pull(options.trials, options.seed, options.mutant, options.evidence)
    if options.command == "rotation":
        from tests.prove.rotation import run as run_rotation

        return run_rotation(options.images, options.seed, options.mutant, options.evidence)
    if options.command == "machine":
        from tests.prove.machine import run as run_machine

        return run_machine(options.cuts, options.seed, options.mutant, options.evidence)
    if options.command == "upgrade":
        from tests.prove.upgrade import run as run_upgrade

        return run_upgrade(options.entries, options.evidence)
    if options.command == "card":
        from tests.prove.card import run as run_card

        return run_card(options.evidence)
    if options.command == "gpio":
        from tests.prove.gpio import run as run_gpio

        return run_gpio(options.presses, options.pulls, options.seed, options.evidence)
    kept = options.keep or Path(tempfile.gettempdir()) / f"hailong-failed-{os.getpid()}"
    if options.command == "kill":
        from tests.prove.kill import run as run_kill

        return run_kill(options.kills, options.seed, options.evidence, kept)
    from tests.prove.powercut_report import run as run_powercut

    return run_powercut(options.images, options.seed, options.votes, options.mutant, options.evidence, kept)


if __name__ == "__main__":
    sys.exit(main())
