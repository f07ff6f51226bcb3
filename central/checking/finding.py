"""What a check has found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is. `ERROR`: not for real terminals. `WARNING`: somebody should decide. `NOTE`: only to be known."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        code: Of the thing, for programs; stays the same.
        text: For people, in their language.
        remedy: What to do; empty where nothing is to be done.
    """

    code: str
    state: State
    text: str
    remedy: str = ""
