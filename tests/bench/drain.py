"""How soon central has what a terminal has kept: one press while everything runs, and three months of them at once.

Every part is the program that people use: ``hailong-central demo`` with its server, its embedded PostgreSQL, its
terminal and ``hailong sync run``; then ``hailong sync once`` against the same server. What central has is asked of
PostgreSQL.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psycopg

from central.embedded import Cluster
from central.place import Place
from central.runner import runner
from hardware.events import Level
from hardware.fakes.pad import PtyPad
from kiosk.clock import SystemClock
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.office import opened
from tests.bench.measures import NotMeasured, quantile, say, verdict
from tests.central import served
from tests.prove.evidence import ON_DISK, Evidence, table
from tests.prove.program import EACH_PRESS_A_VISIT
from tests.system.program import Program

GOAL_VOTES_S = 1_000
GOAL_PULLED_VOTES_S = 500
GOAL_LAG_S = 60.0
ROUNDS = 3
DEMO = (sys.executable, "-m", "central", "demo")

_BETWEEN_S = (0.5, 4.0)
"""Two presses, at random: some find a push on its way, some begin one."""
_LOOK_S = 0.02
_STOOD_STILL_S = 5.0
"""Between two looks: then the machine was not running, and what was timed is worth nothing."""
_PATIENCE_S = 120.0
_START_S = 120.0

_Connection = psycopg.Connection[tuple[int]]


@dataclass(frozen=True, slots=True)
class Drained:
    """One backlog: how many votes, how long the whole command took, and of that the batches."""

    votes: int
    took_s: float
    batches_s: float

    @property
    def votes_s(self) -> float:
        """Votes a second, from the start of the command to its end."""
        return self.votes / self.took_s


class Rows:
    """Notes when each further rating is counted in PostgreSQL.

    Args:
        connection: To central's database.
    """

    def __init__(self, connection: _Connection) -> None:
        self.seen_s: list[float] = []
        self._longest_s = 0.0
        self._connection = connection
        self._before = counted(connection)
        self._ended = Event()
        self._thread = Thread(target=self._look, name="rows")
        self._thread.start()

    def wait(self, wanted: int) -> None:
        """Until so many are there. Raises `NotMeasured`."""
        end_s = time.monotonic() + _PATIENCE_S
        while len(self.seen_s) < wanted and time.monotonic() < end_s:
            time.sleep(_LOOK_S)
        self._ended.set()
        self._thread.join()
        if self._longest_s > _STOOD_STILL_S:
            raise NotMeasured(f"the machine stood still for {self._longest_s:.0f} s")
        if len(self.seen_s) != wanted:
            raise NotMeasured(f"{wanted} presses are {len(self.seen_s)} counted ratings at central")

    def _look(self) -> None:
        looked_s = time.monotonic()
        while not self._ended.wait(_LOOK_S):
            new = counted(self._connection) - self._before - len(self.seen_s)
            now_s = time.monotonic()
            self.seen_s += [now_s] * new
            self._longest_s, looked_s = max(self._longest_s, now_s - looked_s), now_s


def counted(connection: _Connection) -> int:
    """How many ratings central counts."""
    row = connection.execute("SELECT count(*) FROM central_rating WHERE counted").fetchone()
    return 0 if row is None else row[0]


@contextmanager
def database(folder: Path) -> Iterator[_Connection]:
    """The database of a server that runs; each statement stands alone."""
    url = Cluster(Place(folder / "central").postgresql, runner()).url
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press on a pad, while everything runs. Seconds.

    Attributes:
        kept_s: Until the terminal said that it is on its disk.
        row_s: Until PostgreSQL showed the counted rating.
    """

    kept_s: float
    row_s: float


