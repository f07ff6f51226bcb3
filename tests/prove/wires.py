"""What hands do, as it comes through contacts, a line or glass, to the product's own logic; with what gets lost there.

Each wire gives the input events that the product makes of it, with the time at which they are handed on. From
`well_from_s` on nothing is lost any more.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from hardware.corners import Corners
from hardware.events import AnyButton, InputEvent, Level, Source
from hardware.fakes.bounce import CONTACTS, ContactKind, synthesise
from hardware.firmware.five_buttons import REPEAT_MS, Pad
from hardware.judge import ContactJudge
from hardware.padlink import FramedLink
from hardware.pointer import FingerDown, FingerUp, Pointer, PointerRecord, Rect, Targets
from tests.prove.hands import LEFT, RIGHT, Held

NS_PER_S, NS_PER_MS, NS_PER_US = 1_000_000_000, 1_000_000, 1_000

Edge = tuple[int, Level, bool]
Event = tuple[int, InputEvent]


class Wire(Protocol):
    """One way to the product."""

    def play(self, made: Iterable[Held], well_from_s: float) -> Iterator[Event]:
        """What comes of it, in order; the time in nanoseconds."""


def edges_of(chance: random.Random, kinds: dict[Level, ContactKind], made: Iterable[Held]) -> list[Edge]:
    """Every edge of every contact: bounce at each press and release, dirt while it is held where there is any."""
    edges: list[Edge] = []
    for one in made:
        kind = kinds[one.level]
        hold_us = max(1_000, round((one.to_s - one.from_s) * 1e6) - kind.make_us)
        dropouts = kind.dropouts * hold_us // kind.hold_us
        trace = synthesise(replace(kind, seed=chance.getrandbits(32), hold_us=hold_us, dropouts=dropouts))
        begin_ns = round(one.from_s * NS_PER_S)
        edges += [(begin_ns + at_us * NS_PER_US, one.level, down) for at_us, down in trace.edges]
    return sorted(edges)


class GpioWire:
    """Five contacts on pins. Edges get lost one by one, or all those of a release; sometimes a queue overflows."""

    source = Source.GPIO

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._kinds = {level: chance.choice(CONTACTS) for level in Level}
        self._loss = chance.choice((0.0, 0.01, 0.3))
        self._closed: set[Level] = set()
        self._judge = ContactJudge(Source.GPIO, self._look)
        self._now_ns = 0

    def play(self, made: Iterable[Held], well_from_s: float) -> Iterator[Event]:
        """See `Wire`."""
        chance = self._chance
        self._judge.begin((), 0)
        deaf_until_ns = dict.fromkeys(Level, 0)
        edges = edges_of(chance, self._kinds, made)
        for at_ns, level, down in [*edges, (edges[-1][0] + 2 * NS_PER_S, LEFT, False)]:
            yield from self._tick_until(at_ns)
            self._now_ns = max(self._now_ns, at_ns)
            was_down = level in self._closed
            (self._closed.add if down else self._closed.discard)(level)
            if at_ns < well_from_s * NS_PER_S:
                if was_down and not down and chance.random() < self._loss / 10:
                    deaf_until_ns[level] = at_ns + 45 * NS_PER_MS  # the whole train of a release
                if at_ns < deaf_until_ns[level] or chance.random() < self._loss:
                    continue
                if chance.random() < 0.0001:
                    self._judge.lost_edges()
            for event in self._judge.edge(level, down, at_ns):
                yield at_ns, event

    def _tick_until(self, end_ns: int) -> Iterator[Event]:
        """The thread that judges is woken when it wished to be, a little late."""
        while (due_ns := self._judge.next_deadline_ns) is not None:
            woken_ns = max(self._now_ns, due_ns) + self._chance.randrange(5 * NS_PER_MS)
            if woken_ns > end_ns:
                return
            self._now_ns = woken_ns
            for event in self._judge.tick(woken_ns):
                yield woken_ns, event

    def _look(self) -> dict[AnyButton, bool]:
        return {level: level in self._closed for level in Level}


class PadWire:
    """The pad that is in hardware/firmware, on a line that loses frames both ways, and is unplugged.

    Now and then the line is dead for some seconds, longer than the pad repeats an edge.
    """

    source = Source.PAD

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._kinds = {level: chance.choice(CONTACTS) for level in Level}
        self._loss = chance.choice((0.0, 0.02, 0.3))
        self._pad, self._link = Pad(), FramedLink()
        self._closed = 0
        self._to_pad = b""
        self._underway: list[tuple[int, bytes]] = []  # to the terminal: when it is there, in ms
        self._dead_until_ms = 0

    def play(self, made: Iterable[Held], well_from_s: float) -> Iterator[Event]:
        """See `Wire`."""
        edges = edges_of(self._chance, self._kinds, made)
        end_ms = edges[-1][0] // NS_PER_MS + 10_000
        self._link.opened(0)
        place, now_ms = 0, 0
        while now_ms < end_ms:
            is_well = now_ms >= well_from_s * 1000
            if not is_well and self._loss and self._chance.random() < 0.0003:
                self._dead_until_ms = now_ms + self._chance.randint(200, 3500)
            loss = 0.0 if is_well else 1.0 if now_ms < self._dead_until_ms else self._loss
            while place < len(edges) and edges[place][0] <= now_ms * NS_PER_MS:
                _, level, down = edges[place]
                bit = 1 << (level - 1)
                self._closed = self._closed | bit if down else self._closed & ~bit
                place += 1
            yield from self._turn(now_ms, loss)
            if not is_well and self._chance.random() < 0.00002:
                yield from self._replug(now_ms)
            edge_ms = edges[place][0] // NS_PER_MS + 1 if place < len(edges) else end_ms
            now_ms = max(now_ms + 1, min(edge_ms, self._due_ms(now_ms)))

    def _turn(self, now_ms: int, loss: float) -> Iterator[Event]:
        heard, self._to_pad = self._to_pad, b""
        said = self._pad.turn(now_ms, self._closed, heard)
        if said and self._chance.random() >= loss:
            there_ms = max([now_ms + self._chance.randint(0, 20), *(at for at, _ in self._underway[-1:])])
            self._underway.append((there_ms, said))
        now_ns = now_ms * NS_PER_MS
        while self._underway and self._underway[0][0] <= now_ms:
            events, answer = self._link.heard(self._underway.pop(0)[1], now_ns)
            yield from ((now_ns, event) for event in events)
            if answer and self._chance.random() >= loss:
                self._to_pad += answer
        yield from ((now_ns, event) for event in self._link.tick(now_ns))

    def _replug(self, now_ms: int) -> Iterator[Event]:
        now_ns = now_ms * NS_PER_MS
        yield from ((now_ns, event) for event in self._link.closed(now_ns))
        self._pad, self._to_pad, self._underway = Pad(self._closed), b"", []
        yield from ((now_ns, event) for event in self._link.opened(now_ns))

    def _due_ms(self, now_ms: int) -> int:
        """When the pad or the terminal has something to do; the pad settles its contacts every millisecond."""
        contacts = self._pad._contacts
        if contacts.down != self._closed or self._to_pad:
            return now_ms + 1
        due = [self._pad._sign_due_ms, *(one.sent_ms + REPEAT_MS for one in self._pad._waiting)]
        due += [at_ms for at_ms, _ in self._underway[:1]]
        if (deadline_ns := self._link.next_deadline_ns) is not None:
            due.append(-(-deadline_ns // NS_PER_MS))
        return min(due)


class TouchWire:
    """Fingers on glass. Outer buttons are the corners, inner ones the cards below; a loop reads what has come."""

    source = Source.TOUCH
    SIZE = (1280, 800)
    CORNERS = (Rect(0, 0, 118, 118), Rect(1162, 0, 118, 118))
    TARGETS = Targets(tuple(Rect(40 + 240 * n, 273, 240, 430) for n in range(5)), 30)

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._pointer, self._corners = Pointer(), Corners()
        self._fingers = 0

    def play(self, made: Iterable[Held], well_from_s: float) -> Iterator[Event]:  # noqa: ARG002 - none is lost
        """See `Wire`."""
        happened: list[tuple[int, bool, int, float, float]] = []
        for one in made:
            self._fingers += 1
            x, y = self._place(one.level)
            happened.append((round(one.from_s * NS_PER_S), True, self._fingers, x, y))
            happened.append((round(one.to_s * NS_PER_S), False, self._fingers, x, y))
        happened.sort()
        place, now_ns = 0, 0
        while place < len(happened) or self._corners.due_ns is not None:
            due = [self._corners.due_ns, happened[place][0] if place < len(happened) else None]
            now_ns = max(now_ns, min(at_ns for at_ns in due if at_ns is not None)) + self._late_ns()
            while place < len(happened) and happened[place][0] <= now_ns:
                _, is_down, finger, x, y = happened[place]
                place += 1
                record: PointerRecord = (FingerDown if is_down else FingerUp)(1, finger, x, y, now_ns)
                press = self._pointer.feed(record, self.TARGETS, self.SIZE)
                self._corners.feed(record, self.CORNERS, self.SIZE)
                if press is not None:
                    yield now_ns, press
            gesture = self._corners.complete(now_ns)
            if gesture is not None:
                yield now_ns, gesture

    def _late_ns(self) -> int:
        """Drawing takes a while now and then."""
        return self._chance.randrange(60 * NS_PER_MS if self._chance.random() < 0.02 else 8 * NS_PER_MS)

    def _place(self, level: Level) -> tuple[float, float]:
        if level in (LEFT, RIGHT):
            corner = self.CORNERS[level is RIGHT]
            x, y = corner.left + self._chance.uniform(0, 117), self._chance.uniform(0, 117)
        else:
            x, y = 160 + 240 * (level - 1), self._chance.uniform(300, 680)
        return x / self.SIZE[0], y / self.SIZE[1]
