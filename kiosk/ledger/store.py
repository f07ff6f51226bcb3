"""The ledger file: opened, checked for its promises, appended to. The only code that writes ``ledger.db``.

The settings are those that lost nothing in recorded power cuts: a write-ahead log with ``synchronous=FULL``
(WAL with NORMAL, and the DELETE journal with FULL, both lose acknowledged commits). They are read back, and a
connection that does not have them is refused: no one shall "optimise" them away by accident.

Nothing in this process may open ``ledger.db`` except through SQLite: closing any other descriptor of the file
would drop SQLite's POSIX locks.
"""

import os
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from kiosk.clock import Clock, rfc3339
from kiosk.faults import FaultCode
from kiosk.ledger import chain, disk, schema
from kiosk.ledger.chain import Entry
from kiosk.ledger.errors import LedgerError, LedgerNewer, LedgerUnreadable, StoreFailed
from kiosk.ledger.kinds import Draft, Json, own_fields, serialise
from kiosk.ledger.watch import Touched, Watch, inode_of

# Another program holding SQLite's own lock breaks the rule of one writer; wait a little for it, not long.
_BUSY_TIMEOUT_S = 1.0

_BEYOND_USE = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
}
_FAULTS = {
    sqlite3.SQLITE_FULL: FaultCode.DISK_FULL,
    sqlite3.SQLITE_READONLY: FaultCode.READ_ONLY,
    sqlite3.SQLITE_PERM: FaultCode.NO_PERMISSION,
}


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: 0 and `chain.GENESIS` while it is empty."""

    seq: int
    hash: bytes


def translated(error: sqlite3.Error) -> LedgerUnreadable | StoreFailed:
    """SQLite's error in the ledger's words: is the file beyond use, or can it not be written just now?"""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # A table or column that is missing comes as a plain SQLITE_ERROR: this is not the ledger that we made.
    if code in _BEYOND_USE or (code == sqlite3.SQLITE_ERROR and isinstance(error, sqlite3.OperationalError)):
        return LedgerUnreadable(str(error))
    return StoreFailed(_FAULTS.get(code, FaultCode.LEDGER_ERROR), str(error))


def create(path: Path) -> bytes:
    """Make a new ledger at `path`, complete or not at all, and return its ledger_id.

    It is built under another name and renamed when it is on the disk, so that a file called ``ledger.db`` is
    never a half-made one: one without our tables has been damaged.

    Raises:
        StoreFailed: The disk refused.
    """
    draft = path.with_name(path.name + ".new")
    ledger_id = secrets.token_bytes(chain.LEDGER_ID_BYTES)
    try:
        for leftover in (draft, draft.with_name(draft.name + "-wal"), draft.with_name(draft.name + "-shm")):
            leftover.unlink(missing_ok=True)
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            _set_promises(connection)
            connection.executescript(
                f"BEGIN IMMEDIATE; {schema.SCHEMA}"
                f"PRAGMA application_id = {schema.APPLICATION_ID};"
                f"PRAGMA user_version = {schema.SCHEMA_VERSION};"
                f"INSERT INTO ledger VALUES (x'{ledger_id.hex()}'); COMMIT;"
            )
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        draft.rename(path)
        disk.sync_folder(path.parent)
    except sqlite3.Error as error:
        raise StoreFailed(
            _FAULTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, FaultCode.LEDGER_ERROR), str(error)
        ) from error
    except OSError as error:
        raise StoreFailed(disk.fault_of(error), str(error)) from error
    return ledger_id


def refuse_newer(path: Path) -> None:
    """Refuse a ledger of a newer program before SQLite opens it: closing it again would already change files.

    Reads the version from the file's header, where `create` has put it. To be called before any connection is
    open in this process.

    Raises:
        LedgerNewer: Made by a newer program.
    """
    try:
        with path.open("rb") as file:
            header = file.read(72)
    except OSError:
        return  # opening it in earnest will say what is wrong
    if len(header) < 72 or int.from_bytes(header[68:72], "big") != schema.APPLICATION_ID:
        return
    version = int.from_bytes(header[60:64], "big")
    if version > schema.SCHEMA_VERSION:
        raise LedgerNewer(path, version, schema.SCHEMA_VERSION)


def _set_promises(connection: sqlite3.Connection) -> None:
    """Set what the promises rest on, and read it back.

    Raises:
        LedgerUnreadable: The connection does not have it.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    found = (
        connection.execute("PRAGMA journal_mode").fetchone()[0],
        connection.execute("PRAGMA synchronous").fetchone()[0],
        connection.execute("PRAGMA mmap_size").fetchone()[0],
    )
    if found != ("wal", 2, 0):
        raise LedgerUnreadable(f"journal_mode, synchronous, mmap_size are {found}, must be ('wal', 2, 0)")


