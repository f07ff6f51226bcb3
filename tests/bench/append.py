"""What a vote costs beyond the disk's own price: our append against a bare commit of the same bytes.

Both are done in turn, in the same folder: ``BEGIN IMMEDIATE``, one ``INSERT``, ``COMMIT``, in WAL mode with
``synchronous=FULL``. Ours also reads the clocks, writes the payload, hashes, checks the disk's room and the
files, runs the triggers and keeps the indexes.
"""

import queue
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.ledger.answers import Available, Stored, WriterEvent
from kiosk.ledger.chain import Entry
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.schema import COLUMNS
from kiosk.ledger.writer import LedgerWriter
from tests.bench.measures import quantile, say, verdict
from tests.prove.evidence import ON_DISK, Evidence, table

GOAL = 2.0
"""A vote's append takes at most so many times as long as the bare commit (medians)."""

_TABLE = (
    "CREATE TABLE entry (seq INTEGER PRIMARY KEY, boot_n INTEGER, boottime_ns INTEGER, kind TEXT,"
    " payload BLOB, prev BLOB, hash BLOB)"
)
_INSERT = f"INSERT INTO entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_PATIENCE_S = 60.0
_WARM_UP = 20


class Bare:
    """The bare commit."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(_TABLE)

    def store(self, entry: Entry) -> None:
        """One commit."""
        row = (entry.seq, entry.boot_n, entry.boottime_ns, entry.kind, entry.payload, entry.prev, entry.hash)
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(_INSERT, row)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close."""
        self._connection.close()


class Ours:
    """A vote's whole way: handed to the writer thread, stored, and told back."""

    def __init__(self, folder: Path) -> None:
        self._told: queue.SimpleQueue[WriterEvent] = queue.SimpleQueue()
        self._writer = LedgerWriter(Keeper(folder, SystemClock(), "bench"), self._told.put)
        self._writer.start()
        self._wait(Available)

    def store(self, ref: int) -> Entry:
        """One vote; returns its entry."""
        self._writer.submit(ref, (Draft(Kind.RATING, {"level": 1 + ref % 5, "source": "touch"}),))
        told = self._wait(Stored)
        assert isinstance(told, Stored)
        return told.entries[0]

    def _wait(self, kind: type[WriterEvent]) -> WriterEvent:
        while not isinstance(told := self._told.get(timeout=_PATIENCE_S), kind):
            pass
        return told

    def close(self) -> None:
        """Close."""
        self._writer.stop(_PATIENCE_S)


@contextmanager
def _both(folder: Path) -> Iterator[tuple[Ours, Bare]]:
    with closing(Ours(folder / "ledger")) as ours, closing(Bare(folder / "bare.db")) as bare:
        yield ours, bare


def measure(count: int, folder: Path) -> tuple[list[float], list[float]]:
    """Seconds of each of `count` appends and bare commits, taken in turn."""
    ours_s: list[float] = []
    bare_s: list[float] = []
    with _both(folder) as (ours, bare):
        for number in range(count + _WARM_UP):
            began_s = time.perf_counter()
            entry = ours.store(number)
            between_s = time.perf_counter()
            bare.store(entry)
            ours_s.append(between_s - began_s)
            bare_s.append(time.perf_counter() - between_s)
    return ours_s[_WARM_UP:], bare_s[_WARM_UP:]


def run(count: int, folder: str | None, evidence: bool) -> int:
    """Measure and report; 0 = the goal was reached."""
    with tempfile.TemporaryDirectory(prefix="hailong-append-", dir=folder or ON_DISK) as place:
        ours_s, bare_s = measure(count, Path(place))
        ratio = quantile(ours_s, 0.5) / quantile(bare_s, 0.5)
        rows = [
            (name, f"{quantile(taken, 0.5) * 1000:.3f} ms", f"{quantile(taken, 0.99) * 1000:.3f} ms")
            for name, taken in (("a vote's append", ours_s), ("a bare commit", bare_s))
        ]
        figures = table((f"{count:,} each, in turn", "median", "99 %"), rows)
        goal = table(
            ("", "goal", "result", ""),
            [("append ÷ bare commit, medians", f"≤ {GOAL:g}", f"{ratio:.2f}", verdict(ratio <= GOAL))],
        )
        say(figures + "\n" + goal)
        if evidence:
            page = Evidence(
                name="append",
                title="What a vote's append costs",
                story=_STORY,
                tables=[goal, figures],
                command=f"scripts/bench append --count {count} --evidence",
                folder=Path(place),
            )
            say(f"written: {page.write()}")
    return 0 if ratio <= GOAL else 1


_STORY = """\
One rating, from the hand-over to the writer thread until that thread has told that it is stored, against `BEGIN
IMMEDIATE`, one `INSERT` of the same bytes into a plain table and `COMMIT` with Python's sqlite3. Both in WAL mode
with `synchronous=FULL`, in the same folder, in turn. The append also reads the clocks, writes the payload, hashes
it into the chain, looks at the disk's room and at the files, and runs the ledger's triggers and indexes."""
