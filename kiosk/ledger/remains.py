"""Reads a damaged ledger entry by entry, past its wounds.

Several views of the same ledger may each know something: the connection that was open when the damage was
noticed (its pages are in memory, or its file has lost its name); a copy of the closed file, if need be with the
first page of a new-born ledger (that page holds only what all ledgers have in common, and without it SQLite
would read nothing at all); and what lies in single pages that the copy's tree no longer leads to.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from kiosk.ledger import pages, schema, store
from kiosk.ledger.chain import Entry, own_hash_is_right

_CHUNK = 100
# Two hashes, a kind and the smallest payload: no entry takes fewer bytes of the file.
_SMALLEST_ENTRY = 100
# Damaged pages do not only fail to be read; they can hold values of any type and size.
_UNREADABLE = (sqlite3.Error, TypeError, ValueError, OverflowError)


def copy(path: Path, scratch: Path, ledger_id: bytes | None = None) -> None:
    """Copy a closed ledger and its WAL into `scratch`: opening the evidence itself would change it.

    Where the copy's tree is broken, every page is searched as well. Takes as long as the files are large; meant
    for a thread of its own.

    Args:
        path: The closed database.
        scratch: A folder of our own; emptied first.
        ledger_id: The ledger's id, where it is known from elsewhere.

    Raises:
        OSError: No room, or the file cannot be read.
        sqlite3.Error: No room.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.copyfile(source, scratch / f"remains.db{suffix}")
    # A file of its own: the ledger in use must not be opened past SQLite, see `kiosk.ledger.store`.
    store.create(scratch / "newborn.db")
    _search_pages(scratch, ledger_id)


def _search_pages(scratch: Path, ledger_id: bytes | None) -> None:
    """Put what lies in single pages into ``found.db``, if the copy's tree does not lead everywhere."""
    with closing(_open_copy(scratch / "remains.db", scratch / "newborn.db")) as view:
        try:
            view.execute("SELECT count(*) FROM entry").fetchone()  # goes through every leaf
        except sqlite3.Error:
            ledger_id = _ledger_id([view]) or ledger_id
        else:
            return
        with closing(sqlite3.connect(scratch / "found.db", isolation_level=None)) as found:
            # The copy is made again when the power goes: no journal.
            found.executescript(
                f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {schema.ENTRY}; BEGIN;"
            )
            for file, search in (("remains.db", pages.of_database), ("remains.db-wal", pages.of_log)):
                if (scratch / file).exists():
                    with (scratch / file).open("rb") as raw:
                        for e in search(raw):
                            _note(found, e, ledger_id)
            found.execute("COMMIT")


def _note(found: sqlite3.Connection, e: Entry, ledger_id: bytes | None) -> None:
    if ledger_id is None or own_hash_is_right(e, ledger_id):
        with suppress(OverflowError, sqlite3.IntegrityError):  # found before, or damaged beyond what fits
            found.execute(schema.INSERT, (e.seq, e.boot_n, e.boottime_ns, e.kind, e.payload, e.prev, e.hash))


