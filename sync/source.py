"""Reads what there is to deliver, beside the kiosk, and changes nothing. One short SELECT at a time."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kiosk.ledger import chain, schema
from kiosk.ledger.chain import GENESIS, Entry
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.kinds import Kind
from kiosk.ledger.reader import reading_in_place
from kiosk.ledger.store import Head
from sync.errors import Fault, KioskAway, LocalFault

_NOT_RUNNING = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has no receipt yet.

    Attributes:
        entries: All but anchors: an anchor alone is no reason to send.
        votes: Ratings and corrections among them.
        oldest: The oldest vote; None where there is none.
        first: The oldest of all of them; None where there is none.
    """

    entries: int
    votes: int
    oldest: Entry | None
    first: Entry | None


class Source:
    """A ledger, open for reading.

    Args:
        connection: To it.
        ledger_id: 16 bytes.
    """

    def __init__(self, connection: sqlite3.Connection, ledger_id: bytes) -> None:
        self._connection = connection
        self.ledger_id = ledger_id

    def entries(self, after: int, up_to: int, most: int) -> list[Entry]:
        """The entries after one, in order."""
        sql = f"SELECT {schema.COLUMNS} FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
        return [Entry(*row) for row in self._connection.execute(sql, (after, up_to, most))]

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of an entry; that before the first is `GENESIS`. None where there is none."""
        if seq == 0:
            return GENESIS
        row = self._connection.execute("SELECT hash FROM entry WHERE seq = ?", (seq,)).fetchone()
        return None if row is None else bytes(row[0])

    def waiting(self, after: int) -> Waiting:
        """What is there after an entry."""
        votes, any_kind = f"kind IN ('{Kind.RATING}', '{Kind.CORRECTION}')", f"kind <> '{Kind.CLOCK_ANCHOR}'"
        return Waiting(
            self._count(after, any_kind),
            self._count(after, votes),
            self._first(after, votes),
            self._first(after, any_kind),
        )

    def _count(self, after: int, those: str) -> int:
        sql = f"SELECT count(*) FROM entry WHERE seq > ? AND {those}"
        (number,) = self._connection.execute(sql, (after,)).fetchone()
        return int(number)

    def _first(self, after: int, those: str) -> Entry | None:
        sql = f"SELECT {schema.COLUMNS} FROM entry WHERE seq > ? AND {those} ORDER BY seq LIMIT 1"
        row = self._connection.execute(sql, (after,)).fetchone()
        return None if row is None else Entry(*row)

    def last(self, kind: Kind) -> Entry | None:
        """The last entry of a kind; None where there is none."""
        sql = f"SELECT {schema.COLUMNS} FROM entry WHERE kind = ? ORDER BY seq DESC LIMIT 1"
        row = self._connection.execute(sql, (kind.value,)).fetchone()
        return None if row is None else Entry(*row)


class Opened(Protocol):
    """Opens the ledger for reading, until the block ends. Raises as `opened`."""

    def __call__(self, ledger_id: bytes | None = None) -> AbstractContextManager[Source]:
        """Whichever ledger it is, or only this one."""


@contextmanager
def opened(path: Path, ledger_id: bytes | None = None) -> Iterator[Source]:
    """The ledger that a kiosk (or this program) is writing, until the block ends.

    Args:
        path: The file.
        ledger_id: Which ledger it must be; None = whichever it is.

    Raises:
        KioskAway: Nobody is writing it, or another ledger has taken its place.
        LocalFault: It cannot be read.
    """
    try:
        with reading_in_place(path) as reading:
            if reading is None:
                raise KioskAway("nobody keeps the ledger's log in order: the kiosk is not running")
            if ledger_id not in (None, reading.ledger_id):
                raise KioskAway("another ledger has just taken the place of the one that was asked for")
            yield Source(reading.connection, reading.ledger_id)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_RUNNING:
            raise KioskAway(f"the ledger cannot be read just now: {error}") from error
        raise LocalFault(Fault.LEDGER, f"{path} cannot be read: {error}") from error
    except (LedgerError, OSError) as error:
        raise LocalFault(Fault.LEDGER, f"{path} cannot be read: {error}") from error


def checked(entries: Sequence[Entry], ledger_id: bytes, after: Head) -> None:
    """Make sure that what was read continues what central holds, hash by hash.

    Raises:
        LocalFault: It does not: nothing of it is sent. The kiosk's own check will find the same.
    """
    prev = after.hash
    for seq, entry in enumerate(entries, after.seq + 1):
        if not chain.follows(entry, ledger_id, prev, seq):
            raise LocalFault(Fault.LEDGER, f"entry {seq} does not continue the chain; it is not sent")
        prev = entry.hash
