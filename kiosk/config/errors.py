"""Errors of the configuration.

::

    ConfigError          everything that is wrong with it, all at once
    Refused              (also ValueError) one kind of value refuses one value; never leaves `kiosk.config`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.texts import Texts
from kiosk.config.origin import Origin
from kiosk.config.phrase import Phrase, printable

if TYPE_CHECKING:
    from kiosk.config.model import Config


@dataclass(frozen=True)
class Problem:
    """One thing that a technician has to put right.

    Attributes:
        origin: Where it is written.
        key: The dotted key it is about, as written; empty when a whole file is meant.
        message: What is wrong and what would be right.
    """

    origin: Origin
    key: str
    message: Phrase

    def render(self, _: Texts) -> str:
        """The problem on one line: place, key, message."""
        parts = [self.origin.describe().render(_), printable(self.key), self.message.render(_)]
        return ": ".join(part for part in parts if part)


class ConfigError(Exception):
    """The configuration cannot be used. Carries every problem that was found.

    Attributes:
        problems: At least one, in the order of the sources and of the lines.
        readable: What could be read all the same, the built-in value wherever one is wrong: enough to say so on
            the panel the right way round, and for nothing else.
    """

    def __init__(self, problems: tuple[Problem, ...], readable: Config) -> None:
        super().__init__(problems, readable)
        self.problems = problems
        self.readable = readable

    def __str__(self) -> str:
        """English, for the log."""
        return self.render(Texts("en"))

    def render(self, _: Texts) -> str:
        """All problems, one a line, under a heading, in the language of the given texts."""
        heading = _("The configuration cannot be used. Problems found: {count}").format(
            count=len(self.problems)
        )
        return "\n".join([heading, *(f"  {problem.render(_)}" for problem in self.problems)])


class Refused(ValueError):
    """A value that its option cannot take.

    Attributes:
        phrases: Every reason.
    """

    def __init__(self, *phrases: Phrase) -> None:
        super().__init__(phrases)
        self.phrases = phrases
