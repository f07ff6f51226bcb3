"""What the ledger answers from its thread: plain values, which the controller can know without knowing SQLite."""

from dataclasses import dataclass

from kiosk.faults import FaultCode
from kiosk.ledger.chain import Entry
from kiosk.ledger.errors import LedgerLocked, LedgerNewer
from kiosk.messages.statements import ConfigStatement


@dataclass(frozen=True, slots=True)
class Available:
    """Votes can be kept: the ledger is open, for the first time or again."""


@dataclass(frozen=True, slots=True)
class Broke:
    """Votes cannot be kept until `Available` comes."""

    code: FaultCode


@dataclass(frozen=True, slots=True)
class Stored:
    """The entries of request `ref` are on the disk (possibly after `NotStored` was said: then late)."""

    ref: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class NotStored:
    """Request `ref` failed, and nothing of it may be promised to anyone."""

    ref: int
    code: FaultCode


@dataclass(frozen=True, slots=True)
class Impossible:
    """This program must not write this ledger: it is locked or newer."""

    error: LedgerLocked | LedgerNewer


@dataclass(frozen=True, slots=True)
class Configured:
    """What central configures for this terminal; None = nothing. Also said at the start."""

    statement: ConfigStatement | None


@dataclass(frozen=True, slots=True)
class News:
    """Entries were appended, whoever asked for it.

    Attributes:
        seq: The last one's.
        urgent: Whether any of them was something else than a clock anchor.
    """

    seq: int
    urgent: bool


WriterEvent = Available | Broke | Stored | NotStored | Impossible | Configured
