"""The program, weakened on purpose: ``python -m tests.prove.mutants NAME run …``.

A proof that cannot tell these from the real program proves nothing. Each replaces one piece from outside; the
product has no switch for it.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from functools import partial

from kiosk.ledger import store
from kiosk.ledger.chain import Entry
from kiosk.ledger.kinds import VOTES
from kiosk.report import Reporter

SYNC_IGNORED = "sync-ignored"
"""This one is the disk's, not the program's: the replay drops every sync."""


def _with_pragmas(journal_mode: str, synchronous: str) -> None:
    def set_promises(connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA journal_mode = {journal_mode}")
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    store._set_promises = set_promises


def _thank_you_before_commit() -> None:
    """The line that acknowledges a vote is written first, and the vote is stored then."""
    stores = store.Ledger.append

    def append(ledger: store.Ledger, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind in VOTES:
                line = {"event": "rating_stored", "seq": entry.seq, "hash": entry.hash.hex()}
                os.write(1, json.dumps(line).encode() + b"\n")
        stores(ledger, entries)

    setattr(store.Ledger, "append", append)  # noqa: B010 - mypy rightly forbids it as an assignment
    setattr(Reporter, "stored", lambda _reporter, _entries: None)  # noqa: B010


PROGRAMS: dict[str, Callable[[], None]] = {
    "normal": partial(_with_pragmas, "WAL", "NORMAL"),
    "off": partial(_with_pragmas, "WAL", "OFF"),
    "delete-journal": partial(_with_pragmas, "DELETE", "FULL"),
    "thanks-before-commit": _thank_you_before_commit,
}
"""What each of them changes before the program starts."""

NAMES = (*PROGRAMS, SYNC_IGNORED)


def main() -> None:
    """Weaken, then run the command line as it is."""
    from kiosk.cli import main as hailong

    PROGRAMS[sys.argv[1]]()
    hailong(args=sys.argv[2:], prog_name="hailong")


if __name__ == "__main__":
    main()
