"""The public cannot open the service page by accident: thousands of minutes of pounding, and 0 entries into service.

The product's own logic (contacts, pad, glass, hold, controller) is driven without threads on simulated time. In the
end of each session a technician opens the page with the same contacts, or this would prove that nobody can.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest import mock

from hardware import hold, outer
from hardware.events import Ambiguous, InputEvent, Press, Source
from hardware.hold import Hold, Side
from hardware.judge import ContactJudge
from hardware.outer import OuterButtons
from hardware.padlink import FramedLink
from kiosk.ledger.kinds import Kind
from kiosk.view import ScreenName
from tests.kiosk.controller.terminal import Terminal
from tests.prove.evidence import Evidence, table
from tests.prove.hands import gaps_s, pounding, technician, together_s
from tests.prove.wires import NS_PER_S, GpioWire, PadWire, TouchWire, Wire

SESSION_MIN = 10
LONG_S = 5.0
"""Such holds are counted, to show that there were many."""
MOST_SESSIONS = 400
"""A mutant that lives so long is not caught."""


@dataclass(frozen=True)
class Way:
    """One kind of input.

    Attributes:
        name: For people.
        wire: What makes events of hands.
        gap_s: As soon as that a hand is back. Drummers let go for 50 ms and more; of these a worn contact chatters
            45 ms, and the pad's firmware wants 5 ms of quiet after that, so there it takes a little longer.
        technician_s: For how long a technician holds both: with a pad until the next heartbeat.
    """

    name: str
    wire: Callable[[random.Random], Wire]
    gap_s: float
    technician_s: float


_GPIO, _TOUCH = Way("GPIO buttons", GpioWire, 0.05, 6.3), Way("touch", TouchWire, 0.05, 6.3)
_PAD = Way("pad", PadWire, 0.06, 7.5)
_WAYS = (_GPIO, _TOUCH, _GPIO, _PAD)

ENTERED = "the public entered the service page"
LOST = "a press is in no entry, or in two"
SHUT_OUT = "the technician did not get in"
TAKEN = "the technician's presses changed what counts"
KINDS = (ENTERED, LOST, SHUT_OUT, TAKEN)


@dataclass(slots=True)
class Toll:
    """What came of some sessions.

    Attributes:
        minutes: Of pounding, by wire.
        presses: That were decided, by wire.
        holds: Times that both outer buttons were held for `LONG_S` and more, by wire.
        entries: Of the ledger, by kind.
        failures: What was wrong, with the session.
        longest_s: The longest time for which both were held.
        shortest_gap_s: The shortest time for which a button was left alone.
    """

    minutes: Counter[str] = field(default_factory=Counter)
    presses: Counter[str] = field(default_factory=Counter)
    holds: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, int]] = field(default_factory=list)
    longest_s: float = 0.0
    shortest_gap_s: float = 1.0

    def has(self, kind: str) -> bool:
        """Whether that was wrong somewhere."""
        return any(found == kind for found, _ in self.failures)

    def add(self, other: "Toll") -> None:
        """Take another one's counts."""
        self.minutes += other.minutes
        self.presses += other.presses
        self.holds += other.holds
        self.entries += other.entries
        self.failures += other.failures
        self.longest_s = max(self.longest_s, other.longest_s)
        self.shortest_gap_s = min(self.shortest_gap_s, other.shortest_gap_s)


