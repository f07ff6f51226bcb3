"""SIGKILL, again and again: before it is ready, in a commit, after a line, in a salvage. Nothing told may be lost.

A killed program's files keep everything it has written, so this finds mistakes of logic (a start that trips over
what the last one left), not missing syncs.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.ledger.schema import PAGE_BYTES
from tests.prove.evidence import ON_DISK, Evidence, table
from tests.prove.program import Program, ProgramMisbehaved
from tests.prove.recovery import KINDS, Failure, recover

_KILLS_A_LIFE = 25
# The first page is destroyed before about every eighth start.
_WOUND_CHANCE = 0.12
_MOMENTS = ("while it starts", "in a commit", "after an acknowledgement", "at any time")


@dataclass(slots=True)
class Toll:
    """What came of some kills.

    Attributes:
        kills: How many, by the moment that was aimed at.
        acknowledged: How many votes had been acknowledged.
        wounds: How often the ledger was damaged, so that a new one began and salvaged.
        failures: What was wrong in the end.
        seconds: How long it took.
    """

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    wounds: int = 0
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: "Toll") -> None:
        """Take another one's counts."""
        self.kills += other.kills
        self.acknowledged += other.acknowledged
        self.wounds += other.wounds
        self.failures += other.failures


class Life:
    """One data folder through some kills.

    Args:
        data: The data folder.
        seed: For every decision; only how long things take is not decided by it.
    """

    def __init__(self, data: Path, seed: str) -> None:
        self._data = data
        self._random = random.Random(seed)  # noqa: S311 - to be repeatable
        self._promised: dict[str, int] = {}
        self._toll = Toll()

    def live(self, kills: int) -> Toll:
        """Start and kill so often; then start once more as the terminal would, and look."""
        for _ in range(kills):
            if self._random.random() < _WOUND_CHANCE:
                self._wound()
            moment = self._random.choice(_MOMENTS)
            self._start_and_kill(moment)
            self._toll.kills[moment] += 1
        self._toll.acknowledged = len(self._promised)
        self._toll.failures = recover(self._data, self._promised, may_replace=self._toll.wounds > 0)
        return self._toll

    def _wound(self) -> None:
        ledger = self._data / "ledger" / "ledger.db"
        if ledger.exists():
            with ledger.open("r+b") as file:
                file.write(b"\x5a" * PAGE_BYTES)
            self._toll.wounds += 1

    def _start_and_kill(self, moment: str) -> None:
        program = Program(self._data)
        try:
            if moment == "while it starts":
                time.sleep(self._random.uniform(0.1, 0.6))
                return
            program.wait_ready()
            program.vote([self._random.randint(1, 5) for _ in range(self._random.randint(0, 4))])
            if moment == "in a commit":
                program.press(self._random.randint(1, 5))
                time.sleep(self._random.uniform(0, 0.006))
            elif moment == "at any time":
                time.sleep(self._random.uniform(0, 0.15))
        finally:
            code = program.end(signal.SIGKILL)
            self._promised |= program.acknowledged
            if code != -signal.SIGKILL:
                self._toll.failures.append(Failure("it ended by itself", f"exit code {code}"))
                raise ProgramMisbehaved(f"it ended by itself with {code}")


def run(kills: int, seed: int, evidence: bool, kept: Path) -> int:
    """Kill, report; the exit code is 0 when every goal was reached."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hailong-kill-", dir=ON_DISK) as place:
        toll = _all_lives(kills, seed, Path(place), kept)
        toll.seconds = time.monotonic() - began_s
        _say(_summary(toll))
        for failure in toll.failures[:20]:
            _say(f"  {failure.kind}: {failure.detail}")
        if toll.failures:
            _say(f"what it left is kept in {kept}")
        if evidence:
            _say(f"written: {_page(toll, kills, seed, Path(place)).write()}")
    return 0 if not toll.failures and toll.kills.total() >= kills else 1


def _all_lives(kills: int, seed: int, place: Path, kept: Path) -> Toll:
    """As many lives at a time as there are processors."""
    shares = [min(_KILLS_A_LIFE, kills - begin) for begin in range(0, kills, _KILLS_A_LIFE)]

    def live(number: int) -> Toll:
        data = place / f"life-{number}"
        data.mkdir()
        toll = Life(data, f"{seed}/{number}").live(shares[number])
        if toll.failures:
            shutil.copytree(data, kept / data.name)
        shutil.rmtree(data)
        return toll

    total = Toll()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for toll in pool.map(live, range(len(shares))):
            total.add(toll)
    return total


def _summary(toll: Toll) -> str:
    found = ", ".join(f"{_count(toll, kind)} × {kind}" for kind in KINDS)
    return (
        f"kill: {toll.kills.total()} kills, {toll.acknowledged} votes acknowledged, {toll.wounds} ledgers damaged"
        f" and salvaged, in {toll.seconds:.0f} s: {found}"
    )


def _count(toll: Toll, kind: str) -> int:
    return sum(1 for failure in toll.failures if failure.kind == kind)


def _page(toll: Toll, kills: int, seed: int, place: Path) -> Evidence:
    goals = [("kills", f"≥ {kills:,}", f"{toll.kills.total():,}")]
    goals += [(kind, "0", f"{_count(toll, kind):,}") for kind in KINDS]
    facts = [(f"killed {moment}", f"{count:,}") for moment, count in sorted(toll.kills.items())]
    facts += [
        ("votes acknowledged", f"{toll.acknowledged:,}"),
        ("ledgers damaged before a start, and salvaged through further kills", f"{toll.wounds:,}"),
        ("seconds", f"{toll.seconds:,.0f}"),
    ]
    return Evidence(
        name="kill",
        title="SIGKILL at random moments",
        story=(
            "The real program was started, voted with and killed with SIGKILL, again and again on the same data;"
            f" after every {_KILLS_A_LIFE} kills it was started once more, and every vote that it had ever"
            " acknowledged had to be there exactly once, in an intact chain. Before some starts the first page of"
            " the ledger was destroyed, so that salvage was killed too."
        ),
        tables=[table(("", "goal", "result"), goals), table(("", "number"), facts)],
        command=f"scripts/prove kill --kills {kills} --seed {seed} --evidence",
        folder=place,
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