class Remains:
    """What can be read of a closed ledger.

    Args:
        path: The closed database.
        scratch: Where `copy` has put its copy.
        ledger_id: Its id, where it is known from elsewhere.
        live: The connection that was open on it; stays open, for a salvage that has to begin again.
        last_seq: The last seq that is known to have been stored (0 = not known).
    """

    def __init__(
        self,
        path: Path,
        scratch: Path,
        *,
        ledger_id: bytes | None,
        live: sqlite3.Connection | None = None,
        last_seq: int = 0,
    ) -> None:
        self.path = path
        self.missing = 0
        self._scratch = scratch
        self._copy = _open_copy(scratch / "remains.db", scratch / "newborn.db")
        self._views = [self._copy] if live is None else [live, self._copy]
        self._found = None
        if (scratch / "found.db").exists():
            self._found = sqlite3.connect(scratch / "found.db", isolation_level=None)
            self._views.append(self._found)
        for view in self._views:
            view.text_factory = lenient
        self.ledger_id = _ledger_id(self._views) or ledger_id or bytes(16)
        self._known_last = max(last_seq, self._newest())

    def _newest(self) -> int:
        newest = 0
        for view in self._views:
            with suppress(*_UNREADABLE):
                newest = max(newest, int(view.execute("SELECT max(seq) FROM entry").fetchone()[0] or 0))
        return newest

    def _highest_possible(self) -> int:
        """No entry of this ledger can have a higher seq (the page that says the last one may be destroyed)."""
        files = (self._scratch / f"remains.db{suffix}" for suffix in ("", "-wal"))
        room = sum(file.stat().st_size for file in files if file.exists())
        return max(self._known_last, room // _SMALLEST_ENTRY)

    def entries(self) -> Iterator[list[Entry]]:
        """Every entry that some view can read, in order of seq; of two versions the one whose hash is right.

        A few at a time, and none at all where none could be read: the caller is never kept waiting for long.
        """
        highest = self._highest_possible()
        found = newest = 0
        for first in range(1, highest + 1, _CHUNK):
            last = min(first + _CHUNK - 1, highest)
            best = self._best(first, last)
            found += len(best)
            newest = max(newest, *best) if best else newest
            self.missing = max(self._known_last, newest) - found
            yield [best[seq] for seq in sorted(best)]

    def _best(self, first: int, last: int) -> dict[int, Entry]:
        best: dict[int, Entry] = {}
        for view in self._views:
            for entry in _read(view, first, last):
                if entry.seq not in best or own_hash_is_right(entry, self.ledger_id):
                    best[entry.seq] = entry
            if len(best) == last - first + 1 and all(
                own_hash_is_right(entry, self.ledger_id) for entry in best.values()
            ):
                break
        return best

    def close(self) -> None:
        """Close and remove the copy. May be called twice."""
        self._copy.close()
        if self._found is not None:
            self._found.close()
        self._views.clear()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _ledger_id(views: list[sqlite3.Connection]) -> bytes | None:
    for view in views:
        with suppress(*_UNREADABLE):
            row = view.execute("SELECT ledger_id FROM ledger").fetchone()
            if row is not None:
                return bytes(row[0])
    return None


def lenient(text: bytes) -> str:
    """A text column whatever its bytes are: a kind that is not UTF-8 is a wrong entry, not an unreadable one."""
    return text.decode(errors="replace")


def _read(view: sqlite3.Connection, first: int, last: int) -> list[Entry]:
    """The readable entries of a range; one at a time where reading them together fails."""
    sql = f"SELECT {schema.COLUMNS} FROM entry WHERE seq BETWEEN ? AND ?"
    try:
        return [_entry(row) for row in view.execute(sql, (first, last))]
    except _UNREADABLE:
        found: list[Entry] = []
        for seq in range(first, last + 1):
            with suppress(*_UNREADABLE):
                found.extend(_entry(row) for row in view.execute(sql, (seq, seq)))
        return found


def _entry(row: tuple[int, int, int, str, bytes, bytes, bytes]) -> Entry:
    seq, boot_n, boottime_ns, kind, payload, prev, digest = row
    return Entry(
        int(seq), int(boot_n), int(boottime_ns), str(kind), bytes(payload), bytes(prev), bytes(digest)
    )


def _open_copy(database: Path, newborn: Path) -> sqlite3.Connection:
    """Open a copy, with a new first page where its own cannot be read.

    An empty file is mended before SQLite sees it: it would drop the WAL that belongs to it.
    """
    if database.stat().st_size >= schema.PAGE_BYTES:
        view = sqlite3.connect(database, isolation_level=None)
        try:
            view.execute("SELECT ledger_id FROM ledger").fetchone()
        except sqlite3.Error:
            view.close()
        else:
            return view
    _mend_first_page(database, newborn)
    return sqlite3.connect(database, isolation_level=None)


def _mend_first_page(database: Path, newborn: Path) -> None:
    """Give `database` the first page of a new-born ledger, which does not say how many pages there are.

    Its number of pages only counts when "version valid for" equals the change counter (SQLite file format,
    1.3). When it does not, SQLite takes the number from the last commit in the WAL, or from the file's size.
    """
    with newborn.open("rb") as source, database.open("r+b") as target:
        page = bytearray(source.read(schema.PAGE_BYTES))
        changes = int.from_bytes(page[24:28], "big")
        page[92:96] = (changes ^ 1).to_bytes(4, "big")
        target.write(page)