def session(number: int, seed: int) -> Toll:
    """Ten minutes of hands on one wire, forty seconds of peace, and a technician."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - to be repeatable
    way = _WAYS[number % len(_WAYS)]
    name, wire = way.name, way.wire(chance)
    terminal = Terminal(inputs=frozenset(Source), commit_s=chance.choice((0.0, 0.005, 0.2)), now_ns=0)
    made = pounding(chance, SESSION_MIN * 60, way.gap_s)
    peace_s = max(one.to_s for one in made) + 40
    everything = [*made, *technician(chance, peace_s, way.technician_s)]
    together = together_s(made)
    toll = Toll(longest_s=max(together, default=0.0), shortest_gap_s=min(gaps_s(made)))
    toll.minutes[name] = SESSION_MIN
    toll.holds[name] = sum(overlap_s >= LONG_S for overlap_s in together)
    presses, votes, is_peace = 0, {}, False
    for at_ns, event in wire.play(everything, peace_s - 20):
        if not is_peace and at_ns >= (peace_s - 1) * NS_PER_S:
            is_peace, votes = True, _look(terminal, toll, number, peace_s - 1)
        _until(terminal, at_ns)
        presses += len(event.levels) if isinstance(event, Ambiguous) else isinstance(event, Press)
        terminal.tell(event)
    if not terminal.shows(ScreenName.SERVICE):
        toll.failures.append((SHUT_OUT, number))
    terminal.after(200)
    if terminal.counted() != votes:
        toll.failures.append((TAKEN, number))
    if terminal.presses_kept() != presses:
        toll.failures.append((LOST, number))
    toll.presses[name] = presses
    toll.entries.update(kind.value for kind, _ in terminal.entries)
    return toll


def _until(terminal: Terminal, at_ns: int) -> None:
    if at_ns > terminal.now_ns:
        terminal.after((at_ns - terminal.now_ns) / NS_PER_S)


def _look(terminal: Terminal, toll: Toll, number: int, now_s: float) -> dict[int, int]:
    """After the pounding: has anybody been in? And what counts now?"""
    _until(terminal, round(now_s * NS_PER_S))
    if any(terminal.of(kind) for kind in (Kind.SERVICE, Kind.VOID, Kind.TEST)):
        toll.failures.append((ENTERED, number))
    return terminal.counted()


# --- mutants: each replaces one piece of the product from outside


@contextmanager
def _hold_of_5_8_s() -> Iterator[None]:
    with mock.patch.object(hold, "HOLD_NS", 5_800_000_000):
        yield


@contextmanager
def _no_release_is_seen() -> Iterator[None]:
    edge = Hold.edge

    def only_presses(self: Hold, side: Side, down: bool, at_ns: int) -> None:
        if down and not self._contacts[side].down:
            edge(self, side, down, at_ns)

    with mock.patch.object(Hold, "edge", only_presses):
        yield


@contextmanager
def _times_add_up() -> Iterator[None]:
    """A release stops the six seconds; the next press goes on where it stopped."""
    edge = Hold.edge

    def going_on(self: Hold, side: Side, down: bool, at_ns: int) -> None:
        contact = self._contacts[side]
        held_ns = contact.closed_ns - contact.since_ns if contact.since_ns is not None else 0
        before_ns = contact.since_ns
        edge(self, side, down, at_ns)
        if down and before_ns is not None and contact.since_ns != before_ns:
            contact.since_ns = at_ns - min(held_ns, hold.HOLD_NS)

    with mock.patch.object(Hold, "edge", going_on):
        yield


@contextmanager
def _long_openings_are_bounce() -> Iterator[None]:
    with mock.patch.object(outer, "BOUNCE_MS", 200):
        yield


@contextmanager
def _contacts_are_not_looked_at() -> Iterator[None]:
    with mock.patch.object(ContactJudge, "_look_ns", return_value=None):
        yield


@contextmanager
def _nothing_is_forgotten() -> Iterator[None]:
    """Edges that are known to be missing or late change nothing."""
    with mock.patch.object(OuterButtons, "forget", return_value=None):
        yield


@contextmanager
def _pads_are_believed_at_once() -> Iterator[None]:
    """No heartbeat has to say that no edge is missing."""
    tick = FramedLink.tick

    def impatient(self: FramedLink, now_ns: int) -> list[InputEvent]:
        events, made = tick(self, now_ns), self._outer.complete(now_ns)
        return events if made is None else [*events, made]

    with mock.patch.object(FramedLink, "tick", impatient):
        yield


MUTANTS: dict[str, tuple[Callable[[], AbstractContextManager[None]], Way]] = {
    "5.8-seconds": (_hold_of_5_8_s, _TOUCH),
    "no-release": (_no_release_is_seen, _GPIO),
    "times-add-up": (_times_add_up, _GPIO),
    "bounce-200-ms": (_long_openings_are_bounce, _GPIO),
    "no-looks": (_contacts_are_not_looked_at, _GPIO),
    "nothing-forgotten": (_nothing_is_forgotten, _PAD),
    "no-heartbeat": (_pads_are_believed_at_once, _PAD),
}
"""Each with the way on which it is sought."""


def catch(name: str, seed: int) -> int | None:
    """In which session a mutant lets the public in; None when it does in none."""
    weaken, way = MUTANTS[name]
    with weaken():
        for number in range(MOST_SESSIONS):
            if _WAYS[number % len(_WAYS)] is way and session(number, seed).has(ENTERED):
                return number
    return None


# --- the command


def run(minutes: int, seed: int, mutant: str | None, evidence: bool) -> int:
    """Pound, report; the exit code is 0 when every goal was reached."""
    if mutant in MUTANTS:
        return 0 if _say_caught({mutant: catch(mutant, seed)}) else 1
    began_s = time.monotonic()
    sessions = -(-minutes // SESSION_MIN)
    total = Toll()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for toll in pool.map(partial(session, seed=seed), range(sessions), chunksize=4):
            total.add(toll)
        caught = (
            dict(zip(MUTANTS, pool.map(partial(catch, seed=seed), MUTANTS), strict=True))
            if mutant or evidence
            else {}
        )
    seconds = time.monotonic() - began_s
    _say(_summary(total, seconds))
    for kind, number in total.failures[:20]:
        _say(f"  {kind}: session {number} of seed {seed}")
    good = _say_caught(caught) and not total.failures and total.minutes.total() >= minutes
    if evidence:
        command = f"scripts/prove gesture --minutes {minutes} --seed {seed} --evidence"
        _say(f"written: {_page(total, caught, minutes, command).write()}")
    return 0 if good else 1


def _say_caught(caught: dict[str, int | None]) -> bool:
    for name, number in caught.items():
        _say(f"mutant {name}: " + ("NOT CAUGHT" if number is None else f"caught in session {number}"))
    return None not in caught.values()


def _summary(toll: Toll, seconds: float) -> str:
    found = ", ".join(f"{_count(toll, kind)} × {kind}" for kind in KINDS)
    return (
        f"gesture: {toll.minutes.total()} minutes, {toll.presses.total()} presses, {toll.holds.total()} holds of both"
        f" for {LONG_S:.0f} to {toll.longest_s:.2f} s, in {seconds:.0f} s: {found}"
    )


def _count(toll: Toll, kind: str) -> int:
    return sum(1 for found, _ in toll.failures if found == kind)


_STORY = """\
Simulated hands pound on the product's own logic: `ContactJudge` and `ButtonLogic` behind five contacts, the
firmware of the pad and `FramedLink` with a line between them, `Pointer` and `Corners` behind glass, and behind
each the controller. Both outer buttons (on touch: both upper corners) are drummed on, leant on, and held
together for up to 5.9 s, let go, and pressed again as soon as 50 ms later (60 ms on a pad, whose firmware wants
5 ms of quiet after the chatter of a worn contact). Contacts bounce and have dirt like the traces that are
shipped, each time otherwise. In a third of the sessions with GPIO buttons each edge is lost with a probability
of 0.3, in another third of 0.01, and now and then all edges of a release, or the queue overflows; the line of
the pad loses up to 0.3 of what is said on it, both ways, is dead for up to 3.5 s, and the pad is unplugged; the
loop that reads the glass comes up to 60 ms late. After each ten minutes a technician holds both for a little
over six seconds, on the same contacts without losses, and must get in; what counted before must count then, and
every press must be in exactly one entry (rating + corrections + repeats + refused, the ambiguous among them, +
tests)."""


def _page(toll: Toll, caught: dict[str, int | None], minutes: int, command: str) -> Evidence:
    goals = [("minutes of pounding", f"≥ {minutes:,}", f"{toll.minutes.total():,}")]
    goals += [(kind, "0", f"{_count(toll, kind):,}") for kind in KINDS]
    wires = [
        (name, f"{toll.minutes[name]:,}", f"{toll.presses[name]:,}", f"{toll.holds[name]:,}")
        for name in toll.minutes
    ]
    found = [(name, "none" if number is None else f"in session {number}") for name, number in caught.items()]
    facts = [
        ("longest time that both were held", f"{toll.longest_s:.3f} s"),
        ("shortest time between letting go and pressing again", f"{toll.shortest_gap_s * 1000:.0f} ms"),
        *((f"entries `{kind}`", f"{count:,}") for kind, count in sorted(toll.entries.items())),
    ]
    return Evidence(
        name="gesture",
        title="The service page is not opened by accident",
        story=_STORY,
        tables=[
            table(("", "goal", "result"), goals),
            table(("wire", "minutes", "presses", f"both held ≥ {LONG_S:.0f} s"), wires),
            table(("mutant", "the public got in"), found),
            table(("", "number"), facts),
        ],
        command=command,
        folder=Path(__file__).parent,
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
