"""Opens a ledger for reading, whether a kiosk is writing it or not, and leaves every file as it was.

SQLite's plain ``mode=ro`` does not promise that: it makes ``-wal`` and ``-shm`` files beside a cleanly closed
ledger, and recovers a crashed one's ``-shm``; a reader who owns those files can stop the kiosk from voting.
``immutable`` and ``nolock`` would read nonsense while the kiosk writes. So a ledger in use is read with
``mode=ro`` and ``readonly_shm``, which takes part in SQLite's locking and creates nothing, and any other one as
a copy in a temporary folder. (Run by root, SQLite gives the log to the owner it has already: its ctime changes.)

The copy takes no lock: holding ``ledger.lock`` for as long as a copy takes would turn away a kiosk that starts
meanwhile. Instead the files are looked at before and after, and if anything moved the reading begins again.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kiosk.ledger import chain, schema
from kiosk.ledger.errors import LedgerForbidden, LedgerMissing, LedgerNewer, LedgerUnreadable
from kiosk.ledger.remains import lenient
from kiosk.ledger.store import Head, refuse_newer

_TRIES = 5
# A checkpoint or a restart of the log may be in the way for a moment.
_BUSY_TIMEOUT_S = 5.0

_Facts = tuple[tuple[int, int, int, int, int] | None, ...]


class _Moved(Exception):
    """The files changed while they were copied."""


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
        connection.execute("PRAGMA query_only = ON")
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
    for _ in range(_TRIES):
        opened = in_place(path)
        if opened is not None:
            with closing(opened.connection):
                yield opened
            return
        with tempfile.TemporaryDirectory(prefix="hailong-ledger-") as folder:
            try:
                opened = _of_copy(path, Path(folder))
            except _Moved:
                continue
            with closing(opened.connection):
                yield opened
            return
    raise LedgerUnreadable(f"{path} changed each time it was about to be read; please try again")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


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


def in_place(path: Path) -> Reading | None:
    """Read beside the writer, which may be this very process; None when nobody keeps the log in order.

    Raises:
        LedgerUnreadable, LedgerNewer: As `reading`.
    """
    if not (_beside(path, "-wal").exists() and _beside(path, "-shm").exists()):
        return None
    connection = None
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&readonly_shm=1",
            uri=True,
            isolation_level=None,
            timeout=_BUSY_TIMEOUT_S,
        )
        return Reading(path, connection, in_use=True)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if not isinstance(error, sqlite3.Error):
            raise
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            return None
        raise LedgerUnreadable(f"{path} cannot be read: {error}") from error


def _of_copy(path: Path, folder: Path) -> Reading:
    before = _facts(path)
    copy = folder / "ledger.db"
    try:
        for suffix in ("", "-wal"):
            if suffix == "" or _beside(path, suffix).exists():
                shutil.copyfile(_beside(path, suffix), _beside(copy, suffix))
    except FileNotFoundError as error:
        raise _Moved from error
    except PermissionError as error:
        raise LedgerForbidden(path) from error
    if _facts(path) != before:
        raise _Moved
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        return Reading(path, connection, in_use=False)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise LedgerUnreadable(f"{path} cannot be read: {error}") from error
        raise


def _facts(path: Path) -> _Facts:
    """What changes when somebody writes or replaces the files."""
    facts: list[tuple[int, int, int, int, int] | None] = []
    for file in (path, _beside(path, "-wal")):
        try:
            found = file.stat()
        except FileNotFoundError:
            facts.append(None)
        else:
            facts.append((found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    return tuple(facts)
