"""Looks into the open ledger, on the writer thread: few rows each time, through the indexes or from the end."""

from kiosk.ledger.errors import LedgerUnreadable
from kiosk.ledger.store import Ledger

_BACK = 5_000
"""How many of the newest entries are searched: weeks of a counter, some milliseconds.

An anchor that is older has drifted so far that another says something again.
"""


def hashes_after(ledger: Ledger, seq: int, most: int) -> list[bytes]:
    """The hashes of the entries `seq` + 1, `seq` + 2 and so on.

    Raises:
        LedgerUnreadable, StoreFailed: It cannot be read.
    """
    rows = ledger.rows("SELECT seq, hash FROM entry WHERE seq > ? ORDER BY seq LIMIT ?", seq, most)
    if any(row[0] != expected for expected, row in enumerate(rows, seq + 1)):
        raise LedgerUnreadable(f"{ledger.path}: an entry after {seq} is missing")
    return [_blob(ledger, row[1]) for row in rows]


def hash_of(ledger: Ledger, seq: int) -> bytes | None:
    """The hash of one entry; None where there is none. Raises as `hashes_after`."""
    rows = ledger.rows("SELECT hash FROM entry WHERE seq = ?", seq)
    return _blob(ledger, rows[0][0]) if rows else None


def first_payload(ledger: Ledger) -> bytes:
    """The payload of entry 1; empty where there is none. Raises as `hashes_after`."""
    rows = ledger.rows("SELECT payload FROM entry WHERE seq = 1")
    return _blob(ledger, rows[0][0]) if rows else b""


def last_enrolled(ledger: Ledger, *, thorough: bool) -> tuple[int, bytes] | None:
    """Seq and payload of the last `enrolled` entry. Raises as `hashes_after`.

    Every `boot` entry after it names it (`enrolled`), so only what came after the last of these is searched.

    Args:
        ledger: The ledger in use.
        thorough: Search all of that, and not the newest few thousand only: there is reason to believe that there is
            one. A terminal that nobody has enrolled would search in vain at every start.
    """
    rows = ledger.rows(
        "SELECT seq, json_extract(CAST(payload AS TEXT), '$.enrolled') FROM entry"
        " WHERE kind = 'boot' ORDER BY seq DESC LIMIT 1"
    )
    boot, named = rows[0] if rows else (0, None)
    after = boot if thorough else max(boot, ledger.head.seq - _BACK)
    sql = "SELECT seq, payload FROM entry WHERE kind = 'enrolled' AND seq {} ? ORDER BY seq DESC LIMIT 1"
    rows = ledger.rows(sql.format(">"), after)
    if not rows and isinstance(named, int):
        rows = ledger.rows(sql.format("="), named)
    return (rows[0][0], _blob(ledger, rows[0][1])) if rows else None


def last_anchors(ledger: Ledger) -> list[bytes]:
    """The payloads of the `clock_anchor` entries of this boot, oldest first. Raises as `hashes_after`."""
    rows = ledger.rows(
        "SELECT payload FROM entry WHERE seq > ? AND boot_n = ? AND kind = 'clock_anchor' ORDER BY seq",
        ledger.head.seq - _BACK,
        ledger.boot_n,
    )
    return [_blob(ledger, row[0]) for row in rows]


def last_key_rotation(ledger: Ledger) -> bytes:
    """The payload of the last `key_rotation` entry among the newest; empty where there is none.

    Raises as `hashes_after`.
    """
    rows = ledger.rows(
        "SELECT payload FROM entry WHERE seq > ? AND kind = 'key_rotation' ORDER BY seq DESC LIMIT 1",
        ledger.head.seq - _BACK,
    )
    return _blob(ledger, rows[0][0]) if rows else b""


def _blob(ledger: Ledger, value: object) -> bytes:
    if not isinstance(value, bytes):
        raise LedgerUnreadable(f"{ledger.path} holds what no ledger holds")
    return value
