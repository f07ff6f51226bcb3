"""Reads a damaged ledger entry by entry, past its wounds.

Several views of the same ledger may each know something: the connection that was open when the damage was
noticed (its pages are in memory, or its file has lost its name), the closed file itself, and a copy of it
whose first page is that of a new-born ledger: the first page holds only what all ledgers have in common, and
without it SQLite would read nothing at all.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kiosk.ledger import schema, store
from kiosk.ledger.chain import Entry, own_hash_is_right

_CHUNK = 200
# Two hashes, a kind and the smallest payload: no entry takes fewer bytes of the file.
_SMALLEST_ENTRY = 100
# Damaged pages do not only fail to be read; they can hold values of any type and size.
_UNREADABLE = (sqlite3.Error, TypeError, ValueError, OverflowError)


def copy(path: Path, scratch: Path) -> None:
    """Copy a closed ledger and its WAL into `scratch`: opening the evidence itself would change it.

    Takes as long as the files are large; meant for a thread of its own.

    Raises:
        OSError: No room, or the file cannot be read.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.copyfile(source, scratch / f"remains.db{suffix}")
    # A file of its own: the ledger in use must not be opened past SQLite, see `kiosk.ledger.store`.
    store.create(scratch / "newborn.db")


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
        for view in self._views:
            view.text_factory = lenient
        self.ledger_id = self._ledger_id() or ledger_id or bytes(16)
        self._known_last = max(last_seq, self._newest())

    def _ledger_id(self) -> bytes | None:
        for view in self._views:
            with suppress(*_UNREADABLE):
                row = view.execute("SELECT ledger_id FROM ledger").fetchone()
                if row is not None:
                    return bytes(row[0])
        return None

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

    def entries(self) -> Iterator[Entry]:
        """Every entry that some view can read, in order of seq; of two versions the one whose hash is right."""
        highest = self._highest_possible()
        found = newest = 0
        for first in range(1, highest + 1, _CHUNK):
            last = min(first + _CHUNK - 1, highest)
            best = self._best(first, last)
            found += len(best)
            newest = max(newest, *best) if best else newest
            self.missing = max(self._known_last, newest) - found
            yield from (best[seq] for seq in sorted(best))

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
        self._views.clear()
        shutil.rmtree(self._scratch, ignore_errors=True)


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
