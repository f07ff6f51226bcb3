"""What an input can say: a press, two buttons at once, a wish of somebody, or that it is in trouble.

Every source (touch, mouse, keys, GPIO, serial pad) ends in these records, so that nothing after
``hardware/`` needs to know which wire a press came by. Times are CLOCK_BOOTTIME in nanoseconds: that clock
runs through suspend and cannot be set by anyone (pitfalls of machines without a clock battery).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum
from typing import Protocol, runtime_checkable


class Level(IntEnum):
    """The five levels, worst to best. The number is what is stored and sent; words are configuration."""

    VERY_POOR = 1
    POOR = 2
    ACCEPTABLE = 3
    GOOD = 4
    EXCELLENT = 5


class OtherButton(Enum):
    """A button beside the five; the number is its own on a pad."""

    LANGUAGE = 6


AnyButton = Level | OtherButton
"""A physical button, whatever it is for."""


class Source(StrEnum):
    """The kind of wire that a press came by."""

    TOUCH = "touch"
    MOUSE = "mouse"
    KEY = "key"
    GPIO = "gpio"
    PAD = "pad"
    SCRIPT = "script"


class TroubleKind(StrEnum):
    """What can be wrong with an input."""

    STUCK = "stuck"  # one button has been held for more than 30 s
    LOST = "lost"  # the whole input is gone: unplugged, silent, or it failed


@dataclass(frozen=True, slots=True)
class Press:
    """One press of one level, already debounced.

    Attributes:
        level: Which of the five.
        source: The wire it came by.
        boottime_ns: CLOCK_BOOTTIME of the press itself (the edge, not the decision), nanoseconds.
    """

    level: Level
    source: Source
    boottime_ns: int


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several buttons went down together: nobody can say which was meant, so none is a rating.

    Attributes:
        levels: The levels that went down, in the order of their edges.
        source: The wire they came by.
        boottime_ns: CLOCK_BOOTTIME of the first edge, nanoseconds.
    """

    levels: tuple[Level, ...]
    source: Source
    boottime_ns: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """An input, or one of its buttons, came into trouble or out of it.

    Attributes:
        kind: What is wrong.
        source: The input.
        active: True when the trouble begins, False when it has passed.
        boottime_ns: CLOCK_BOOTTIME when it was noticed, nanoseconds.
        level: The button, where it is the trouble of one of the five; None for that of the whole input, and for a
            stuck button for the language.
        detail: English, for the log. Never names a level: a stuck button may just have been a vote.
    """

    kind: TroubleKind
    source: Source
    active: bool
    boottime_ns: int
    level: Level | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """Somebody asked for the next language. Never a level, and never by a rating button.

    Attributes:
        boottime_ns: CLOCK_BOOTTIME of it, nanoseconds.
        source: The wire that it came by.
    """

    boottime_ns: int
    source: Source


@dataclass(frozen=True, slots=True)
class Tap:
    """Somebody touched a button of the technician's pages. Never a level.

    Attributes:
        button: Its name, as whoever drew it calls it.
        boottime_ns: CLOCK_BOOTTIME of it, nanoseconds.
        source: The wire that it came by.
    """

    button: str = field(repr=False)  # digits of a PIN are among them
    boottime_ns: int
    source: Source


@dataclass(frozen=True, slots=True)
class ServiceGesture:
    """A technician held both outer buttons, or both upper corners of the glass, for 6 s without a break.

    Attributes:
        source: The wire: GPIO, a pad that tells press and release, or touch. Never keys, mouse or a script.
        boottime_ns: CLOCK_BOOTTIME at which it was complete, nanoseconds.
        presses: The presses that the held buttons have made, as they were emitted, or would have been had there
            been no second button at once; empty for touch.
    """

    source: Source
    boottime_ns: int
    presses: tuple[Press, ...] = ()


InputEvent = Press | Ambiguous | Trouble | Switch | Tap | ServiceGesture

Emit = Callable[[InputEvent], None]
"""Takes an event from any thread and returns at once; it only enqueues."""

Boottime = Callable[[], int]
"""Reads CLOCK_BOOTTIME in nanoseconds (injected, so that tests own the time)."""


class InputSource(Protocol):
    """A thing that produces input events on threads of its own."""

    @property
    def source(self) -> Source:
        """The wire that its presses carry."""

    def start(self, emit: Emit) -> None:
        """Begin to emit. Returns at once; raises `hardware.errors.HardwareError` when it cannot start."""

    def alive(self) -> bool:
        """Whether its threads run. An unplugged device is a `Trouble`, not a dead thread."""

    def close(self) -> None:
        """Stop and release everything. May be called twice."""


@runtime_checkable
class WithLights(Protocol):
    """An `InputSource` whose buttons may have lights. All of them shine or none, whatever was pressed."""

    def glow(self, on: bool) -> None:
        """Whether a press would be kept: they glow while it would, else they are dark. Dark until this was said.

        From any thread; returns at once.
        """

    def acknowledge(self) -> None:
        """A rating is on the disk: show it, the same way for every level. From any thread; returns at once."""
