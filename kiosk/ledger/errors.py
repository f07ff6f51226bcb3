"""Errors of the ledger.

::

    LedgerError
    ├── LedgerLocked         another program is the writer (also BlockingIOError)
    ├── LedgerNewer          made by a newer program; left untouched
    ├── LedgerUnreadable     not a ledger, or damaged (also ValueError)
    ├── LedgerMissing        there is no file (also FileNotFoundError)
    ├── LedgerForbidden      the file or its folder may not be read (also PermissionError)
    └── StoreFailed          this entry could not be stored; carries the fault code (also OSError)
"""

from pathlib import Path

from kiosk.faults import FaultCode


class LedgerError(Exception):
    """Root of everything that `kiosk.ledger` raises."""


class LedgerLocked(LedgerError, BlockingIOError):
    """Another program holds the right to write this ledger."""

    def __init__(self, lock: Path) -> None:
        super().__init__(
            f"{lock} is held by another program: only one may write a ledger; stop the other first"
        )
        self.lock = lock


class LedgerNewer(LedgerError):
    """The ledger was made by a newer version of the program, which may know rules that this one does not."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path} has schema version {found}, this program knows {known}: install a newer hailong;"
            " the ledger was not touched"
        )
        self.path, self.found, self.known = path, found, known


class LedgerUnreadable(LedgerError, ValueError):
    """The file is not a ledger, or SQLite or the chain found it damaged."""


class LedgerMissing(LedgerError, FileNotFoundError):
    """There is no ledger at this path."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} does not exist: no kiosk has run with this data folder")
        self.path = path


class LedgerForbidden(LedgerError, PermissionError):
    """The ledger belongs to somebody else, who does not let this user read it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} may not be read by this user: run as root, or join the ledger's group")
        self.path = path


class StoreFailed(LedgerError, OSError):
    """The entries were not stored.

    Attributes:
        code: What the screen and the technician are told.
    """

    def __init__(self, code: FaultCode, reason: str) -> None:
        super().__init__(f"{code.value}: {reason}")
        self.code = code
