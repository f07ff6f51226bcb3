"""What a technician wants to know about a ledger at a glance."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kiosk.ledger.chain import Entry
from kiosk.ledger.closing import closed_files
from kiosk.ledger.kinds import parse
from kiosk.ledger.reader import Reading
from kiosk.ledger.restorer import marker
from kiosk.ledger.schema import WITH_COUNTED
from kiosk.ledger.store import Head
from kiosk.ledger.verify import rows


@dataclass(frozen=True, slots=True)
class Closed:
    """A ledger that was put aside.

    Attributes:
        path: Its database.
        size_bytes: Of the database and its WAL together.
        salvaged: Whether all that could be read of it is in the ledger in use.
    """

    path: Path
    size_bytes: int
    salvaged: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A ledger at one moment.

    Attributes:
        head: The end of the chain.
        kinds: How many entries there are of each kind.
        counted: How many ratings count, by the level that counts.
        first_wall: Wall time of the first entry, RFC 3339 in UTC; None where it says none.
        last_wall: Wall time of the last entry.
    """

    head: Head
    kinds: Mapping[str, int]
    counted: Mapping[int, int]
    first_wall: str | None
    last_wall: str | None


def summarise(reading: Reading) -> Summary:
    """Count what is in a ledger. Raises `sqlite3.Error` when it is damaged."""
    connection, head = reading.connection, reading.head()
    kinds = connection.execute("SELECT kind, count(*) FROM entry GROUP BY kind ORDER BY kind").fetchall()
    counted = connection.execute(
        f"{WITH_COUNTED}SELECT level, count(*) FROM counted_rating GROUP BY level ORDER BY level DESC"
    ).fetchall()
    return Summary(head, dict(kinds), dict(counted), _wall(connection, 1), _wall(connection, head.seq))


def _wall(connection: sqlite3.Connection, seq: int) -> str | None:
    entry = next(rows(connection, seq - 1), None)
    return None if entry is None else wall_of(entry)


def wall_of(entry: Entry) -> str | None:
    """The wall time that an entry says, if it does."""
    wall = parse(entry.payload).get("wall")
    return wall if isinstance(wall, str) else None


def last_entries(reading: Reading, head: Head, most: int) -> list[Entry]:
    """The last entries, oldest first. Raises `sqlite3.Error`."""
    return list(islice(rows(reading.connection, max(0, head.seq - most)), most))


def closed_ledgers(folder: Path) -> list[Closed]:
    """The ledgers that were put aside in a folder, oldest first. Raises `OSError`."""
    found = []
    for path in closed_files(folder):
        files = [path.with_name(path.name + suffix) for suffix in ("", "-wal")]
        size = sum(file.stat().st_size for file in files if file.exists())
        found.append(Closed(path, size, marker(path).exists()))
    return found
