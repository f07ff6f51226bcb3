"""Walks the chain from the first entry to the last and names the first one that is wrong."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

from kiosk.ledger import chain, schema
from kiosk.ledger.chain import Entry, follows
from kiosk.ledger.kinds import Json

_CHUNK = 2_000

_Row: TypeAlias = tuple[int, int, int, str, bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the walk found.

    Attributes:
        entries: How many entries are right, from the first.
        head: The hash of the last right one.
        first_bad: The seq at which the chain breaks; None when it is intact.
        reason: English, for the log; empty when intact.
    """

    entries: int
    head: bytes
    first_bad: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        """Whether every entry was right."""
        return self.first_bad is None

    def body(self) -> dict[str, Json]:
        """For a `verified` entry."""
        return {
            "intact": self.intact,
            "entries": self.entries,
            "head": self.head.hex(),
            "first_bad": self.first_bad,
        }


def rows(connection: sqlite3.Connection, after: int = 0) -> Iterator[Entry]:
    """Every entry after `after`, in short reads: a long one would keep the WAL from being checkpointed.

    Raises:
        sqlite3.Error: The next entry cannot be read; all before it have been given.
    """
    most = _CHUNK
    while True:
        try:
            chunk = _read(connection, after, most)
        except sqlite3.DatabaseError:
            if most == 1:
                raise
            most = 1  # come as near to the wound as possible
            continue
        for row in chunk:
            yield Entry(*row)
        if len(chunk) < most:
            return
        after = chunk[-1][0]


def _read(connection: sqlite3.Connection, after: int, most: int) -> list[_Row]:
    sql = f"SELECT {schema.COLUMNS} FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"
    return connection.execute(sql, (after, most)).fetchall()


def _is_wound(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is damaged; Python's own complaint that a text is not UTF-8 carries no code."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return isinstance(error, sqlite3.OperationalError)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def verify(
    connection: sqlite3.Connection, progress: Callable[[int], None] | None = None, up_to: int | None = None
) -> Verdict:
    """Check every entry: gap-free seq, `prev`, `hash`.

    Args:
        connection: Any connection that can read the ledger.
        progress: Told the number of entries checked, now and then.
        up_to: The last seq to check; None = all there are.

    Raises:
        sqlite3.Error: There is no ledger to read, or it cannot be read just now (busy, input/output error).
            A wound inside one is a verdict, not an error.
    """
    ledger_id = bytes(connection.execute("SELECT ledger_id FROM ledger").fetchone()[0])
    seq, prev = 0, chain.GENESIS
    try:
        before_all = connection.execute("SELECT min(seq) FROM entry WHERE seq < 1").fetchone()[0]
        if before_all is not None:
            return Verdict(0, prev, before_all, "an entry stands before the first")
        for entry in rows(connection):
            if up_to is not None and entry.seq > up_to:
                break
            if not follows(entry, ledger_id, prev, seq + 1):
                return Verdict(seq, prev, seq + 1, "the entry does not continue the chain")
            seq, prev = entry.seq, entry.hash
            if progress is not None and seq % _CHUNK == 0:
                progress(seq)
    except sqlite3.DatabaseError as error:
        if not _is_wound(error):
            raise
        return Verdict(seq, prev, seq + 1, f"the entry cannot be read: {error}")
    if up_to is not None and seq < up_to:
        return Verdict(seq, prev, seq + 1, f"the chain ends here; it had {up_to} entries")
    return Verdict(seq, prev)


def untrue_figures(connection: sqlite3.Connection) -> str:
    """Why the file's own view and indexes must not be believed; empty when they may.

    The chain covers the entries. Who can write the file can also change the view that adds them up, or an index
    that SQLite looks corrections up in; neither is in the chain. The view of an earlier version of this program is
    there until the kiosk opens the file; no figure of ours comes from it.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as newborn:
        newborn.executescript(schema.SCHEMA)
        if _made_with(newborn) != _made_with(connection):
            return "its tables, triggers, indexes or views are not those that it was made with"
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if found == "ok" else found


def _made_with(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    made = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"
    return [
        (kind, name, schema.COUNTED_RATING if kind == "view" and schema.is_former(sql) else sql)
        for kind, name, sql in connection.execute(made)
    ]
