"""Brings what can be read of closed ledgers into the one in use, as ``salvaged`` entries, in order.

Each keeps its old identity (ledger_id, seq), its stored bytes and its own hash, and says whether that hash was
right. None is dropped because a neighbour is damaged, and none comes twice.
"""

import base64
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.chain import Entry, own_hash_is_right
from kiosk.ledger.kinds import Draft, Json, Kind, own_fields, parse
from kiosk.ledger.remains import Remains


@dataclass(frozen=True, slots=True)
class Identity:
    """An entry's identity for ever."""

    ledger_id: str
    seq: int


def salvaged(entry: Entry, ledger_id: bytes) -> Draft:
    """The draft that carries an entry of another ledger. One that was itself salvaged there keeps its origin."""
    right = own_hash_is_right(entry, ledger_id)
    if entry.kind == Kind.SALVAGED and right:
        body = own_fields(entry.payload)
        if _origin(body) is not None:
            return Draft(Kind.SALVAGED, body)
    return Draft(
        Kind.SALVAGED,
        {
            "ledger": ledger_id.hex(),
            "seq": entry.seq,
            "boot_n": entry.boot_n,
            "boottime_ns": entry.boottime_ns,
            "kind": entry.kind,
            "stored": base64.b64encode(entry.payload).decode(),
            "prev": entry.prev.hex(),
            "hash": entry.hash.hex(),
            "right": right,
        },
    )


def _origin(body: Mapping[str, Json]) -> Identity | None:
    """Which entry a `salvaged` body carries; None for the last word of a salvage, which carries none."""
    ledger, seq = body.get("ledger"), body.get("seq")
    if "stored" not in body or not isinstance(ledger, str) or not isinstance(seq, int):
        return None
    return Identity(ledger, seq)


def already_salvaged(connection: sqlite3.Connection) -> set[Identity]:
    """Every entry that the ledger in use carries for another one."""
    done = set()
    for (payload,) in connection.execute("SELECT payload FROM entry WHERE kind = 'salvaged'"):
        if (origin := _origin(parse(bytes(payload)))) is not None:
            done.add(origin)
    return done


class Salvage:
    """The work on one closed ledger, a few entries at a time.

    Args:
        remains: What can still be read.
        done: What the ledger in use carries already; grows as drafts are taken.
    """

    def __init__(self, remains: Remains, done: set[Identity]) -> None:
        self.closed: Path = remains.path
        self._remains = remains
        self._done = done
        self._entries: Iterator[list[Entry]] = remains.entries()
        self.found = 0

    def take(self) -> list[Draft] | None:
        """The next few drafts to append, possibly none just now; None when nothing is left."""
        entries = next(self._entries, None)
        if entries is None:
            return None
        drafts: list[Draft] = []
        for entry in entries:
            draft = salvaged(entry, self._remains.ledger_id)
            origin = _origin(draft.body)
            if origin is not None and origin not in self._done:
                self._done.add(origin)
                drafts.append(draft)
        self.found += len(drafts)
        return drafts

    def last_word(self) -> Draft:
        """The entry that says how this salvage ended."""
        return Draft(
            Kind.SALVAGED,
            {
                "complete": self.closed.name,
                "ledger": self._remains.ledger_id.hex(),
                "entries": self.found,
                "missing": self._remains.missing,
            },
        )

    def close(self) -> None:
        """Let go of the closed ledger's files."""
        self._remains.close()
