"""What the model of provisioning is made of: steps, what has become of them, events and works. Pure.

A user interface knows none of the steps. It shows a `Page` (`kiosk.provision.page`) and says what was answered; what
takes time is a `Work`, which somebody does (`kiosk.provision.session`) and whose `Outcome` comes back as an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, TypeVar

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.works import Outcome, Work


class Step(StrEnum):
    """In the order in which they are offered; each may be taken at any time."""

    LANGUAGE = "language"
    PANEL = "panel"
    INPUTS = "inputs"
    NETWORK = "network"
    TIME = "time"
    ENROLMENT = "enrolment"
    CHECK = "check"


class Status(StrEnum):
    """How far a step is."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Mark:
    """What has become of a step.

    Attributes:
        status: How far it is.
        lines: What came of it, for the result sheet; no secret among it.
        reason: Why it was skipped.
    """

    status: Status = Status.OPEN
    lines: tuple[Phrase, ...] = ()
    reason: Phrase | None = None


OPEN = Mark()


@dataclass(frozen=True, slots=True)
class State:
    """All of it. What a power cut must not take is in `saved`.

    Attributes:
        marks: By step; every step is in it.
        before: The options that a step has changed, as they were before it.
        at: The step that is being taken; None = the list of all.
        question: What is asked within it; empty while nothing is.
        draft: What was answered in it so far, by question. A secret may be among it: never saved.
        trail: The questions that led here, for the way back.
        seen: What works have found out in it.
        problem: Why the last answer or work led nowhere.
        work: What is being done just now.
        options: The values that apply now of what steps may set.
        languages: What each language calls itself.
        ended: Whether the technician is done, or goes on another day.
    """

    marks: Mapping[Step, Mark]
    before: Mapping[Step, Mapping[str, Value]] = field(default_factory=dict)
    at: Step | None = None
    question: str = ""
    draft: Mapping[str, str] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    seen: tuple[Outcome, ...] = ()
    problem: Phrase | None = None
    work: Work | None = None
    options: Mapping[str, Value] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    ended: bool = False

    def __repr__(self) -> str:
        """The draft may hold a password or a code."""
        return f"<State at {self.at} {self.question!r}>"

    def last(self, kind: type[O]) -> O | None:
        """The last outcome of that kind in this step."""
        return next((one for one in reversed(self.seen) if isinstance(one, kind)), None)


# --- events: what a user interface or a work says


@dataclass(frozen=True, slots=True)
class Answer:
    """The key of a choice, or what was typed."""

    value: str

    def __repr__(self) -> str:
        """It may be a password."""
        return "<Answer>"


@dataclass(frozen=True, slots=True)
class Back:
    """To the question before; from the first one to the list of steps."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave this step out; the reason is asked."""


O = TypeVar("O", bound=Outcome)  # noqa: E741 - an outcome

Event: TypeAlias = Answer | Back | Skip | Outcome
