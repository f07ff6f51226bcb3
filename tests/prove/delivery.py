"""``scripts/prove delivery``: every vote reaches central once, whatever the way, the processes and the database do.

Terminals' ledgers are written by the product, and `sync.run`'s loop delivers them over HTTP through a proxy that hurts
what passes, to a real ``hailong-central serve`` on its own PostgreSQL. Only the clock is not real: it jumps over the
back-off.
"""

import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from tests.central import served
from tests.prove.chaos import FAULTS, ChaosProxy
from tests.prove.delivering import Disagreement, Terminal
from tests.prove.pulling import Pulled
from tests.prove.served_central import Central, Row, central

_CHANCE = 0.75
_SYNC_KILLS_A_KILL = 0.5
"""Of `--kills`, which are PostgreSQL's: so many of the delivery, and the same of the server and its web processes."""

_NEVER = "an entry is lost, doubled or in another place"


@dataclass
class Outcome:
    """What came of a run.

    Attributes:
        votes, faults, requests: How many; faults by name.
        kills: By what was killed.
        entries: Compared byte by byte.
        counted: Ratings, compared one by one.
        contacts: Of the delivery with central.
        pulled_batches, pulled_receipts: What came, and what was taken, the other way.
        looks: How often the cursor was compared with what central holds, under way.
        wrong: What was found; empty is what is promised.
        seconds: How long it took.
    """

    votes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    counted: int = 0
    contacts: int = 0
    looks: int = 0
    pulled_batches: int = 0
    pulled_receipts: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Goal:
    """How much there must have been at least."""

    votes: int
    faults: int
    kills: int


