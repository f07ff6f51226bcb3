"""``python -m tests.bench append | devices | drain | fleet | idle | ingest | start | terminal | wire``."""

import argparse
import sys

from tests.bench.measures import NotMeasured, say

NOT_MEASURED = 2
"""Exit code when there is no figure; 1 = a goal was missed."""


def main() -> int:
    """Read the command line and measure; 0 = every goal was reached."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    append = commands.add_parser("append", help="a vote's append against a bare commit")
    append.add_argument("--count", type=int, default=2_000, help="how many of each")
    append.add_argument("--folder", help="where; the default is on a disk")

    idle = commands.add_parser("idle", help="processor time and wake-ups while nobody presses")
    idle.add_argument("--seconds", type=float, default=60.0, help="how long to look")

    start = commands.add_parser("start", help="the time from the start to the first press")
    start.add_argument("--entries", type=int, default=1_000_000, help="of the long ledger")
    start.add_argument("--runs", type=int, default=3, help="starts of each kind")

    terminal = commands.add_parser("terminal", help="beside a browser in kiosk mode, on one X server")
    terminal.add_argument("--presses", type=int, default=200, help="on the screen, and as many on the pad")
    terminal.add_argument("--starts", type=int, default=9, help="of each")
    terminal.add_argument("--seconds", type=float, default=60.0, help="how long nobody presses")

    ingest = commands.add_parser("ingest", help="votes a second into central, through HTTP")
    ingest.add_argument("--votes", type=int, default=100_000, help="in batches of each size")

    wire = commands.add_parser("wire", help="bytes a vote on the way to central")
    wire.add_argument("--rounds", type=int, default=20, help="batches of each size")

    drain = commands.add_parser("drain", help="from a press, and from a backlog, to central's PostgreSQL")
    drain.add_argument("--votes", type=int, default=18_000, help="of the backlog: 90 days of 200")
    drain.add_argument("--presses", type=int, default=50, help="while everything runs")

    fleet = commands.add_parser("fleet", help="a thousand terminals whose central was away")
    fleet.add_argument("--terminals", type=int, default=1_000, help="each with a key and a ledger of its own")
    fleet.add_argument("--connections", type=int, default=50, help="at once")
    fleet.add_argument("--rounds", type=int, default=8, help="deliveries of each terminal before, and after")
    fleet.add_argument("--outage", type=float, default=60.0, help="seconds without central")

    devices = commands.add_parser("devices", help="central's page of terminals, at all of a country")
    devices.add_argument("--terminals", type=int, default=16_600, help="how many")
    devices.add_argument("--times", type=int, default=40, help="how often each page is asked for")

    for command in (append, devices, drain, fleet, idle, ingest, start, terminal, wire):
        command.add_argument("--evidence", action="store_true", help="write docs/evidence/")

    options = parser.parse_args()
    try:
        return _run(options)
    except NotMeasured as error:
        say(f"not measured: {error}")
        return NOT_MEASURED


def _run(options: argparse.Namespace) -> int:
    if options.command == "append":
        from tests.bench.append import run as run_append

        return run_append(options.count, options.folder, options.evidence)
    if options.command == "fleet":
        from tests.bench.fleet import run as run_fleet

        return run_fleet(
            options.terminals, options.connections, options.rounds, options.outage, options.evidence
        )
    if options.command == "idle":
        from tests.bench.idle import run as run_idle

        return run_idle(options.seconds, options.evidence)
    if options.command == "ingest":
        from tests.bench.ingest import run as run_ingest

        return run_ingest(options.votes, options.evidence)
    if options.command == "devices":
        from tests.bench.devices import run as run_devices

        return run_devices(options.terminals, options.times, options.evidence)
    if options.command == "drain":
        from tests.bench.drain import run as run_drain

        return run_drain(options.votes, options.presses, options.evidence)
    if options.command == "wire":
        from tests.bench.wire import run as run_wire

        return run_wire(options.rounds, options.evidence)
    if options.command == "terminal":
        from tests.bench.terminal import run as run_terminal

        return run_terminal(options.presses, options.starts, options.seconds, options.evidence)
    from tests.bench.start import run as run_start

    return run_start(options.entries, options.runs, options.evidence)


if __name__ == "__main__":
    sys.exit(main())
