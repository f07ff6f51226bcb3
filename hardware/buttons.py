"""When do five electrical contacts make a press? Pure logic, shared by GPIO buttons and serial pads.

The rules are those of the terminal's time table:

* a press counts from its first edge and is decided 50 ms later, unless a second button went down within
  those 50 ms: then nobody can say which was meant, and there is one `Ambiguous` instead;
* after any edge a button must be released and quiet for 100 ms before it can make another press, so a bounce
  train, at the press or at the release, is one press;
* a button that was held, or chattered without such a rest, for 30 s is stuck: a fault, never a further press.

A sixth button, for the language, is judged by the same lock-out and the same fault. It asks at its first edge, is
never a press, and spoils none: what the five do within its 50 ms is as if it were not there.

Everything is computed from the times of the edges, never from the time of processing: a thread that comes late
gets the same presses as one that comes in time.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass

from hardware.events import (
    Ambiguous,
    AnyButton,
    InputEvent,
    Level,
    OtherButton,
    Press,
    Source,
    Switch,
    Trouble,
    TroubleKind,
)

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ButtonTimings:
    """The times by which edges are judged.

    Attributes:
        decide_ms: From the first edge to the decision; a second button's edge in this time spoils the press.
        lockout_ms: Stable release that a button needs after any edge before it can make another press.
        stuck_s: How long a button may go without a stable release before it is a fault.

    Raises:
        ValueError: a time is not positive, or `decide_ms` is longer than `lockout_ms` (one button could then
            come twice into one decision).
    """

    decide_ms: int = 50
    lockout_ms: int = 100
    stuck_s: int = 30

    def __post_init__(self) -> None:
        if min(self.decide_ms, self.lockout_ms, self.stuck_s) <= 0:
            raise ValueError(f"button times must be positive: {self}")
        if self.decide_ms > self.lockout_ms:
            raise ValueError(f"decide_ms {self.decide_ms} must not exceed lockout_ms {self.lockout_ms}")

    @property
    def decide_ns(self) -> int:
        """`decide_ms` in nanoseconds."""
        return self.decide_ms * NS_PER_MS

    @property
    def lockout_ns(self) -> int:
        """`lockout_ms` in nanoseconds."""
        return self.lockout_ms * NS_PER_MS

    @property
    def stuck_ns(self) -> int:
        """`stuck_s` in nanoseconds."""
        return self.stuck_s * NS_PER_S


BUTTONS: tuple[AnyButton, ...] = (*Level, *OtherButton)
"""Every button that there may be."""


@dataclass(slots=True)
class _Contact:
    """What is known of one button. `busy_since_ns` is None while it is at rest and may make a press."""

    down: bool = False
    last_edge_ns: int = 0
    busy_since_ns: int | None = None
    stuck: bool = False


class ButtonLogic:
    """Five contacts and one for the language in, presses, wishes and troubles out.

    Every method that takes a time first does what was due by then and returns all events in order. Edges may
    be given late, twice, or in the wrong order. Until `begin` is called all buttons count as released.

    Args:
        source: The wire that the events carry.
        timings: The times by which edges are judged.
    """

    def __init__(self, source: Source, timings: ButtonTimings | None = None) -> None:
        self._source = source
        self._timings = timings or ButtonTimings()
        self._contacts = _at_rest()
        self._undecided: list[tuple[int, Level]] = []  # first edges, in the order of their times

    @property
    def next_deadline_ns(self) -> int | None:
        """CLOCK_BOOTTIME, nanoseconds, by which `tick` should be called; None while nothing is due."""
        due = [at_ns for contact in self._contacts.values() if (at_ns := self._due_ns(contact)) is not None]
        if self._undecided:
            due.append(self._undecided[0][0] + self._timings.decide_ns)
        return min(due, default=None)

    @property
    def source(self) -> Source:
        """The wire that the events carry."""
        return self._source

    @property
    def lockout_ns(self) -> int:
        """The stable release that a button needs, nanoseconds."""
        return self._timings.lockout_ns

    def press_began_ns(self, level: Level) -> int | None:
        """The first edge of what this button is doing; None while it is at rest. Its `Press` has this time."""
        return self._contacts[level].busy_since_ns

    def is_down(self, button: AnyButton) -> bool:
        """Whether the last edge of this button was a press edge."""
        return self._contacts[button].down

    def begin(self, held: Iterable[AnyButton], now_ns: int) -> list[InputEvent]:
        """Start afresh with the buttons as they are now.

        A button that is held makes no press until it has been released and quiet. A press that was made
        before and is not decided yet stays valid. Troubles of single buttons end here; a button that is still
        held will be reported again.

        Args:
            held: The buttons that are down now.
            now_ns: CLOCK_BOOTTIME, nanoseconds.
        """
        events = self.tick(now_ns)
        stuck = [button for button, contact in self._contacts.items() if contact.stuck]
        events += [self._trouble(button, False, now_ns) for button in stuck]
        self._contacts = _at_rest()
        for button in held:
            self._contacts[button] = _Contact(down=True, last_edge_ns=now_ns, busy_since_ns=now_ns)
        return events

    def forget(self, now_ns: int) -> list[InputEvent]:
        """The buttons are gone (a pad was unplugged): none of them counts as held any more."""
        return self.begin((), now_ns)

    def edge(self, button: AnyButton, down: bool, at_ns: int) -> list[InputEvent]:
        """One contact closed or opened.

        Args:
            button: Which one.
            down: True when it closed.
            at_ns: CLOCK_BOOTTIME of the edge, nanoseconds.
        """
        events = self.tick(at_ns)
        contact = self._contacts[button]
        if contact.busy_since_ns is not None and self._rested(contact, at_ns):
            contact.busy_since_ns = None
        if contact.busy_since_ns is None and down:
            contact.busy_since_ns = at_ns
            if isinstance(button, Level):
                insort(self._undecided, (at_ns, button), key=_when)  # of equal times the first to come
            else:
                events.append(Switch(at_ns, self._source))
        if at_ns >= contact.last_edge_ns:  # an older edge that comes late says nothing about now
            contact.down = down
            contact.last_edge_ns = at_ns
        return events

    def tick(self, now_ns: int) -> list[InputEvent]:
        """Do what is due by `now_ns` (CLOCK_BOOTTIME, nanoseconds)."""
        events: list[InputEvent] = []
        while (due_ns := self.next_deadline_ns) is not None and due_ns <= now_ns:
            events += self._decide(due_ns)
            events += self._judge_contacts(due_ns)
        return events

    def spoil(self, now_ns: int) -> list[InputEvent]:
        """The line turned out to carry noise: what is not decided by `now_ns` will never be a press."""
        events = self.tick(now_ns)
        self._undecided = []
        return events

    def _rested(self, contact: _Contact, at_ns: int) -> bool:
        return not contact.down and at_ns - contact.last_edge_ns >= self._timings.lockout_ns

    def _due_ns(self, contact: _Contact) -> int | None:
        """When this contact becomes stuck, or stops being stuck."""
        if contact.busy_since_ns is None:
            return None
        rested_ns = None if contact.down else contact.last_edge_ns + self._timings.lockout_ns
        if contact.stuck:
            return rested_ns
        stuck_ns = contact.busy_since_ns + self._timings.stuck_ns
        # A button at rest needs no waking: the next edge finds out. So an idle terminal sleeps.
        return None if rested_ns is not None and rested_ns <= stuck_ns else stuck_ns

    def _decide(self, due_ns: int) -> list[InputEvent]:
        if not self._undecided or self._undecided[0][0] + self._timings.decide_ns > due_ns:
            return []
        first_ns = self._undecided[0][0]
        together = [entry for entry in self._undecided if entry[0] < first_ns + self._timings.decide_ns]
        self._undecided = self._undecided[len(together) :]
        levels = tuple(level for _, level in together)
        if len(levels) == 1:
            return [Press(levels[0], self._source, first_ns)]
        return [Ambiguous(levels, self._source, first_ns)]

    def _judge_contacts(self, due_ns: int) -> list[InputEvent]:
        events: list[InputEvent] = []
        for button, contact in self._contacts.items():
            contact_due_ns = self._due_ns(contact)
            if contact_due_ns is None or contact_due_ns > due_ns:
                continue
            contact.stuck = not contact.stuck
            if not contact.stuck:
                contact.busy_since_ns = None
            events.append(self._trouble(button, contact.stuck, due_ns))
        return events

    def _trouble(self, button: AnyButton, active: bool, at_ns: int) -> Trouble:
        detail = (
            f"one button was not released for {self._timings.stuck_s} s"
            if active
            else "the button that was stuck is released"
        )
        level = button if isinstance(button, Level) else None
        return Trouble(TroubleKind.STUCK, self._source, active, at_ns, level, detail)


def _at_rest() -> dict[AnyButton, _Contact]:
    return {button: _Contact() for button in BUTTONS}


def _when(entry: tuple[int, Level]) -> int:
    return entry[0]
