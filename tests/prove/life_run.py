"""``scripts/prove life``: whatever happens to a terminal and its central, no vote is lost or doubled.

Hypothesis chooses what happens. A vote may only be gone where the last copy of it was taken away: by an image of the
card that was put back, or by a dump of central's database.
"""

import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from central.cli.common import server
from sync.delivery import Delivery
from tests.central import served
from tests.prove.delivery_mutants import mutated
from tests.prove.evidence import Evidence, table

STEPS_A_LIFE = 50
MUTANT = "cursor before the receipt"


def run(steps: int, number: int, mutant: bool, evidence: bool) -> int:
    """Live until so many things have happened; 0 = nothing was lost or doubled (the mutant: it was found out)."""
    if not mutant:
        return _live(steps, number, evidence)
    try:
        # The heartbeat would heal it.
        with mutated(MUTANT), patch.object(Delivery, "catch_up", lambda _self, head, _size, _theirs: head):
            _live(steps, number, evidence=False)
    except AssertionError as error:
        sys.stdout.write(f"mutant {MUTANT}: caught: {error}\n")
        return 0
    sys.stdout.write(f"mutant {MUTANT}: NOT caught\n")
    return 1


def _live(steps: int, number: int, evidence: bool) -> int:
    began_s = time.monotonic()
    quiet = settings(
        max_examples=max(10, steps // STEPS_A_LIFE),
        stateful_step_count=STEPS_A_LIFE,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        phases=(Phase.generate,),  # a failure as it came: to make it small would take hours
    )
    for name in ("kiosk", "sync", "django"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # that something goes wrong is what is wanted
    with served.data_folder() as data, server(data, "http://127.0.0.1:1"):
        from django.db import connection, connections

        from tests.prove.life import Life  # its models need Django

        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")  # nothing here is about power cuts
        try:
            lives = 0
            while Life.steps.total() < steps:
                run_state_machine_as_test(seed(number + lives)(Life), settings=quiet)
                lives += 1
        finally:
            connections.close_all()
    took_s = time.monotonic() - began_s
    sys.stdout.write(
        f"life: {Life.steps.total()} steps, {Life.sums['votes']} votes, {Life.sums['gone']} gone with their last copy,"
        f" 0 lost, 0 doubled, in {took_s:.0f} s\n"
    )
    if evidence:
        _page(Life.steps, Life.sums, steps, number, took_s).write()
    return 0


def _page(done: Counter[str], sums: Counter[str], steps: int, number: int, took_s: float) -> Evidence:
    happened = [(name, f"{times:,}") for name, times in sorted(done.items())]
    return Evidence(
        name="life",
        title="Whatever happens, in whatever order",
        story=(
            "Hypothesis chose what happened to a terminal and its central. The ledger, the delivery's memory and the "
            "evolving key were the product's, on disk; the delivery was `sync.contact`; central was its own API on a "
            "real PostgreSQL, called in process. After every life of up to "
            f"{STEPS_A_LIFE} steps the terminal delivered what it had, an administrator admitted its ledgers, and then "
            "every acknowledged vote had to be counted exactly once, and a recount had to find no difference. A vote "
            "may only be gone where its last copy was taken away, by an old image of the card or an old dump of "
            "central's database; what a closed ledger had delivered before is not sent again."
        ),
        tables=[
            table(
                ("", "goal", "result"),
                [
                    ("steps", f"≥ {steps:,}", f"{done.total():,}"),
                    ("votes lost", 0, 0),
                    ("votes counted twice", 0, 0),
                    ("differences found by a recount", 0, 0),
                ],
            ),
            table(("what happened", "how often"), happened),
            table(
                ("", "number"),
                [
                    ("votes", f"{sums['votes']:,}"),
                    ("gone with their last copy", f"{sums['gone']:,}"),
                    ("seconds", f"{took_s:,.0f}"),
                ],
            ),
        ],
        command=f"scripts/prove life --steps {steps} --seed {number} --evidence",
        folder=Path(tempfile.gettempdir()),
    )
