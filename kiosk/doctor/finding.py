"""What one check has to say."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.config.phrase import Phrase

COMMAND = "    $ "
"""Begins a line for whoever has a prompt."""
MAINTAINER = Phrase("Please tell whoever maintains the terminal: this is put right at a prompt.")
"""A remedy where hands can do nothing."""


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # nothing is wrong: it is not used here, or this machine does not tell
    WARNING = "warning"  # votes are kept; somebody should see to it all the same
    ERROR = "error"  # something is not as it must be


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        name: What was looked at.
        verdict: How bad it is.
        seen: What was found there.
        remedy: What to do, without a prompt where that can be. A warning or an error without one is a mistake of ours.
        command: What whoever has a prompt types there; empty = nothing.

    Raises:
        ValueError: Something is wrong, and nobody is told what to do.
    """

    name: Phrase
    verdict: Verdict
    seen: Phrase
    remedy: Phrase | None = None
    command: str = ""

    def __post_init__(self) -> None:
        if self.verdict in (Verdict.WARNING, Verdict.ERROR) and self.remedy is None:
            raise ValueError(f"{self.name.msgid}: {self.seen.msgid!r} has no remedy")
