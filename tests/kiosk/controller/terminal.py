"""A terminal without threads or disk: the controller, a clock that tests turn, and a ledger that answers at once.

A visit reads like a visit: ``t.press(4); t.after(1.0).press(2)``.
"""

from dataclasses import dataclass, field

from hardware.events import Ambiguous, Level, Press, ServiceGesture, Source, Trouble, TroubleKind
from kiosk.controller.machine import step
from kiosk.controller.rules import Rules, S
from kiosk.controller.show import deadline_ns
from kiosk.controller.state import (
    Acknowledge,
    Append,
    Attend,
    Effect,
    Event,
    Examine,
    Examined,
    Glow,
    Play,
    Prepare,
    Restart,
    Show,
    State,
    Tick,
    Whisper,
)
from kiosk.faults import FaultCode
from kiosk.ledger.answers import Available, Broke, NotStored, Stored
from kiosk.ledger.chain import Entry
from kiosk.ledger.kinds import Draft, Json, Kind
from kiosk.view import Facts, ScreenName, View

FACTS = Facts("hailong 0.1.0", 25_600, clock_synced=True)


@dataclass
class Terminal:
    """Drives `step`. `commit_s` is how long the card takes; None = it never answers by itself."""

    rules: Rules = field(default_factory=Rules)
    inputs: frozenset[Source] = frozenset({Source.TOUCH, Source.GPIO})
    commit_s: float | None = 0.0
    fails: FaultCode | None = None
    state: State = field(init=False)
    now_ns: int = 1_000 * S
    view: View = View(ScreenName.STARTING)
    seen: list[View] = field(default_factory=list)
    entries: list[tuple[Kind, dict[str, Json]]] = field(default_factory=list)
    commits_ns: list[int] = field(default_factory=list)
    waiting: list[tuple[int, Append]] = field(default_factory=list)
    changes: int = 0
    heard: list[Effect] = field(default_factory=list)
    acknowledged: list[Source] = field(default_factory=list)
    whispered: list[Level] = field(default_factory=list)
    glows: bool = False
    examined: int = 0
    asked: list[Effect] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    opened: bool = True

    def __post_init__(self) -> None:
        self.state = State(inputs=self.inputs)
        if self.opened:
            self.available()

    def tell(self, event: Event) -> "Terminal":
        """Give an event, and everything that follows from it at this moment."""
        self.state, effects = step(self.state, event, self.now_ns, self.rules)
        for effect in effects:
            match effect:
                case Append():
                    at_ns = -1 if self.commit_s is None else self.now_ns + round(self.commit_s * S)
                    self.waiting.append((at_ns, effect))
                case Show(view):
                    self.view = view
                    self.seen.append(view)
                    self.changes += 1
                case Prepare() | Play():
                    self.heard.append(effect)
                case Acknowledge(source):
                    assert self.glows, "lights that are dark do not blink"
                    self.acknowledged.append(source)
                case Whisper(level):
                    self.whispered.append(level)
                case Glow(on):
                    assert on != self.glows
                    self.glows = on
                case Attend() | Restart():
                    self.asked.append(effect)
                case Examine():
                    self.examined += 1
        if Examine() in effects:
            self.tell(Examined(FACTS))
        if self.commit_s == 0.0:
            self.answer()
        return self

    def answer(self, code: FaultCode | None = None) -> "Terminal":
        """The ledger answers the oldest request that waits (and with code: refuses it)."""
        if self.waiting:
            _, request = self.waiting.pop(0)
            self._answer(request, code or self.fails)
        return self

    def _answer(self, request: Append, code: FaultCode | None) -> None:
        if code is not None:
            self.tell(NotStored(request.ref, code))
            return
        stored = []
        for draft in request.drafts:
            self.entries.append((draft.kind, dict(draft.body)))
            self.drafts.append(draft)
            stored.append(_entry(len(self.entries), draft))
        self.commits_ns.append(self.now_ns)
        self.tell(Stored(request.ref, tuple(stored)))

    def after(self, seconds: float) -> "Terminal":
        """Let time pass, ticking whenever the controller has asked for it and the card has answered."""
        end_ns = self.now_ns + round(seconds * S)
        for _ in range(100_000):
            moments = [at for at, _ in self.waiting if at >= 0]
            due = deadline_ns(self.state, self.now_ns, self.rules)
            if due is not None:
                assert due > self.now_ns, "the loop would spin"
                moments.append(due)
            at_ns = min(moments, default=end_ns + 1)
            if at_ns > end_ns:
                break
            self.now_ns = max(self.now_ns, at_ns)
            ready = [request for at, request in self.waiting if 0 <= at <= self.now_ns]
            self.waiting = [item for item in self.waiting if item[1] not in ready]
            for request in ready:
                self._answer(request, self.fails)
            self.tell(Tick())
        self.now_ns = end_ns
        return self.tell(Tick())

    def press(self, level: int, source: Source = Source.TOUCH) -> "Terminal":
        """One press, now."""
        return self.tell(Press(Level(level), source, self.now_ns))

    def hold(self, first: int, second: int, apart_s: float = 1.0, source: Source = Source.GPIO) -> "Terminal":
        """A technician presses one outer button, then the other, and holds both for six seconds."""
        one = Press(Level(first), source, self.now_ns)
        self.tell(one).after(apart_s)
        other = Press(Level(second), source, self.now_ns)
        return self.tell(other).after(6.0).gesture(one, other, source=source)

    def gesture(self, *presses: Press, source: Source = Source.TOUCH) -> "Terminal":
        """The gesture is complete, now."""
        return self.tell(ServiceGesture(source, self.now_ns, presses))

    def both(self, *levels: int) -> "Terminal":
        """Several buttons at once."""
        return self.tell(Ambiguous(tuple(Level(level) for level in levels), Source.GPIO, self.now_ns))

    def trouble(
        self, kind: TroubleKind, source: Source, *, active: bool, level: int | None = None
    ) -> "Terminal":
        """An input says that it is in trouble, or out of it."""
        at = None if level is None else Level(level)
        return self.tell(Trouble(kind, source, active, self.now_ns, at))

    def broke(self, code: FaultCode) -> "Terminal":
        """The ledger says that votes cannot be kept."""
        return self.tell(Broke(code))

    def available(self) -> "Terminal":
        """The ledger says that they can again."""
        return self.tell(Available())

    def shows(self, name: ScreenName) -> bool:
        """Whether that screen is shown now."""
        return self.view.name is name

    def of(self, kind: Kind) -> list[dict[str, Json]]:
        """The bodies of the stored entries of a kind."""
        return [body for found, body in self.entries if found is kind]

    def presses_kept(self) -> int:
        """Every press that some entry accounts for."""
        counted = 0
        for body in self.of(Kind.REPEAT) + self.of(Kind.REFUSED):
            counts = body["counts"]
            assert isinstance(counts, dict)
            counted += sum(int(str(n)) for n in counts.values())
        votes = len(self.of(Kind.RATING)) + len(self.of(Kind.CORRECTION))
        return counted + votes + len(self.of(Kind.TEST))

    def counted(self) -> dict[int, int]:
        """The level that counts, by the number of the rating's entry (docs/ledger.md)."""
        numbered = list(enumerate(self.entries, start=1))
        voided = {body["of"] for _, (kind, body) in numbered if kind is Kind.VOID}
        said = {}
        for seq, (kind, body) in numbered:
            if kind is Kind.RATING:
                levels = [body["level"]] if seq not in voided else []
                levels += [
                    b["level"]
                    for n, (k, b) in numbered
                    if k is Kind.CORRECTION and b["of"] == seq and n not in voided
                ]
                if levels:
                    said[seq] = int(str(levels[-1]))
        return said

    def most_commits_in_a_second(self) -> int:
        """The largest number of commits in any window of one second."""
        return max(
            (sum(at <= other < at + S for other in self.commits_ns) for at in self.commits_ns), default=0
        )


def _entry(seq: int, draft: Draft) -> Entry:
    return Entry(seq, 1, draft.boottime_ns or 0, draft.kind.value, b"{}", bytes(32), hash_of(seq))


def hash_of(seq: int) -> bytes:
    """The hash that the ledger of these tests gives an entry."""
    return seq.to_bytes(32, "big")
