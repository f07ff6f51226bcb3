"""What the controller remembers between two events, and the events and effects that it knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType

from hardware.events import Ambiguous, Level, Press, ServiceGesture, Source, Switch, Tap, Trouble
from kiosk.controller.counts import Counts, Refused
from kiosk.faults import FaultCode
from kiosk.leaf import Answer, Errand
from kiosk.ledger.answers import Available, Broke, NotStored, Stored
from kiosk.ledger.kinds import Draft, Kind
from kiosk.view import Facts, Menu, View


class Phase(Enum):
    """What the terminal is doing."""

    STARTING = auto()
    IDLE = auto()
    SAVING = auto()
    THANKED = auto()
    REPEAT = auto()
    AMBIGUOUS = auto()
    FAULT = auto()


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing happened; time has passed."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What `Examine` has asked for."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class Attended:
    """What `Attend` has asked for."""

    answer: Answer


Event = (
    Press
    | Ambiguous
    | Trouble
    | Switch
    | Tap
    | ServiceGesture
    | Stored
    | NotStored
    | Available
    | Broke
    | Examined
    | Attended
    | Tick
)


@dataclass(frozen=True, slots=True)
class Append:
    """Store these entries in one transaction and answer with `ref`."""

    ref: int
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Show:
    """Show this from now on."""

    view: View


@dataclass(frozen=True, slots=True)
class Prepare:
    """A visit has begun, and a thank-you may follow: get ready to play."""


@dataclass(frozen=True, slots=True)
class Play:
    """The thank-you appears: play the acknowledgement. It carries nothing, so it cannot tell a level."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """A rating of this level is kept, and thanked for: for headphones alone, never for the loudspeaker."""

    level: Level


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A rating that came by this wire is stored, and thanked for: its buttons may show it, too."""

    source: Source


@dataclass(frozen=True, slots=True)
class Glow:
    """The lights of all buttons glow from now on, or are dark: whether a press would be kept."""

    on: bool


@dataclass(frozen=True, slots=True)
class Examine:
    """The service page opens: ask the machine for what it shows, and answer with `Examined`."""


@dataclass(frozen=True, slots=True)
class Attend:
    """The technician wants something of the machine: see to it, while nobody can vote, and answer with `Attended`."""

    errand: Errand


@dataclass(frozen=True, slots=True)
class Restart:
    """End the program in good order; whoever started it starts it again."""


Effect = Append | Show | Prepare | Play | Whisper | Acknowledge | Glow | Examine | Attend | Restart


