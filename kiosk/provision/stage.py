"""What a step consists of, and what it can say next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Page
from kiosk.provision.steps import State
from kiosk.provision.works import Outcome, Work


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask something next."""

    question: str
    problem: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Perform:
    """Have something done next."""

    work: Work


@dataclass(frozen=True, slots=True)
class Complete:
    """The step is done."""

    lines: tuple[Phrase, ...]


Next: TypeAlias = Ask | Perform | Complete


class Stage(Protocol):
    """One step. Every method is pure; `state` is that of the model with this step being taken."""

    title: Phrase

    def opened(self, state: State) -> Next:
        """Where it begins."""

    def page(self, state: State) -> Page:
        """The question of `state.question`, without problem and busy."""

    def answered(self, state: State, value: str) -> Next:
        """What follows an answer to `state.question`; the draft holds it already."""

    def worked(self, state: State, work: Work, outcome: Outcome) -> Next:
        """What follows a work that did not fail; `state.last` gives the outcome as well."""

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """What takes it back, beside that it is open again; `before` are options as they were before it."""


def text(phrase: str) -> Phrase:
    """What a program or a person said, as a sentence that is not translated."""
    return Phrase("{text}", {"text": phrase})
