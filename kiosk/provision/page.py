"""What a user interface shows: one question a page, whether it is drawn or printed. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.config.phrase import Phrase
from kiosk.provision.steps import Step

RULER_MM = 50
"""Length that the line on the panel should have."""


AGAIN_S = 5.0
"""How often a page looks by itself whether something has happened."""


class Keys(StrEnum):
    """Which keys a screen keyboard offers for an entry."""

    DIGITS = "digits"  # with comma and point
    ADDRESS = "address"  # digits, letters, and . : / -
    TEXT = "text"  # everything
    WORDS = "words"  # the same, with Vietnamese letters
    CODE = "code"  # capital letters and digits, and everything for an address: a scanner types here, too


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose.

    Attributes:
        key: What `Answer` says.
        label: What people read.
    """

    key: str
    label: Phrase


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to type.

    Attributes:
        keys: What it may be made of.
        label: What it is.
        value: What stands there at first.
        secret: It is not to be seen by those who stand around, unless the technician wants to see it.
    """

    keys: Keys
    label: Phrase
    value: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One question.

    Attributes:
        title: Of the step.
        lines: What the technician reads.
        choices: What he may choose; with an entry as well, these are further answers.
        entry: What he may type.
        problem: Why the last answer did not do.
        busy: Something is being done; nothing can be answered.
        step: Which one it belongs to; None = the list of steps.
        square: What a telephone is to scan, as a QR code; empty = nothing.
        arrow: Show a large arrow that points to the top of the picture.
        again: What is answered by itself every `AGAIN_S` seconds, while nobody answers anything; empty = nothing. The
            page stays as it is meanwhile.
        ruler_mm_per_px: Draw a line of `RULER_MM` by this scale; None = no line.
        may_skip: Whether the step can be left out from here.
        may_go_back: Whether there is a way back.
    """

    title: Phrase
    lines: tuple[Phrase, ...] = ()
    choices: tuple[Choice, ...] = ()
    entry: Entry | None = None
    problem: Phrase | None = None
    busy: bool = False
    step: Step | None = None
    square: str = ""
    arrow: bool = False
    again: str = ""
    ruler_mm_per_px: float | None = None
    may_skip: bool = True
    may_go_back: bool = True
