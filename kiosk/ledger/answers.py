"""What the ledger answers from its thread: plain values, which the controller can know without knowing SQLite."""

from dataclasses import dataclass

from kiosk.faults import FaultCode
from kiosk.ledger.chain import Entry
from kiosk.ledger.errors import LedgerLocked, LedgerNewer


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


WriterEvent = Available | Broke | Stored | NotStored | Impossible