@dataclass(frozen=True, slots=True)
class Visit:
    """One citizen at the terminal, as far as it can know.

    Attributes:
        level: The level that counts so far.
        first_ns: The visit's first press; the correction window runs from here.
        last_ns: Its last press of any kind.
        written_ns: When its counts were last written (or it began).
        seq: The rating's seq, once it is stored.
        hash: The hash of that entry: in a ledger that has been replaced, its seq may be another's.
        corrections: How many are stored.
        wanted: A correction that waits for its turn.
        repeats: The presses that were neither the rating nor a correction.
    """

    level: Level
    first_ns: int
    last_ns: int
    written_ns: int
    seq: int | None = None
    corrections: int = 0
    wanted: Press | None = None
    repeats: Counts = Counts()
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is written when there is time, and must not be lost.

    Attributes:
        repeats: Presses of visits that are written as counts: (rating's seq, counts).
        refused: Presses that were refused, counted.
        owed: Entries that are written as they are: of the service page, and what it took back.
    """

    repeats: tuple[tuple[int, Counts], ...] = ()
    refused: Refused = Refused()
    owed: tuple[Draft, ...] = ()

    def drafts(self) -> tuple[Draft, ...]:
        """The entries; none when there is nothing to write."""
        drafts = list(self.owed)
        drafts += [Draft(Kind.REPEAT, {"of": of, "counts": counts.body()}) for of, counts in self.repeats]
        if self.refused.counts.total:
            drafts.append(Draft(Kind.REFUSED, self.refused.body()))
        return tuple(drafts)


@dataclass(frozen=True, slots=True)
class Flight:
    """A request that the ledger has not answered, or has answered with doubt.

    Attributes:
        since_ns: When it was sent.
        counted: The counts in it.
        press: The vote in it, if it carries one.
        of: For a correction: the rating's seq.
        given_up: Nobody waits for it any more: if it is stored after all, nobody is thanked.
        failed: It was said not to be stored, and its vote was counted as refused.
        unwanted: Its vote is a technician's: once it is stored, it is taken back.
    """

    since_ns: int
    counted: Counted = Counted()
    press: Press | None = None
    of: int | None = None
    given_up: bool = False
    failed: bool = False
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The entry that a press has become."""

    press: Press
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class OpenPage:
    """The service page, while it is open.

    Attributes:
        opened_ns: When it was opened.
        last_ns: The last input of any kind.
        presses: How many have been received.
        facts: What the machine says of itself, once it was asked.
        menu: Behind it.
        pin: What has been typed of a PIN.
        until_ns: Before this no PIN is looked at.
        entered: Whether the right one was given.
    """

    opened_ns: int
    last_ns: int
    presses: int = 0
    facts: Facts | None = None
    menu: Menu = Menu()
    pin: str = field(default="", repr=False)
    until_ns: int = 0
    entered: bool = False


@dataclass(frozen=True, slots=True)
class Ailing:
    """A trouble of an input that is going on.

    Attributes:
        code: H2, H3 or H4.
        source: The input.
        level: The button, where it is one of the five's.
        last_ns: Its last sign; chatter ends after a time of quiet.
        told: Whether the ledger has an entry of its beginning.
    """

    code: FaultCode
    source: Source
    level: Level | None
    last_ns: int
    told: bool = True


@dataclass(frozen=True, slots=True)
class State:
    """Everything. A value: `step` makes a new one.

    Attributes:
        phase: What the terminal is doing.
        until_ns: When the phase ends by itself.
        visit: The visit that goes on, if any.
        flights: Requests to the ledger, by ref.
        refused: Presses to be written as a count.
        leftover: Counts of visits that the ledger could not take: (rating's seq, counts).
        owed: Entries of the service page that wait for their turn.
        fault: Why votes cannot be kept, if they cannot.
        inputs: The inputs that the configuration switches on.
        ailing: Their troubles.
        told_ns: When the ledger was last told of a trouble, by code and source.
        beats: The latest repeats of each physical button; its wishes, of that for the language.
        commits_ns: When the last two commits were answered, oldest first.
        next_ref: For the next request.
        language: What the citizen has switched to; None = the terminal's own.
        switched_ns: When that was.
        outer: What the last press of each outer button has become, where it was stored: the service gesture, if
            the button is still held for one, takes it back.
        service: The service page, while it is open. The phase goes on below it.
        service_until_ns: When it was last closed.
        shown: What the screen was last told to show.
        glows: What the lights of the buttons were last told.
    """

    inputs: frozenset[Source] = frozenset()
    phase: Phase = Phase.STARTING
    until_ns: int | None = None
    visit: Visit | None = None
    flights: Mapping[int, Flight] = field(default_factory=lambda: MappingProxyType({}))
    refused: Refused = Refused()
    leftover: tuple[tuple[int, Counts], ...] = ()
    owed: tuple[Draft, ...] = ()
    fault: FaultCode | None = None
    ailing: tuple[Ailing, ...] = ()
    told_ns: Mapping[tuple[FaultCode, Source], int] = field(default_factory=lambda: MappingProxyType({}))
    beats: Mapping[tuple[Source, Level | None], tuple[int, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    commits_ns: tuple[int | None, int] | None = None
    next_ref: int = 1
    language: str | None = None
    switched_ns: int = 0
    outer: Mapping[tuple[Source, Level], Kept] = field(default_factory=lambda: MappingProxyType({}))
    service: OpenPage | None = None
    service_until_ns: int = 0
    shown: View | None = None
    glows: bool = False

    @property
    def vote_in_flight(self) -> tuple[int, Flight] | None:
        """The vote that somebody is waiting for, with its ref."""
        for ref, flight in self.flights.items():
            if flight.press is not None and not flight.given_up and not flight.failed:
                return ref, flight
        return None
