"""Opens a ledger for reading, whether a kiosk is writing it or not, and leaves every file as it was (`look`)."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kiosk.ledger import chain, look, schema
from kiosk.ledger.errors import LedgerForbidden, LedgerMissing, LedgerNewer, LedgerUnreadable
from kiosk.ledger.remains import lenient
from kiosk.ledger.store import Head, refuse_newer


class Reading:
    """A ledger opened for reading.

    Attributes:
        path: The file that was asked for.
        connection: To it or to a copy of it; never writes.
        ledger_id: 16 bytes.
        in_use: Whether it is read in place, as a kiosk's that runs (or was killed) is.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, in_use: bool) -> None:
        """Make sure that this is a ledger we know.

        Raises:
            LedgerUnreadable: It is something else.
            LedgerNewer: Its version is not in the file's header yet.
            sqlite3.Error: It cannot be read.
        """
        self.path, self.connection, self.in_use = path, connection, in_use
        connection.text_factory = lenient
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        if application != schema.APPLICATION_ID:
            raise LedgerUnreadable(f"{path} is a database, but not a ledger")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > schema.SCHEMA_VERSION:
            raise LedgerNewer(path, version, schema.SCHEMA_VERSION)
        row = connection.execute("SELECT ledger_id FROM ledger").fetchone()
        if row is None:
            raise LedgerUnreadable(f"{path} is a ledger without an id")
        self.ledger_id = bytes(row[0])

    def head(self) -> Head:
        """The end of the chain at this moment. Raises `sqlite3.Error`."""
        row = self.connection.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(0, chain.GENESIS) if row is None else Head(int(row[0]), bytes(row[1]))


@contextmanager
def reading(path: Path) -> Iterator[Reading]:
    """Open the ledger at `path` until the block ends. Not for the kiosk's own process.

    Raises:
        LedgerMissing: There is no such file.
        LedgerForbidden: This user may not read it.
        LedgerNewer: A newer program made it.
        LedgerUnreadable: It is not a ledger, or SQLite cannot make sense of it, or it keeps changing hands.
        OSError: The copy failed, for example for want of room in the temporary folder.
    """
    _refuse_unreadable(path)
    with ExitStack() as stack:
        try:
            found = stack.enter_context(look.looking(path))
            opened = Reading(path, found.connection, in_use=found.in_use)
        except look.KeepsMoving as error:
            raise LedgerUnreadable(str(error)) from error
        except PermissionError as error:
            raise LedgerForbidden(path) from error
        except sqlite3.Error as error:
            raise LedgerUnreadable(f"{path} cannot be read: {error}") from error
        yield opened


@contextmanager
def reading_in_place(path: Path) -> Iterator[Reading | None]:
    """Open a ledger beside its writer, which may be this very process; None when nobody is writing it.

    Raises:
        LedgerNewer: A newer program made it.
        LedgerUnreadable: It is not a ledger.
        sqlite3.Error: It cannot be read just now.
    """
    connection = look.in_place(path)
    if connection is None:
        yield None
        return
    try:
        yield Reading(path, connection, in_use=True)
    finally:
        connection.close()


def _refuse_unreadable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
        refuse_newer(path)
    except FileNotFoundError as error:
        raise LedgerMissing(path) from error
    except PermissionError as error:
        raise LedgerForbidden(path) from error
    except IsADirectoryError as error:
        raise LedgerUnreadable(f"{path} is a folder, not a ledger") from error