class Ledger:
    """An open ledger, used on one thread.

    Args:
        path: ``ledger.db``; must exist (see `create`).
        clock: For the wall time in payloads and the time of entries that bring none.
        known_head: What the chain held when this program last wrote it, if it did: it must still.

    Raises:
        LedgerUnreadable: Not a ledger, damaged, or without what `known_head` says.
        LedgerNewer: Made by a newer program that had no time to say so in the file's header.
        StoreFailed: It cannot be opened for writing just now.
    """

    def __init__(self, path: Path, clock: Clock, known_head: Head | None = None) -> None:
        self.path = path
        self._clock = clock
        opened = inode_of(path)  # somebody may remove it before it is watched
        try:
            self.connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=_BUSY_TIMEOUT_S
            )
        except sqlite3.Error as error:
            raise _cannot_open(path, error) from error
        try:
            self._open(known_head)
            self.watch = Watch(path, opened)
        except sqlite3.Error as error:
            self.connection.close()
            raise _cannot_open(path, error) from error
        except (TypeError, ValueError, OverflowError) as error:
            self.connection.close()
            if isinstance(error, LedgerError):
                raise
            # Damaged pages do not only fail to be read; they can hold values of any type and size.
            raise LedgerUnreadable(f"{path} holds what no ledger holds: {error}") from error
        except BaseException:
            self.connection.close()
            raise

    def _open(self, known_head: Head | None) -> None:
        self._db = sqlite_utils.Database(self.connection)
        application, version = self._one("PRAGMA application_id"), self._one("PRAGMA user_version")
        if application == schema.APPLICATION_ID and version > schema.SCHEMA_VERSION:
            raise LedgerNewer(self.path, version, schema.SCHEMA_VERSION)
        if (application, version) != (schema.APPLICATION_ID, schema.SCHEMA_VERSION):
            raise LedgerUnreadable(f"{self.path} is a database, but not a ledger")
        _set_promises(self.connection)
        self.ledger_id = bytes(self._one("SELECT ledger_id FROM ledger"))
        self.head = self._last()
        if known_head is not None and known_head.seq > 0:
            kept = self.connection.execute(
                "SELECT hash FROM entry WHERE seq = ?", (known_head.seq,)
            ).fetchone()
            if kept is None or bytes(kept[0]) != known_head.hash:
                raise LedgerUnreadable(
                    f"{self.path} no longer holds entry {known_head.seq}, which was stored"
                )
        self.boot_n = self._boot_n()
        if len(self.ledger_id) != chain.LEDGER_ID_BYTES or len(self.head.hash) != 32 or self.boot_n < 1:
            raise LedgerUnreadable(f"{self.path}: its id or its last entry is not what a ledger holds")
        # A transaction that seldom changes anything: better to learn now that the file cannot be written. SQLite opens
        # a file on a read-only disk for reading, and even BEGIN IMMEDIATE succeeds there; such a write does not.
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DELETE FROM ledger WHERE 0")
        view = self._db.execute("SELECT sql FROM sqlite_schema WHERE name = 'counted_rating'").fetchone()
        if view is not None and schema.is_former(str(view[0])):
            self._db.execute("DROP VIEW counted_rating")
            self._db.execute(schema.COUNTED_RATING)
        self._db.execute("COMMIT")

    def _one(self, sql: str) -> Any:  # noqa: ANN401 - whatever SQLite holds
        row = self.connection.execute(sql).fetchone()
        if row is None:
            raise LedgerUnreadable(f"{self.path}: nothing answers {sql!r}")
        return row[0]

    def _last(self) -> Head:
        row = self.connection.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(0, chain.GENESIS) if row is None else Head(int(row[0]), bytes(row[1]))

    def _boot_n(self) -> int:
        """The number of this boot: one more when the boot_id is another, or CLOCK_BOOTTIME ran backwards.

        The same boot_id with a smaller CLOCK_BOOTTIME is a machine restored from a snapshot, or a container.
        """
        row = self.connection.execute(
            "SELECT json_extract(CAST(payload AS TEXT), '$.boot_id') FROM entry WHERE kind = 'boot'"
            " ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        last = self.connection.execute(
            "SELECT boot_n, boottime_ns FROM entry ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        if last is None:
            return 1
        same = row is not None and row[0] == self._clock.boot_id() and self._clock.boottime_ns() >= last[1]
        return int(last[0]) + (0 if same else 1)

    def append(self, entries: Sequence[Entry]) -> None:
        """Store entries (of `chained`) in one transaction; when this returns they are on the disk.

        Raises:
            LedgerUnreadable: The ledger is beyond use and must be closed; nothing was stored.
            StoreFailed: Not stored, or not known to be: open the ledger again and look.
        """
        if self.watch.look() is Touched.BEYOND_USE:
            raise LedgerUnreadable(f"{self.path} was removed, replaced or shortened by another program")
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for e in entries:
                self._db.execute(
                    schema.INSERT, (e.seq, e.boot_n, e.boottime_ns, e.kind, e.payload, e.prev, e.hash)
                )
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise translated(error) from error
        if entries:
            self.head = Head(entries[-1].seq, entries[-1].hash)
        self.watch.remember()

    def chained(self, drafts: Sequence[Draft]) -> list[Entry]:
        """The drafts as the entries that come next. Each wall time is that of its own moment.

        Raises:
            LedgerUnreadable, StoreFailed: What a draft is about could not be looked up.
        """
        now_ns, wall_ns, synced = self._clock.boottime_ns(), self._clock.wall_ns(), self._clock.is_synced()
        entries: list[Entry] = []
        seq, prev = self.head.seq, self.head.hash
        for draft in drafts:
            at_ns = now_ns if draft.boottime_ns is None else draft.boottime_ns
            payload = serialise(self._body_of(draft), rfc3339(wall_ns - now_ns + at_ns), synced)
            seq += 1
            digest = chain.link(prev, self.ledger_id, seq, self.boot_n, at_ns, draft.kind, payload)
            entries.append(Entry(seq, self.boot_n, at_ns, draft.kind.value, payload, prev, digest))
            prev = digest
        return entries

    def _body_of(self, draft: Draft) -> Mapping[str, Json]:
        """The fields of a draft, which never name another entry than the one that was meant."""
        seq = draft.body.get("of")
        if draft.about is None or (isinstance(seq, int) and self.holds(Head(seq, draft.about))):
            return draft.body
        return {**draft.body, "of": None, "of_hash": draft.about.hex()}

    def empty_log(self) -> bool:
        """Bring everything in the write-ahead log into the database; False when a reader is in the way.

        Raises:
            LedgerUnreadable: SQLite found the files damaged.
            StoreFailed: The disk refused.
        """
        try:
            busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise translated(error) from error
        return not busy

    def last_config(self) -> dict[str, Json]:
        """The fields of the last `config` entry; empty when there is none."""
        rows = self.rows("SELECT payload FROM entry WHERE kind = 'config' ORDER BY seq DESC LIMIT 1")
        return own_fields(bytes(rows[0][0])) if rows else {}

    def holds(self, expected: Head) -> bool:
        """Whether an entry with this seq and hash is in the chain."""
        rows = self.rows("SELECT hash FROM entry WHERE seq = ?", expected.seq)
        return bool(rows) and bytes(rows[0][0]) == expected.hash

    def rows(self, sql: str, *values: int) -> list[tuple[Any, ...]]:
        """A few rows. Raises what an append would: a wound in the file may show in any read."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise translated(error) from error

    def close(self) -> None:
        """Close the connection. May be called twice."""
        self.connection.close()


def _cannot_open(path: Path, error: sqlite3.Error) -> LedgerUnreadable | StoreFailed:
    """What a failure to open means; SQLITE_CANTOPEN alone does not say why, the file system does."""
    failure = translated(error)
    if isinstance(failure, StoreFailed) and failure.code in (FaultCode.LEDGER_ERROR, FaultCode.READ_ONLY):
        try:
            disk.Disk(path.parent).prove_writable()
        except OSError as reason:
            return StoreFailed(disk.fault_of(reason), f"{error}; {reason}")
        if not os.access(path, os.R_OK | os.W_OK):
            return StoreFailed(FaultCode.NO_PERMISSION, f"{error}; {path} belongs to somebody else")
    return failure
