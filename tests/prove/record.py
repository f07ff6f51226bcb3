"""Records runs of the program under strace, in a folder in memory that stands for the disk."""

import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tests.prove import mutants
from tests.prove.disk import Content, Tree
from tests.prove.program import Program, ProgramMisbehaved
from tests.prove.recording import TRACED, Intrusion, Outside, Recording, Recovered
from tests.prove.replay import Replay

# Longer than the longest write of the program: a string that strace has shortened would not be understood.
_LONGEST_STRING = 64 * 1024 * 1024
# Nothing is under way in the program when it was left alone for so long (its own chores take less).
_QUIET_S = 0.3
_SALVAGED_S = 60.0


class NotFaithful(Exception):
    """The replay of a recording does not give the files that the program really left."""


def snapshot(root: Path) -> Tree:
    """The files below a folder. SQLite's shared memory does not outlive a power cut."""
    tree: Tree = {}
    for path in sorted(root.rglob("*")):
        # A socket holds nothing, and is made anew at each start.
        if not path.name.endswith("-shm") and not path.is_socket():
            tree[str(path.relative_to(root))] = None if path.is_dir() else Content.of(path.read_bytes())
    return tree


def compare(name: str, root: Path, replay: Replay) -> None:
    """Whether a replay has come to the files that are really there. Raises `NotFaithful`."""
    real, ours = snapshot(root), replay.disk.present()
    ours = {path: content for path, content in ours.items() if not path.endswith("-shm")}
    if real.keys() != ours.keys():
        raise NotFaithful(f"{name}: these files differ: {sorted(real.keys() ^ ours.keys())}")
    for path, content in real.items():
        other = ours[path]
        if (content is None) != (other is None):
            raise NotFaithful(f"{name}: {path} is a folder in one of them")
        if content is not None and other is not None and not content.same(other):
            raise NotFaithful(f"{name}: {path} differs ({content.size}, replayed {other.size})")


def stracing(log: Path) -> list[str]:
    """The beginning of a command that is recorded."""
    strace = ["strace", "-f", "-ttt", "--seccomp-bpf", "-xx", "-s", str(_LONGEST_STRING)]
    return [*strace, "-e", f"trace={TRACED}", "-e", "signal=none", "-o", str(log)]


class Recorder:
    """Makes one recording.

    Args:
        name: Of the scenario.
        workplace: An empty folder in memory, for the disk and the logs.
        seed: For the levels that are pressed.
        mutant: Which mutant runs instead of the program.
    """

    def __init__(self, name: str, workplace: Path, seed: str, mutant: str | None = None) -> None:
        self._name = name
        self._random = random.Random(seed)  # noqa: S311 - to be repeatable
        self._mutant = mutant if mutant in mutants.PROGRAMS else None
        self.root = workplace / "disk"
        self.root.mkdir(parents=True)
        self._workplace = workplace
        self._logs: list[Path] = []
        self._outside: list[Outside] = []
        self._acknowledged: dict[str, int] = {}
        self._start: Tree = {}
        self._promised: dict[str, int] = {}
        self._program: Program | None = None
        self._another: Recorder | None = None

    def another(self, name: str) -> "Recorder":
        """A recorder beside this one, for what happened before."""
        self._another = Recorder(name, self._workplace / name, f"{self._name}/{name}", self._mutant)
        return self._another

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.root / "ledger" / "ledger.db"

    def given(self, promised: Mapping[str, int] | None = None) -> None:
        """What is on the disk now was there before the recording, durably, and these votes were acknowledged."""
        self._start = snapshot(self.root)
        self._promised = dict(promised or {})
        self._acknowledged = dict(self._promised)

    def start(self) -> None:
        """Start the program under strace and wait until it is ready."""
        log = self._workplace / f"strace-{len(self._logs)}.log"
        self._logs.append(log)
        with (self._workplace / "stderr.log").open("ab") as errors:
            self._program = Program(self.root, self._mutant, stracing(log), errors)
        self._program.wait_ready()

    def vote(self, count: int) -> None:
        """So many visits, one after the other."""
        self._running().vote([self._random.randint(1, 5) for _ in range(count)])

    def stop(self) -> None:
        """End the run in good order."""
        code = self._end(signal.SIGTERM)
        if code != 0:
            raise ProgramMisbehaved(f"it ended with {code}: {(self._workplace / 'stderr.log').read_text()}")

    def kill(self, *, quiet: bool = True) -> None:
        """SIGKILL; when nothing is under way, so that no system call is left undecided."""
        if quiet:
            self._let_rest()
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        program, self._program = self._running(), None
        code = program.end(number)
        self._acknowledged |= program.acknowledged
        return code

    def _let_rest(self) -> None:
        log = self._logs[-1]
        before = -1
        while before != (before := log.stat().st_size):
            time.sleep(_QUIET_S)

    def intrude(self, path: str, content: bytes | None, *, excuses: bool) -> None:
        """Be the stranger who overwrites a file's beginning, or removes it (`content` None)."""
        if self._program is not None:
            self._let_rest()
        at_us = _now_us()
        file = self.root / path
        if content is None:
            file.unlink()
        else:
            with file.open("r+b") as damaged:
                damaged.write(content)
        now = None if content is None else Content.of(file.read_bytes())
        self._outside.append(Intrusion(path, now, at_us, excuses))
        time.sleep(0.01)

    def wait_salvaged(self) -> None:
        """Until every vote that was acknowledged so far is in the ledger in use; they must stay from here on.

        Raises:
            ProgramMisbehaved: It does not come about.
        """
        wanted = self._acknowledged | self._running().acknowledged
        end_s = time.monotonic() + _SALVAGED_S
        while time.monotonic() < end_s:
            if wanted.keys() <= self._hashes():
                self._let_rest()
                self._outside.append(Recovered(_now_us()))
                time.sleep(0.01)
                return
            time.sleep(0.1)
        raise ProgramMisbehaved("what could be read of the closed ledger was not salvaged")

    def _hashes(self) -> set[str]:
        with closing(sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=5)) as connection:
            rows = connection.execute(
                "SELECT coalesce(CASE kind WHEN 'salvaged' THEN"
                " json_extract(CAST(payload AS TEXT), '$.hash') END, lower(hex(hash))) FROM entry"
            )
            return {row[0] for row in rows}

    def _running(self) -> Program:
        if self._program is None:
            raise ProgramMisbehaved("it does not run")
        return self._program

    def recording(self, *, may_replace: bool = False) -> Recording:
        """What was recorded. Raises `NotFaithful`."""
        made = Recording(
            self._name, self.root, self._start, self._logs, self._outside, may_replace, self._promised
        )
        replay = Replay(made)
        for _step in replay.steps():
            pass
        self._compare(replay)
        return made

    def _compare(self, replay: Replay) -> None:
        compare(self._name, self.root, replay)
        promised = replay.promises.binding.keys() | replay.promises.excused.keys()
        if promised != self._acknowledged.keys():
            raise NotFaithful(f"{self._name}: {len(promised)} lines replayed, {len(self._acknowledged)} read")

    def close(self) -> None:
        """End what still runs, where something went wrong. May be called twice."""
        if self._program is not None:
            self._end(signal.SIGKILL)
        if self._another is not None:
            self._another.close()


def _now_us() -> int:
    return time.clock_gettime_ns(time.CLOCK_REALTIME) // 1000


def strace_version() -> str:
    """The installed strace's own name for itself.

    Raises:
        FileNotFoundError: ``apt-get install strace``.
    """
    done = subprocess.run(["strace", "-V"], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[0]