def press(folder: Path, presses: int) -> list[Pressed]:
    """Press, and look. Raises `NotMeasured`."""
    dice = random.Random(4)  # noqa: S311 - repeatable
    pressed_s: list[float] = []
    kept_s: list[float] = []
    with PtyPad(folder) as pad:
        environ = served.surroundings(
            **EACH_PRESS_A_VISIT,
            HAILONG_SOUND_ENABLED="false",
            HAILONG_PAD_ENABLED="true",
            HAILONG_PAD_PORT=os.fspath(pad.path),
        )
        environ.pop("DISPLAY", None)
        arguments = ("--data-dir", os.fspath(folder), "--headless", "--events")
        program = Program(arguments, environ, command=DEMO)
        try:
            program.until("ready", _START_S)
            with database(folder) as connection:
                rows = Rows(connection)
                for n in range(presses):
                    time.sleep(dice.uniform(*_BETWEEN_S))
                    pressed_s.append(time.monotonic())
                    pad.press(Level(1 + n % len(Level)))
                    program.until("rating_stored")
                    kept_s.append(time.monotonic())
                rows.wait(presses)
            if program.end() != 0:
                raise NotMeasured("the demonstration did not end in good order")
        finally:
            program.close()
    times = zip(pressed_s, kept_s, rows.seen_s, strict=True)
    return [Pressed(kept - pressed, seen - pressed) for pressed, kept, seen in times]


def drain(folder: Path, votes: int) -> Drained:
    """Keep so many votes while the server is away, then deliver them. Raises `NotMeasured`."""
    _keep(folder, votes)
    port = int((folder / "central" / "demo.port").read_text(encoding="ascii"))
    with served.serving(folder / "central", port=port), database(folder) as connection:
        before, began_at = counted(connection), _now(connection)
        took_s = _timed([sys.executable, "-m", "kiosk", "sync", "once", "--data-dir", os.fspath(folder)])
        return Drained(votes, took_s, _batches_s(connection, before + votes, began_at))


def drain_by_pull(folder: Path, votes: int) -> Drained:
    """The same, fetched by the server. Raises `NotMeasured`."""
    _keep(folder, votes)
    port = int((folder / "central" / "demo.port").read_text(encoding="ascii"))
    pull = ("sync", "run", "--pull", "127.0.0.1:0", "--no-push", "--data-dir", os.fspath(folder))
    environ = served.surroundings()
    environ.pop("DISPLAY", None)
    with served.serving(folder / "central", port=port), database(folder) as connection:
        before, began_at = counted(connection), _now(connection)
        terminal = Program(pull, environ)
        try:
            terminal.until("listening")
            end_s = time.monotonic() + _PATIENCE_S
            while (device := _reachable(connection)) is None and time.monotonic() < end_s:
                time.sleep(_LOOK_S)
            command = [
                served.COMMAND,
                "pull",
                "--device",
                device or "",
                "--data-dir",
                str(folder / "central"),
            ]
            took_s = _timed(command)
            found = Drained(votes, took_s, _batches_s(connection, before + votes, began_at))
            if terminal.end() != 0:
                raise NotMeasured("the pull API did not end in good order")
        finally:
            terminal.close()
    return found


def _reachable(connection: _Connection) -> str | None:
    """The terminal, once it has said where it can be asked."""
    row = connection.execute("SELECT id FROM central_device WHERE pull_url <> ''").fetchone()
    return None if row is None else str(row[0])


def _timed(command: Sequence[str]) -> float:
    began_s = time.monotonic()
    done = subprocess.run(command, env=served.surroundings(), capture_output=True, text=True, check=False)
    took_s = time.monotonic() - began_s
    if done.returncode:
        raise NotMeasured(f"the backlog was not delivered: {done.stderr or done.stdout}")
    return took_s


def _batches_s(connection: _Connection, wanted: int, began_at: float) -> float:
    """From the first batch to the last. Raises `NotMeasured`: not everything is there."""
    if counted(connection) != wanted:
        raise NotMeasured("the backlog was not delivered")
    row = connection.execute(
        "SELECT extract(epoch FROM max(received_at) - min(received_at))::float8 FROM central_entry"
        " WHERE received_at > to_timestamp(%s)",
        (began_at,),
    ).fetchone()
    return 0.0 if row is None else float(row[0])


def _now(connection: _Connection) -> float:
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    assert row is not None
    return float(row[0])


def _keep(folder: Path, votes: int) -> None:
    """As a kiosk that is not online would, but many in a transaction."""
    with opened(folder, SystemClock(), "bench") as office:
        keeper: Keeper = office._keeper
        for first in range(0, votes, 1_000):
            levels = (1 + n % len(Level) for n in range(first, min(votes, first + 1_000)))
            keeper.append([Draft(Kind.RATING, {"level": level, "source": "pad"}) for level in levels])
        keeper.follow()


