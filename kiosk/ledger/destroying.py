"""Deletes a ledger for good: only one that nobody writes, and only when central holds every rating of it.

What was deleted is written down before the first file goes, in ``destroyed.jsonl`` beside the ledger's folder.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from kiosk.ledger.disk import sync_folder
from kiosk.ledger.kinds import Kind
from kiosk.ledger.reader import Reading, reading
from kiosk.ledger.receipts import Receipts
from kiosk.ledger.restorer import unfinished

OF_ITSELF = (Kind.BOOT, Kind.CLOCK_ANCHOR, Kind.SHUTDOWN, Kind.VERIFIED)
"""What a terminal writes about itself whenever it starts and stops: a stopped one always has some without a receipt."""

_LOCK = "ledger.lock"


@dataclass(frozen=True, slots=True)
class Fate:
    """A ledger and what would be lost with it.

    Attributes:
        ledger: Its id, hexadecimal.
        entries: How many it has.
        head: The hash of the last one, hexadecimal.
        receipt: Up to which entry central has signed for this very chain; 0 = for none.
        pending: Entries after that, but those of `OF_ITSELF`.
        closed: Closed ledgers beside it that are not yet brought over into it.
    """

    ledger: str
    entries: int
    head: str
    receipt: int
    pending: int
    closed: int

    @property
    def may_go(self) -> bool:
        """Whether nothing is lost with it."""
        return self.pending == 0 and self.closed == 0


def fate(folder: Path) -> Fate:
    """What would be lost with the ledger of a folder.

    Raises:
        LedgerError, OSError, sqlite3.Error: It cannot be read, and so cannot be known to be delivered.
    """
    receipts = Receipts(folder)
    receipts.load()
    with reading(folder / "ledger.db") as opened:
        head, signed = opened.head(), _signed(opened, receipts)
        sql = f"SELECT count(*) FROM entry WHERE seq > ? AND kind NOT IN ({', '.join('?' * len(OF_ITSELF))})"
        (pending,) = opened.connection.execute(sql, (signed, *(kind.value for kind in OF_ITSELF))).fetchone()
    return Fate(
        opened.ledger_id.hex(), head.seq, head.hash.hex(), signed, int(pending), len(unfinished(folder))
    )


def _signed(opened: Reading, receipts: Receipts) -> int:
    held = receipts.of(opened.ledger_id)
    if held is None:
        return 0
    row = opened.connection.execute("SELECT hash FROM entry WHERE seq = ?", (held.seq,)).fetchone()
    return held.seq if row is not None and bytes(row[0]) == held.hash else 0


def destroy(folder: Path, gone: Fate, wall: str, by: str) -> Path:
    """Write down that it is deleted, then delete it. The right to write it must be ours.

    Args:
        folder: Of the ledger.
        gone: What is deleted.
        wall: The time that the clock shows, RFC 3339.
        by: The name of whoever does it.

    Returns:
        The file that says so.

    Raises:
        OSError: It could not be written down, and everything is there; or a file could not be deleted.
    """
    record = folder.with_name("destroyed.jsonl")
    line = json.dumps({"wall": wall, "by": by, **asdict(gone)}, ensure_ascii=False) + "\n"
    with record.open("a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(record.parent)
    for path in sorted(path for path in folder.iterdir() if path.name != _LOCK):
        if path.is_dir() and not path.is_symlink():
            _empty(path)
        else:
            path.unlink()
    sync_folder(folder)
    return record


def _empty(folder: Path) -> None:
    """Remove a folder of ours, such as the copies of a salvage, which has no folders in it."""
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