class Run:
    """One central, some terminals.

    Args:
        server: Central.
        proxy: The way to it.
        place: For the terminals' folders.
        goal: When it is enough.
        seed: For every decision.
        number: How many terminals.
        patience_s: After so long it ends, with what was reached.
        pull: Whether central also fetches, at the same time.
    """

    def __init__(
        self,
        server: Central,
        proxy: ChaosProxy,
        place: Path,
        goal: Goal,
        seed: str,
        number: int,
        patience_s: float,
        *,
        pull: bool = False,
    ) -> None:
        self._server, self._proxy, self._goal, self._seed = server, proxy, goal, seed
        proxy.chance = 0.0
        self._faults_before = proxy.counts.copy()
        self._outcome = Outcome()
        self._terminals = []
        for n in range(number):
            (place / str(n)).mkdir(parents=True)
            self._terminals.append(Terminal(server, place / str(n), f"{seed}/{n}"))
        self._pulled = [
            Pulled(one.settings.place.data_dir, one.device, f"{seed}/{one.device}")
            for one in (self._terminals if pull else ())
        ]
        for one, other in zip(self._terminals, self._pulled, strict=False):
            one.settings = replace(one.settings, pull=other.proxy.url)  # its own heartbeats say the same
        self._end_s = time.monotonic() + patience_s
        self._over = threading.Event()
        self._broke: BaseException | None = None

    def go(self) -> Outcome:
        """Until the goal is reached, or something is wrong."""
        began_s = time.monotonic()
        self._proxy.chance = _CHANCE
        for other in self._pulled:
            with self._server.connect() as database:
                other.begin(database)
        threads = [threading.Thread(target=self._guarded, args=(self._live, one)) for one in self._terminals]
        if self._goal.kills:
            threads.append(threading.Thread(target=self._guarded, args=(self._shoot,)))
            threads.append(threading.Thread(target=self._guarded, args=(self._harass,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._broke is not None:
            raise self._broke
        self._proxy.chance = 0.0
        self._proxy.quiet()
        self._server.wait_healthy()
        outcome = self._outcome
        outcome.faults = self._proxy.counts - self._faults_before
        self._end_pulls()
        for one in self._terminals:
            outcome.votes += one.cast_so_far.entries
            outcome.contacts += one.contacts
            outcome.looks += one.looks
            outcome.kills["delivery"] += one.sync_kills
        if not outcome.wrong:
            self._compare()
        outcome.seconds = time.monotonic() - began_s
        return outcome

    def close(self) -> None:
        """Let go of everything."""
        for one in self._terminals:
            one.close()
        for other in self._pulled:
            other.close()

    def _end_pulls(self) -> None:
        for other in self._pulled:
            with self._server.connect() as database:
                faults, wrong = other.end(database)
            self._outcome.faults += faults
            self._outcome.pulled_batches += other.proxy.batches
            self._outcome.pulled_receipts += other.proxy.taken
            self._outcome.wrong += [wrong] if wrong else []

    # --- while it goes on

    def _guarded(self, work: Callable[..., None], *arguments: Terminal) -> None:
        """What goes wrong in a thread ends the run."""
        try:
            work(*arguments)
        except Disagreement as error:
            self._outcome.wrong.append(str(error))
            self._over.set()
        except BaseException as error:
            self._broke = error  # raised where the thread is waited for
            self._over.set()
            raise

    def _live(self, terminal: Terminal) -> None:
        dice = random.Random(f"{self._seed}/{terminal.device}")  # noqa: S311 - to be repeatable
        kills = (
            round(self._goal.kills * _SYNC_KILLS_A_KILL / len(self._terminals) + 0.5)
            if self._goal.kills
            else 0
        )
        terminal.begin()
        while not self._over.is_set() and not self._enough():
            terminal.step()
            if terminal.sync_kills < kills and dice.random() < 0.08:
                terminal.kill_sync(dice.uniform(0.0, 0.4))
        terminal.end_life()

    def _enough(self) -> bool:
        votes = sum(one.cast_so_far.entries for one in self._terminals)
        faults = (self._proxy.counts - self._faults_before).total()
        killed = self._outcome.kills["PostgreSQL"] >= self._goal.kills
        return (votes >= self._goal.votes and faults >= self._goal.faults and killed) or self._late()

    def _late(self) -> bool:
        return time.monotonic() > self._end_s

    def _shoot(self) -> None:
        """PostgreSQL, while entries are being stored."""
        dice = random.Random(f"{self._seed}/shoot")  # noqa: S311 - to be repeatable
        while (
            self._outcome.kills["PostgreSQL"] < self._goal.kills
            and not self._over.is_set()
            and not self._late()
        ):
            if not self._server.healthy():
                time.sleep(0.02)
                continue
            time.sleep(dice.uniform(0.0, 0.3))
            end_s = time.monotonic() + 1.0
            while self._proxy.in_flight == 0 and time.monotonic() < end_s:
                time.sleep(0.0005)
            time.sleep(dice.uniform(0.0, 0.01))
            if self._server.kill_database():
                self._outcome.kills["PostgreSQL"] += 1

    def _harass(self) -> None:
        """The web processes, and now and then the whole server."""
        dice = random.Random(f"{self._seed}/harass")  # noqa: S311 - to be repeatable
        most = max(2, round(self._goal.kills * _SYNC_KILLS_A_KILL))
        while not self._over.is_set() and not self._enough():
            time.sleep(dice.uniform(0.5, 3.0))
            if self._outcome.kills["a web process"] + self._outcome.kills["the server"] >= most:
                continue
            if dice.random() < 0.2:
                self._server.kill()
                self._outcome.kills["the server"] += 1
            elif self._server.kill_worker():
                self._outcome.kills["a web process"] += 1

    # --- at the end

    def _compare(self) -> None:
        wrong = self._outcome.wrong
        try:
            for one in self._terminals:
                one.drain(20)
        except Disagreement as error:
            wrong.append(str(error))
            return
        with self._server.connect() as onlooker:
            for one in self._terminals:
                wrong += self._differences(one, onlooker)
            alarms = onlooker.execute(
                "SELECT kind, detail FROM central_alarm WHERE closed_at IS NULL"
            ).fetchall()
        wrong += [f"an alarm that nothing justifies: {alarm}" for alarm in alarms]
        wrong += [f"recount: {line}" for line in self._server.recount()]

    def _differences(self, terminal: Terminal, onlooker: "psycopg.Connection[Row]") -> list[str]:
        wrong = []
        ours = [(e.seq, e.boot_n, e.boottime_ns, e.kind, e.payload, e.hash) for e in terminal.entries()]
        columns = "seq, boot_n, boottime_ns, kind, payload, hash"
        sql = f"SELECT {columns} FROM central_entry WHERE device_id = %s ORDER BY seq"
        held = [(*row[:4], bytes(row[4]), bytes(row[5])) for row in onlooker.execute(sql, (terminal.device,))]
        votes = [entry for entry in ours if entry[3] in ("rating", "correction")]
        if len(votes) != terminal.cast_so_far.entries:
            wrong.append(f"the ledger itself has {len(votes)} of {terminal.cast_so_far.entries} votes")
        # What comes after the last vote may wait: anchors alone are no reason to send, and a shutdown comes last.
        if held != ours[: len(held)] or len(held) < votes[-1][0]:
            wrong.append(f"{_NEVER}: {terminal.device} has {len(ours)}, central {len(held)}")
        self._outcome.entries += len(held)
        rated = self._server.votes(terminal.device)
        cast = sorted(terminal.cast_so_far.levels.items())
        if rated != cast or sorted(terminal.counted().items()) != cast:
            wrong.append(f"{len(cast)} ratings were cast, {len(rated)} are counted, or with other levels")
        (hourly,) = onlooker.execute(
            "SELECT coalesce(sum(n), 0) FROM central_hourlycount WHERE device_id = %s", (terminal.device,)
        ).fetchone() or (0,)
        if hourly != len(cast):
            wrong.append(f"{len(cast)} ratings were cast, {hourly} stand in the counts")
        self._outcome.counted += len(rated)
        return wrong


class Stage:
    """Central and the way to it, for one run or several.

    Args:
        stack: Ends it all.
        seed: For every decision.
    """

    def __init__(self, stack: ExitStack, seed: int) -> None:
        self._seed = seed
        self._place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hailong-delivery-")))
        folder = stack.enter_context(served.data_folder())
        self._proxy = ChaosProxy(served.free_port(), f"{seed}")
        stack.callback(self._proxy.close)
        self._server = stack.enter_context(central(folder, self._proxy.central_port, self._proxy.url))
        self._runs = 0

    def run(self, goal: Goal, terminals: int, patience_s: float, *, pull: bool = False) -> Outcome:
        """With terminals of its own; central also fetches where `pull` says so."""
        self._runs += 1
        place = self._place / str(self._runs)
        seed = f"{self._seed}/{self._runs}"
        run = Run(self._server, self._proxy, place, goal, seed, terminals, patience_s, pull=pull)
        try:
            return run.go()
        finally:
            run.close()

    def stop(self) -> int:
        """Central ends in good order; its exit code."""
        return self._server.stop()


def say(line: str) -> None:
    """To standard output."""
    sys.stdout.write(line + "\n")
    with suppress(BrokenPipeError):
        sys.stdout.flush()


def fault_rows(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Each fault, what it is, how often."""
    return [
        (f.__name__.replace("_", " "), " ".join((f.__doc__ or "").split()), f"{outcome.faults[f.__name__]:,}")
        for f in FAULTS
    ]
