"""What central has signed of a ledger: the delivery keeps it in ``sync.db``, and an export takes it along.

With it an export convicts whoever lost or changed entries afterwards, central included (docs/ledger.md, *Receipts*).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.errors import LedgerUnreadable
from kiosk.ledger.export import Row
from kiosk.ledger.kinds import Json
from kiosk.ledger.look import KeepsMoving, looking


@dataclass(frozen=True, slots=True)
class Witness:
    """Receipts and whose they are.

    Attributes:
        receipts: Rendered notes, the one for the longest chain last.
        keys: Of every central server that this terminal has believed, 32 bytes each.
    """

    receipts: tuple[str, ...] = ()
    keys: tuple[bytes, ...] = ()


def witness(database: Path, ledger_id: bytes) -> Witness:
    """What is kept for a ledger; nothing where nothing was ever delivered.

    To be read before the end of the ledger: a receipt must not be for more than an export has.

    Args:
        database: ``<data-dir>/sync/sync.db``.
        ledger_id: 16 bytes.

    Raises:
        LedgerUnreadable: It cannot be read.
    """
    try:
        with looking(database) as look:
            receipts = look.connection.execute(
                "SELECT note FROM receipt WHERE ledger_id = ? ORDER BY size, day", (ledger_id,)
            ).fetchall()
            keys = look.connection.execute("SELECT public_key FROM central_key ORDER BY 1").fetchall()
    except FileNotFoundError:
        return Witness()
    except (KeepsMoving, sqlite3.Error, OSError) as error:
        raise LedgerUnreadable(f"{database} cannot be read: {error}") from error
    return Witness(tuple(str(note) for (note,) in receipts), tuple(bytes(key) for (key,) in keys))


def witnessed(rows: Iterable[Row], known: Witness) -> Iterator[Row]:
    """The same rows; the first one also has the receipts and keys, where there are any.

    They are members of the first entry and no lines of their own: a reader that knows only entries goes on working.
    """
    extra: Row = {}
    if known.receipts:
        receipts: list[Json] = list(known.receipts)
        keys: list[Json] = [key.hex() for key in known.keys]
        extra = {"receipts": receipts, "central_keys": keys}
    for row in rows:
        yield {**row, **extra}
        extra = {}
