"""``sync.db``: what the delivery remembers. All of it can be lost: central and the ledger know it better.

The cursor (how far central has signed) moves forward with a verified receipt in the same transaction and in no other
way. That something is being sent is not stored: sending again is harmless.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from kiosk.ledger.chain import GENESIS
from kiosk.ledger.look import KeepsMoving, looking
from kiosk.ledger.store import Head
from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from kiosk.messages.statements import LATEST_S, checkpoint_of
from sync.errors import Fault, LocalFault
from sync.progress import Progress

log = logging.getLogger(__name__)

APPLICATION_ID = 0x48C3C073
SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    device TEXT NOT NULL,
    url TEXT NOT NULL,
    central_key BLOB NOT NULL REFERENCES central_key (public_key),
    status TEXT NOT NULL
) STRICT;
CREATE TABLE central_key (public_key BLOB PRIMARY KEY) STRICT;
CREATE TABLE cursor (ledger_id BLOB PRIMARY KEY, size INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE receipt (
    ledger_id BLOB NOT NULL,
    day TEXT NOT NULL,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (ledger_id, day)
) STRICT;
CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL) STRICT;
"""

_BUSY_TIMEOUT_S = 5.0
_BEYOND_USE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_HO_CHI_MINH = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this terminal is, and whose it is.

    Attributes:
        device: Its id at central.
        url: Central's public URL.
        central: Central's key.
        status: `accepted`, `pending` or `revoked`, as central said last.
    """

    device: str
    url: str
    central: PublicKey
    status: str


class Store:
    """``sync.db``, open. One program at a time (`sync.turns`).

    Args:
        path: Made when missing, with its folder; put aside when it is damaged.
        looking_only: A connection that changes nothing (`read_only`).

    Raises:
        LocalFault: It cannot be opened or written, or belongs to a newer program.
    """

    def __init__(self, path: Path, looking_only: sqlite3.Connection | None = None) -> None:
        self.path = path
        self._may_repair = looking_only is None
        self._connection = looking_only
        if looking_only is None:
            with self._in_our_words():
                self._connection = _opened(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """May be called twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- who this is

    def identity(self) -> Identity | None:
        """None before an enrolment, and when `sync.db` was lost."""
        rows = self._rows("SELECT device, url, central_key, status FROM identity")
        if not rows:
            return None
        device, url, key, status = rows[0]
        return Identity(str(device), str(url), PublicKey("central", bytes(key)), str(status))

    def enrol(self, identity: Identity) -> None:
        """Belong to this central server from now on. What another one has signed stays, how far it came does not."""
        before = self.identity()
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO central_key VALUES (?)", (identity.central.raw,))
            connection.execute(
                "INSERT OR REPLACE INTO identity VALUES (1, ?, ?, ?, ?)",
                (identity.device, identity.url, identity.central.raw, identity.status),
            )
            if before is None or (before.device, before.central) != (identity.device, identity.central):
                connection.execute("DELETE FROM cursor")

    def pin(self, central: PublicKey) -> None:
        """Believe this key of the same central server from now on; what the one before has signed stays good."""
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO central_key VALUES (?)", (central.raw,))
            connection.execute("UPDATE identity SET central_key = ?", (central.raw,))

    def set_status(self, status: str) -> None:
        """What central says of this terminal now."""
        with self._transaction() as connection:
            connection.execute("UPDATE identity SET status = ?", (status,))

    # --- how far

    def cursor(self, ledger_id: bytes) -> Head:
        """The end of what central has signed; seq 0 = nothing."""
        rows = self._rows("SELECT size, hash FROM cursor WHERE ledger_id = ?", ledger_id)
        return Head(int(rows[0][0]), bytes(rows[0][1])) if rows else Head(0, GENESIS)

    def delivered(self, receipt: Note, central: PublicKey, progress: Progress | None = None) -> None:
        """Move the cursor to where a receipt is, and keep the receipt: the newest of each day.

        Args:
            receipt: Verified.
            central: Who cosigned it.
            progress: As it is now; None = as it was.
        """
        held, at_s = checkpoint_of(receipt), receipt.cosigned_at(central)
        if at_s is None:
            raise ValueError("this is no receipt of that central server")
        day = datetime.fromtimestamp(min(at_s, LATEST_S), UTC).astimezone(_HO_CHI_MINH).date().isoformat()
        with self._transaction() as connection:
            _move(connection, held.ledger_id, Head(held.size, held.head))
            # A server that pulls without an enrolment is believed by its receipts alone; an export names its key, too.
            connection.execute("INSERT OR IGNORE INTO central_key VALUES (?)", (central.raw,))
            connection.execute(
                "INSERT INTO receipt VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET size = excluded.size, note = excluded.note WHERE excluded.size >= size",
                (held.ledger_id, day, held.size, receipt.render()),
            )
            if progress is not None:
                _keep(connection, progress)

    def go_back(self, ledger_id: bytes, to: Head) -> None:
        """Central holds less than it has signed (it was restored from a backup): send again from there."""
        with self._transaction() as connection:
            _move(connection, ledger_id, to)

    def receipts(self, ledger_id: bytes) -> list[str]:
        """The receipts (rendered notes) that were kept for a ledger, the one for the longest chain last."""
        rows = self._rows("SELECT note FROM receipt WHERE ledger_id = ? ORDER BY size, day", ledger_id)
        return [str(note) for (note,) in rows]

    def receipts_of(self, central: PublicKey, ledger_id: bytes) -> Iterator[Note]:
        """Those that this central server gave, the one for the longest chain first.

        What another server has signed proves nothing to the kiosk, and what cannot be read proves nothing to anybody.
        """
        for rendered in reversed(self.receipts(ledger_id)):
            try:
                note = parse_note(rendered)
                checkpoint_of(note)
            except NoteError:
                log.warning("%s holds a receipt that cannot be read", self.path)
                continue
            if note.cosigned_at(central) is not None:
                yield note

    # --- how it goes

    def progress(self) -> Progress:
        """As it was kept last; what cannot be read is forgotten."""
        rows = self._rows("SELECT body FROM progress")
        try:
            return msgspec.json.decode(str(rows[0][0]), type=Progress) if rows else Progress()
        except ValueError:
            return Progress()

    def keep(self, progress: Progress) -> None:
        """Keep how it goes."""
        with self._transaction() as connection:
            _keep(connection, progress)

    # --- SQLite

    def _rows(self, sql: str, *parameters: bytes) -> list[tuple[Any, ...]]:
        with self._translated() as connection:
            return connection.execute(sql, parameters).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._translated() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[sqlite3.Connection]:
        """The connection; SQLite's and the system's errors in our words. Raises `LocalFault`."""
        if self._connection is None:  # it was put aside a moment ago
            raise LocalFault(Fault.STORE, f"{self.path} is closed")
        with self._in_our_words():
            yield self._connection

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if self._may_repair and getattr(error, "sqlite_errorcode", 0) & 0xFF in _BEYOND_USE:
                self.close()
                aside = _put_aside(self.path)
                reason = f"{self.path} was damaged ({error}); it is kept as {aside.name}, a new one begins"
                raise LocalFault(Fault.STORE, reason) from error
            raise LocalFault(Fault.STORE, f"{self.path} cannot be used: {error}") from error
        except OSError as error:
            raise LocalFault(Fault.STORE, f"{self.path} cannot be used: {error}") from error