def check_counts(folder: Path) -> None:
    """Nothing was counted wrongly while it was fast. Raises `NotMeasured`."""
    done = served.run("recount", "--check", data=folder / "central")
    if done.returncode:
        raise NotMeasured(f"counted anew, something differs: {done.stdout}")


def run(votes: int, presses: int, evidence: bool) -> int:
    """Measure and say; 0 = every goal was reached."""
    folder = Path(tempfile.mkdtemp(prefix="hailong-drain-", dir=ON_DISK))
    folder.chmod(0o711)
    try:
        pressed = press(folder, presses)
        drained = [drain(folder, votes) for _ in range(ROUNDS)]
        pulled = [drain_by_pull(folder, votes) for _ in range(ROUNDS)]
        check_counts(folder)
    finally:
        shutil.rmtree(folder)
    slowest = min(drained, key=lambda one: one.votes_s)
    slowest_pull = min(pulled, key=lambda one: one.votes_s)
    p95_s = quantile([one.row_s for one in pressed], 0.95)
    goals = [
        (
            "votes a second out of a backlog, slowest round",
            f"≥ {GOAL_VOTES_S:,}",
            f"{slowest.votes_s:,.0f}",
            slowest.votes_s >= GOAL_VOTES_S,
        ),
        (
            "votes a second out of a backlog, fetched, slowest round",
            f"≥ {GOAL_PULLED_VOTES_S:,}",
            f"{slowest_pull.votes_s:,.0f}",
            slowest_pull.votes_s >= GOAL_PULLED_VOTES_S,
        ),
        ("press → row in PostgreSQL, 95 %", f"≤ {GOAL_LAG_S:.0f} s", f"{p95_s:.2f} s", p95_s <= GOAL_LAG_S),
    ]
    for name, goal, result, reached in goals:
        say(f"{name}: {result} (goal {goal}: {verdict(reached)})")
    if evidence:
        say(f"written: {_page(votes, pressed, drained, pulled, goals).write()}")
    return 0 if all(reached for *_, reached in goals) else 1


def _page(
    votes: int,
    pressed: Sequence[Pressed],
    drained: Sequence[Drained],
    pulled: Sequence[Drained],
    goals: Sequence[tuple[str, str, str, bool]],
) -> Evidence:
    rounds = [
        (
            way,
            n,
            f"{one.votes:,}",
            f"{one.took_s:.1f} s",
            f"{one.votes_s:,.0f}",
            f"{one.votes / one.batches_s:,.0f}" if one.batches_s else "",
        )
        for way, all_of_them in (("push", drained), ("pull", pulled))
        for n, one in enumerate(all_of_them, 1)
    ]
    shares = [
        (
            "median" if share == 0.5 else "all" if share == 1 else f"{share:.0%}",
            f"{quantile([one.kept_s for one in pressed], share) * 1000:.0f} ms",
            f"{quantile([one.row_s for one in pressed], share):.2f} s",
        )
        for share in (0.5, 0.95, 1.0)
    ]
    return Evidence(
        name="drain",
        title="From one press, and from three months of them, to PostgreSQL",
        story=(
            f"`scripts/demo` ran with everything that it starts. {len(pressed)} presses on a pad (a real"
            f" pseudo-terminal), {_BETWEEN_S[0]:g} to {_BETWEEN_S[1]:g} s apart, each timed until PostgreSQL showed"
            " the counted rating; a push begins 2 s after the first vote that was not sent. Then the server was away"
            f" while the terminal kept {votes:,} votes (90 days of 200), and `hailong sync once` delivered them to"
            " `hailong-central serve`, timed from the start of the command to its end, with everything that it does"
            " before and after: reading and checking the ledger, following the evolving key, signing, every receipt"
            " verified and kept. Then as many once more were kept, and `hailong-central pull` fetched them"
            " from `hailong sync run --pull --no-push`, timed in the same way, with the start of Django in it."
            " Between batches: from the first to the last. Afterwards everything was counted anew,"
            " and nothing differed."
        ),
        tables=[
            table(("", "goal", "result", ""), [(*row[:3], verdict(row[3])) for row in goals]),
            table(("", "round", "votes", "whole command", "votes a second", "between batches"), rounds),
            table(("of the presses", "kept by the terminal within", "row in PostgreSQL within"), shares),
        ],
        command=f"scripts/bench drain --votes {votes} --presses {len(pressed)} --evidence",
        folder=Path(ON_DISK),
    )
