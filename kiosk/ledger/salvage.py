"""Brings what can be read of closed ledgers into the one in use, as ``salvaged`` entries, in order.

Each keeps its old identity (ledger_id, seq), its stored bytes and its own hash, and says whether that hash was
right. None is dropped because a neighbour is damaged, and none comes twice. What central has given a receipt for
stays where it is.
"""

import base64
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.chain import Entry, own_hash_is_right
from kiosk.ledger.kinds import Draft, Json, Kind, own_fields, parse
from kiosk.ledger.remains import Remains
from kiosk.ledger.store import Head


@dataclass(frozen=True, slots=True)
class Identity:
    """An entry's identity for ever. A ledger whose file was put back has several entries of one number."""

    ledger_id: str
    seq: int
    hash: str


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
    ledger, seq, hash_ = body.get("ledger"), body.get("seq"), body.get("hash")
    if "stored" not in body or not isinstance(ledger, str) or not isinstance(seq, int):
        return None
    return Identity(ledger, seq, str(hash_))


def already_salvaged(connection: sqlite3.Connection) -> set[Identity]:
    """Every entry that the ledger in use carries for another one."""
    done = set()
    for (payload,) in connection.execute("SELECT payload FROM entry WHERE kind = 'salvaged'"):
        if (origin := _origin(parse(bytes(payload)))) is not None:
            done.add(origin)
    return done


class Survey:
    """Finds the entries that a receipt covers: those that lead to its head without a gap, hash by hash.

    An entry that was changed has another hash, so the chain that the receipt is for does not pass through it.

    Args:
        held: What the receipt says.
    """

    def __init__(self, held: Head) -> None:
        self._held = held
        self._last: Entry | None = None
        self._first_seq = 0
        self.covered = range(0)

    def see(self, entries: Iterable[Entry], ledger_id: bytes) -> bool:
        """Look at the next entries, in order; whether more can matter."""
        for entry in entries:
            last, self._last = self._last, entry
            if not own_hash_is_right(entry, ledger_id):
                self._last = None
            elif last is None or (entry.seq, entry.prev) != (last.seq + 1, last.hash):
                self._first_seq = entry.seq
            if entry.seq >= self._held.seq:
                if self._last is not None and Head(entry.seq, entry.hash) == self._held:
                    self.covered = range(self._first_seq, entry.seq + 1)
                return False
        return True


class Salvage:
    """The work on one closed ledger, a few entries at a time.

    Args:
        remains: What can still be read.
        done: What the ledger in use carries already; grows as drafts are taken.
        held: Up to where central has given a receipt for it; None = no receipt is known.
    """

    def __init__(self, remains: Remains, done: set[Identity], held: Head | None = None) -> None:
        self.closed: Path = remains.path
        self._remains = remains
        self._done = done
        self._survey = None if held is None else Survey(held)
        self._surveyed: Iterator[list[Entry]] | None = None if held is None else remains.entries()
        self._entries: Iterator[list[Entry]] = remains.entries()
        self.found = 0

    def take(self) -> list[Draft] | None:
        """The next few drafts to append, possibly none just now; None when nothing is left."""
        if self._survey is not None and self._surveyed is not None:
            entries = next(self._surveyed, None)
            if entries is None or not self._survey.see(entries, self._remains.ledger_id):
                self._surveyed = None
            return []
        entries = next(self._entries, None)
        if entries is None:
            return None
        drafts: list[Draft] = []
        for entry in entries:
            if self._survey is not None and entry.seq in self._survey.covered:
                continue
            draft = salvaged(entry, self._remains.ledger_id)
            origin = _origin(draft.body)
            if origin is not None and origin not in self._done:
                self._done.add(origin)
                drafts.append(draft)
        self.found += len(drafts)
        return drafts

    def last_word(self) -> Draft:
        """The entry that says how this salvage ended."""
        body: dict[str, Json] = {
            "complete": self.closed.name,
            "ledger": self._remains.ledger_id.hex(),
            "entries": self.found,
            "missing": self._remains.missing,
        }
        if self._survey is not None:
            body["held"] = len(self._survey.covered)
        return Draft(Kind.SALVAGED, body)

    def close(self) -> None:
        """Let go of the closed ledger's files."""
        self._remains.close()