@contextmanager
def read_only(path: Path) -> Iterator[Store | None]:
    """``sync.db`` as somebody looks at it who changes nothing, also while it is in use; None where there is none.

    Raises:
        LocalFault: It cannot be read.
    """
    with ExitStack() as stack:
        try:
            store = Store(path, stack.enter_context(looking(path)).connection)
        except FileNotFoundError:
            store = None
        except (KeepsMoving, sqlite3.Error, OSError) as error:
            raise LocalFault(Fault.STORE, f"{path} cannot be read: {error}") from error
        yield store


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_TIMEOUT_S)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise LocalFault(Fault.STORE, f"{path} was made by a newer hailong: install that one")
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if mode != "wal" or connection.execute("PRAGMA synchronous").fetchone()[0] != 2:
            raise LocalFault(Fault.STORE, f"{path} cannot be kept safely on this disk (no write-ahead log)")
        if version == 0:
            connection.executescript(
                f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _move(connection: sqlite3.Connection, ledger_id: bytes, to: Head) -> None:
    connection.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)", (ledger_id, to.seq, to.hash))


def _keep(connection: sqlite3.Connection, progress: Progress) -> None:
    body = msgspec.json.encode(progress).decode()
    connection.execute("INSERT OR REPLACE INTO progress VALUES (1, ?)", (body,))


def _put_aside(path: Path) -> Path:
    """Rename a damaged database; its log, which nobody could apply, goes."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    log.error("%s was damaged; it is kept as %s", path, aside.name)
    return aside
