"""What `scripts/prove delivery` says, and writes to docs/evidence/."""

import logging
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.prove.delivery import Goal, Outcome, Stage, fault_rows, say
from tests.prove.delivery_mutants import MUTANTS, mutated
from tests.prove.evidence import Evidence, table

TERMINALS = 4
_MUTANT_VOTES, _MUTANT_FAULTS = 3_000, 400

_STORY = """\
Ledgers written by the product's `Keeper` were delivered by the loop of `hailong sync run` over HTTP, through a proxy
that hurts most of what passes, to a real `hailong-central serve` (two web processes) on its own PostgreSQL. Only the
terminals' clocks are not real: they jump over the back-off, so that weeks pass in minutes. Votes that come together are
stored in one transaction, which a real terminal does not do. Meanwhile PostgreSQL was killed with all its processes
while batches were under way; web processes and the whole server were killed; and deliveries in a process of their own
(the work of `hailong sync once`) were killed after 0 to 0.4 s.

After every contact the terminal's cursor was compared with what central holds. In the end every entry that central
holds was compared byte by byte, in order, with the ledger; every rating that was cast with what central counts, level
by level; the sums of the hourly counts with the number of ratings; there had to be no open alarm; and a recount of
everything had to find no difference. Then the delivery was replaced by mutants, which had to be found out by the same
comparisons."""


_PULL_STORY = """

At the same time central fetched from each terminal, every second, from a `hailong sync run --pull --no-push` of its own
(a process of the product), through a proxy that has the terminal's key and hurts 3 of 10 requests and answers in the
same ways. Both ways raced for the same entries, and both moved the same cursor."""


@dataclass(frozen=True, slots=True)
class How:
    """The command line, but for the goal."""

    seed: int
    patience_s: float
    mutants: bool
    pull: bool


def run(goal: Goal, how: How, evidence: bool) -> int:
    """Prove, report; 0 = every goal was reached."""
    for name in ("kiosk", "sync", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # that something goes wrong is what is wanted
    with ExitStack() as stack:
        stage = Stage(stack, how.seed)
        outcome = stage.run(goal, TERMINALS, how.patience_s, pull=how.pull)
        say(_summary(outcome))
        for line in outcome.wrong[:20]:
            say(f"  {line}")
        caught: dict[str, str] = {}
        for name in MUTANTS if how.mutants or (evidence and not how.pull) else ():
            with mutated(name):
                found = stage.run(Goal(_MUTANT_VOTES, _MUTANT_FAULTS, 0), 1, how.patience_s)
            caught[name] = found.wrong[0] if found.wrong else ""
            say(f"mutant {name}: {'caught: ' + caught[name] if caught[name] else 'NOT CAUGHT'}")
        code = stage.stop()
        if code:
            outcome.wrong.append(f"central ended with {code}")
    reached = _reached(outcome, goal) and (outcome.pulled_receipts > 0 or not how.pull)
    if evidence:
        say(f"written: {_page(outcome, caught, goal, how).write()}")
    return 0 if reached and not outcome.wrong and all(caught.values()) else 1


def _reached(outcome: Outcome, goal: Goal) -> bool:
    enough = outcome.votes >= goal.votes and outcome.faults.total() >= goal.faults
    return enough and outcome.kills["PostgreSQL"] >= goal.kills


def _summary(outcome: Outcome) -> str:
    kills = ", ".join(f"{n} × {name}" for name, n in sorted(outcome.kills.items()) if n) or "nothing"
    return (
        f"delivery: {outcome.votes} votes, {outcome.faults.total()} faults, killed {kills};"
        f" {outcome.contacts} contacts, {outcome.pulled_batches} batches and {outcome.pulled_receipts} receipts by"
        f" pull, {outcome.entries} entries and {outcome.counted} ratings compared,"
        f" {len(outcome.wrong)} differences, in {outcome.seconds:.0f} s"
    )


def _page(outcome: Outcome, caught: Mapping[str, str], goal: Goal, how: How) -> Evidence:
    kills = outcome.kills
    goals = [
        ("votes (ratings and corrections)", f"≥ {goal.votes:,}", f"{outcome.votes:,}"),
        ("faults", f"≥ {goal.faults:,}", f"{outcome.faults.total():,}"),
        ("PostgreSQL killed with SIGKILL during ingest", f"≥ {goal.kills:,}", f"{kills['PostgreSQL']:,}"),
        (
            "lost, doubled, in another order, other bytes, counted otherwise, open alarms",
            "0",
            f"{len(outcome.wrong):,}",
        ),
        *((f"mutant: {name}", "caught", found or "NOT CAUGHT") for name, found in caught.items()),
    ]
    facts = [
        ("deliveries killed", f"{kills['delivery']:,}"),
        ("web processes killed", f"{kills['a web process']:,}"),
        ("whole servers killed", f"{kills['the server']:,}"),
        ("contacts with central", f"{outcome.contacts:,}"),
        *(
            [
                ("batches that were fetched", f"{outcome.pulled_batches:,}"),
                ("receipts that were handed over after fetching", f"{outcome.pulled_receipts:,}"),
            ]
            if how.pull
            else []
        ),
        ("comparisons of a cursor with what central holds", f"{outcome.looks:,}"),
        ("entries compared byte by byte", f"{outcome.entries:,}"),
        ("ratings compared one by one", f"{outcome.counted:,}"),
        ("terminals", str(TERMINALS)),
        ("seconds", f"{outcome.seconds:,.0f}"),
    ]
    return Evidence(
        name="race" if how.pull else "delivery",
        title=(
            "Push and pull at once: exactly once, whatever happens on the way"
            if how.pull
            else "Delivery: exactly once, whatever happens on the way"
        ),
        story=_STORY.partition(" Then the delivery was")[0] + _PULL_STORY if how.pull else _STORY,
        tables=[
            table(("", "goal", "result"), goals),
            table(("fault", "", "how often"), fault_rows(outcome)),
            table(("", "number"), facts),
        ],
        command=(
            f"scripts/prove delivery --votes {goal.votes} --faults {goal.faults} --kills {goal.kills}"
            f" --seed {how.seed}{' --pull' if how.pull else ''} --evidence"
        ),
        folder=Path(tempfile.gettempdir()),
        extra=[("ended", time.strftime("%H:%M UTC", time.gmtime()))],
    )
