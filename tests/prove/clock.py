"""``scripts/prove clock``: does a vote really lie in the interval that is given for it?

A terminal lives through random boots. Its crystal drifts, differently by the hour; its wall clock is stepped, its NTP
is spoofed, its clock chip is dead or years off; central answers late, or not for weeks. The simulation knows the true
time of every vote, `sync.clock` only what the ledger would hold.
"""

import random
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.ledger.anchors import BINDING, DRIFT_PPM, Anchor, Source, says_something
from sync.clock import Interval, Timeline, local_day
from tests.prove.evidence import Evidence, table

S = 10**9
HOUR = 3_600 * S
DAY = 24 * HOUR
YEAR_MS = 365 * 24 * 3_600_000
BEGIN_NS = 1_780_000_000 * S

GOAL_VOTES = 1_000_000
GOAL_WIDTH_MS = 15_000


class Crystal:
    """Uptime of one boot against the world: pieces of some hours, each with a drift of its own (whole ppm)."""

    def __init__(self, dice: random.Random, begin_ns: int, base_ppm: int) -> None:
        self._dice = dice
        self._base_ppm = base_ppm
        self._local_ns, self._true_ns, self._ppm = [0], [begin_ns], [self._next_ppm()]

    def _next_ppm(self) -> int:
        return max(-DRIFT_PPM, min(DRIFT_PPM, self._base_ppm + self._dice.randint(-60, 60)))

    def true_ns(self, boottime_ns: int) -> int:
        """The true time, nanoseconds since 1970 UTC, when the uptime was this."""
        while self._local_ns[-1] <= boottime_ns:
            piece_ns = self._dice.randint(HOUR // 2, 12 * HOUR)
            self._true_ns.append(self._true_ns[-1] + piece_ns * (10**6 + self._ppm[-1]) // 10**6)
            self._local_ns.append(self._local_ns[-1] + piece_ns)
            self._ppm.append(self._next_ppm())
        piece = bisect_right(self._local_ns, boottime_ns) - 1
        within_ns = boottime_ns - self._local_ns[piece]
        return self._true_ns[piece] + within_ns * (10**6 + self._ppm[piece]) // 10**6


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote: what the ledger says, when central got it, what the wall clock said, and the truth."""

    boot_n: int
    boottime_ns: int
    wall_ms: int
    true_ns: int


@dataclass
class Terminal:
    """A life: votes, the anchors that were appended, by boot, and the last thing that each boot knew."""

    votes: list[Vote] = field(default_factory=list)
    anchors: dict[int, list[Anchor]] = field(default_factory=dict)
    ends_ns: dict[int, int] = field(default_factory=dict)
    online_ns: list[int] = field(default_factory=list)
    """True times at which central received everything so far."""

    def received_ms(self, vote: Vote) -> int:
        """When central got it: at the next contact, or at the end of the simulated life."""
        place = bisect_right(self.online_ns, vote.true_ns)
        return -(-self.online_ns[min(place, len(self.online_ns) - 1)] // 10**6)


def live(dice: random.Random) -> Terminal:
    """A terminal's life of some weeks or years."""
    terminal = Terminal()
    now_ns = BEGIN_NS + dice.randint(0, 400 * DAY)
    base_ppm = dice.choice((dice.randint(-DRIFT_PPM, DRIFT_PPM), dice.choice((-DRIFT_PPM, DRIFT_PPM))))
    wall_off_ms = dice.choice((0, -3 * YEAR_MS, dice.randint(-10 * YEAR_MS, 10 * YEAR_MS)))
    boot_n = 0
    for _ in range(dice.randint(1, 40)):
        boot_n += dice.choice((1, 1, 1, 2))  # a boot of which nothing is in the ledger
        crystal = Crystal(dice, now_ns, base_ppm)
        length_ns = int(min(60 * DAY, dice.choice((HOUR / 2, 9 * HOUR, 5 * DAY)) * dice.expovariate(1)) + S)
        _boot(dice, terminal, boot_n, crystal, length_ns, wall_off_ms)
        now_ns = crystal.true_ns(length_ns) + int(dice.choice((S * 10, 15 * HOUR, 3 * DAY)) * dice.random())
    terminal.online_ns.append(now_ns + dice.randint(0, 30 * DAY))
    return terminal


def _boot(
    dice: random.Random, terminal: Terminal, boot_n: int, crystal: Crystal, length_ns: int, wall_off_ms: int
) -> None:
    first_ns = dice.randint(S, 60 * S)
    reach = dice.choice((1.0, 1.0, 0.9, 0.2, 0.0))  # how often central can be reached
    known: list[Anchor] = []
    at_ns = min(first_ns, length_ns)
    end_ns = 0
    while at_ns < length_ns:
        for anchor, seen_ns in _offered(dice, crystal, at_ns, reach):
            if seen_ns < length_ns and says_something(known, anchor):
                known.append(anchor)
                end_ns = max(end_ns, seen_ns)
            if anchor.source is Source.CENTRAL:
                terminal.online_ns.append(crystal.true_ns(seen_ns))
        if dice.random() < 0.1:
            wall_off_ms += dice.randint(-10 * 24 * 3_600_000, 10 * 24 * 3_600_000)  # the clock is stepped
        at_ns += dice.randint(60 * S, HOUR)
    for _ in range(min(400, 1 + length_ns // (HOUR // 6))):
        moment_ns = dice.randint(0, length_ns)
        true_ns = crystal.true_ns(moment_ns)
        terminal.votes.append(Vote(boot_n, moment_ns, true_ns // 10**6 + wall_off_ms, true_ns))
        end_ns = max(end_ns, moment_ns)
    terminal.anchors[boot_n] = known
    terminal.ends_ns[boot_n] = end_ns
    terminal.online_ns.sort()


def _offered(dice: random.Random, crystal: Crystal, at_ns: int, reach: float) -> Iterator[tuple[Anchor, int]]:
    """What the sources say at one moment, and when (uptime) that is known."""
    if dice.random() < reach:
        round_trip_ns = int(min(20 * S, dice.lognormvariate(0, 1.5) * S / 10))
        answered_ns = at_ns + int(round_trip_ns * dice.choice((0.0, 0.5, 1.0, dice.random())))
        utc_ms = crystal.true_ns(answered_ns) // 10**6
        error_ms = -(-round_trip_ns // (2 * 10**6)) + 1
        yield (
            Anchor(at_ns + round_trip_ns // 2, utc_ms, error_ms, Source.CENTRAL),
            at_ns + round_trip_ns,
        )
    true_ms = crystal.true_ns(at_ns) // 10**6
    if dice.random() < 0.3:  # somebody on the wire
        spoofed_ms = true_ms + dice.choice((0, 86_400_000, dice.randint(-YEAR_MS, YEAR_MS)))
        yield Anchor(at_ns, spoofed_ms, 1, Source.NTP), at_ns
    if dice.random() < 0.1:  # a chip that is dead, or was never set
        yield Anchor(at_ns, dice.choice((0, 946_684_800_000, true_ms - YEAR_MS)), 1_000, Source.RTC), at_ns


Judge = Callable[[Terminal, Vote], Interval]


def judge(terminal: Terminal) -> Callable[[Vote], Interval]:
    """The program: `sync.clock` on the anchors that bind."""
    binding = {
        boot: [one for one in found if one.source in BINDING] for boot, found in terminal.anchors.items()
    }
    timeline = Timeline(binding, terminal.ends_ns)
    return lambda vote: timeline.interval(vote.boot_n, vote.boottime_ns, terminal.received_ms(vote))


def _believes_ntp(terminal: Terminal) -> Callable[[Vote], Interval]:
    timeline = Timeline(terminal.anchors, terminal.ends_ns)
    return lambda vote: timeline.interval(vote.boot_n, vote.boottime_ns, terminal.received_ms(vote))


class _Narrow(Anchor):
    def error_at(self, boottime_ns: int) -> int:
        return self.error_ms + abs(boottime_ns - self.at_ns) * 20 // 10**12


def _believes_20_ppm(terminal: Terminal) -> Callable[[Vote], Interval]:
    narrow = {
        boot: [
            _Narrow(one.at_ns, one.utc_ms, one.error_ms, one.source) for one in found if one.source in BINDING
        ]
        for boot, found in terminal.anchors.items()
    }
    timeline = Timeline(narrow, terminal.ends_ns)
    return lambda vote: timeline.interval(vote.boot_n, vote.boottime_ns, terminal.received_ms(vote))


def _believes_the_wall(terminal: Terminal) -> Callable[[Vote], Interval]:
    ours = judge(terminal)
    return lambda vote: (
        found
        if (found := ours(vote)).anchored
        else Interval(vote.wall_ms - 60_000, vote.wall_ms + 60_000, anchored=False)
    )


def _vouches_for_everything(terminal: Terminal) -> Callable[[Vote], Interval]:
    ours = judge(terminal)
    return lambda vote: Interval((found := ours(vote)).low_ms, found.high_ms, anchored=True)


MUTANTS: dict[str, Callable[[Terminal], Callable[[Vote], Interval]]] = {
    "ntp": _believes_ntp,
    "20ppm": _believes_20_ppm,
    "wall": _believes_the_wall,
    "unflagged": _vouches_for_everything,
}
"""Programs that believe too much: each must be found out."""


@dataclass
class Found:
    """What came of it."""

    votes: int = 0
    anchored: int = 0
    outside: int = 0
    unflagged: int = 0
    wrong_day: int = 0
    uncertain: int = 0
    widths_ms: list[int] = field(default_factory=list)

    def look(self, vote: Vote, interval: Interval, has_anchor: bool) -> None:
        """Compare an interval with the truth."""
        self.votes += 1
        low_ns = None if interval.low_ms is None else interval.low_ms * 10**6
        if (low_ns is not None and vote.true_ns < low_ns) or vote.true_ns > interval.high_ms * 10**6:
            self.outside += 1
        if interval.anchored and not has_anchor:
            self.unflagged += 1
        if not interval.certain:
            self.uncertain += 1
        elif local_day(interval.high_ms) != local_day(vote.true_ns // 10**6):
            self.wrong_day += 1
        if interval.anchored and interval.low_ms is not None:
            self.anchored += 1
            self.widths_ms.append(interval.high_ms - interval.low_ms)

    def width_ms(self, share: float) -> int:
        """A quantile of the widths of anchored intervals."""
        ordered = sorted(self.widths_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0

    @property
    def right(self) -> bool:
        """Whether every promise was kept."""
        wrong = self.outside or self.unflagged or self.wrong_day
        return not wrong and self.anchored > 0 and self.width_ms(0.99) <= GOAL_WIDTH_MS


def simulate(votes: int, seed: int, judged: Callable[[Terminal], Callable[[Vote], Interval]]) -> Found:
    """Lives until there were so many votes."""
    found, life = Found(), 0
    while found.votes < votes:
        life += 1
        terminal = live(random.Random(f"{seed}/{life}"))  # noqa: S311 - repeatable
        interval_of = judged(terminal)
        for vote in terminal.votes:
            has_anchor = any(one.source in BINDING for one in terminal.anchors[vote.boot_n])
            found.look(vote, interval_of(vote), has_anchor)
    return found


def run(votes: int, seed: int, mutant: str | None, evidence: bool) -> int:
    """Simulate, say what came of it; 0 = as promised (a mutant: it was caught)."""
    if mutant is not None:
        missed = simulate(votes, seed, MUTANTS[mutant]).right
        sys.stdout.write(f"mutant {mutant}: {'NOT caught' if missed else 'caught'}\n")
        return 1 if missed else 0
    began = time.monotonic()
    found = simulate(votes, seed, judge)
    sys.stdout.write(
        f"clock: {found.votes} votes, {found.outside} outside, {found.unflagged} unflagged, "
        f"{found.wrong_day} on a wrong day, anchored p99 {found.width_ms(0.99)} ms wide\n"
    )
    if evidence:
        caught = [name for name, judged in MUTANTS.items() if not simulate(20_000, seed, judged).right]
        _page(found, caught, seed, time.monotonic() - began).write()
    return 0 if found.right else 1


def _page(found: Found, caught: list[str], seed: int, took_s: float) -> Evidence:
    return Evidence(
        name="clock",
        title="When a vote was given",
        story=(
            "Simulated terminals lived through random boots: crystals that drift up to ±200 ppm, another drift every "
            "few hours; wall clocks stepped by days; NTP spoofed by up to a year; clock chips dead or years off; "
            "central out of reach for minutes to months, and answering up to 20 s late. For every vote the interval "
            "that `sync.clock` gives was compared with the true time. Programs that believe NTP, believe 20 ppm, "
            "believe the wall clock where there is no anchor, or vouch for what has none, were tried in its place."
        ),
        tables=[
            table(
                ("", "goal", "result"),
                [
                    ("votes", f"≥ {GOAL_VOTES:,}", f"{found.votes:,}"),
                    ("the true time is outside the interval", 0, found.outside),
                    ("an interval without an anchor is not flagged", 0, found.unflagged),
                    ("counted on a wrong day", 0, found.wrong_day),
                    (
                        "width of anchored intervals, p99",
                        f"≤ {GOAL_WIDTH_MS / 1000:.0f} s",
                        f"{found.width_ms(0.99) / 1000:.1f} s",
                    ),
                    ("mutants caught", ", ".join(MUTANTS), ", ".join(caught)),
                ],
            ),
            table(
                ("", "number"),
                [
                    ("votes with an anchor in their boot", f"{found.anchored:,}"),
                    ("votes whose day is uncertain", f"{found.uncertain:,}"),
                    ("width of anchored intervals, median", f"{found.width_ms(0.5) / 1000:.2f} s"),
                    ("width of anchored intervals, widest", f"{found.width_ms(1) / 1000:.1f} s"),
                    ("seconds", f"{took_s:.0f}"),
                ],
            ),
        ],
        command=f"scripts/prove clock --votes {found.votes} --seed {seed} --evidence",
        folder=Path(tempfile.gettempdir()),
    )
