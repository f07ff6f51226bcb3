"""Tags of the entries by the evolving key: follows the ledger, never keeps it waiting, never stops it.

Used on the writer thread only. What goes wrong with the key costs the tags, which is logged; the ledger goes on.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from kiosk.ledger import chain, evolve, lookup
from kiosk.ledger.errors import LedgerUnreadable, StoreFailed
from kiosk.ledger.evolve import Evolving
from kiosk.ledger.evolve_file import EvolveFile, Kept
from kiosk.ledger.opening import continued_by
from kiosk.ledger.store import Ledger

log = logging.getLogger(__name__)

_MOST_AT_ONCE = 2_000
"""Entries that are caught up with in one go: some ten milliseconds, while a vote may come."""


class Tags:
    """The tag of the last entry.

    Args:
        folder: Of the ledger; the key is in ``evolve.key`` there.
    """

    def __init__(self, folder: Path) -> None:
        self._file = EvolveFile(folder / "evolve.key")
        self._kept: Kept | None = None
        self._loaded = False
        self._troubled = False

    def load(self) -> None:
        """Read the file, once; none is no trouble, for most terminals are not enrolled."""
        if self._loaded:
            return
        self._loaded = True
        try:
            self._kept = self._file.read()
        except OSError as error:
            log.error("the evolving key cannot be read, entries carry no tag: %s", error)

    @property
    def ledger_id(self) -> bytes | None:
        """The ledger that the key belongs to."""
        return None if self._kept is None else self._kept.ledger_id

    def last_seq(self, ledger_id: bytes | None) -> int:
        """The last entry of a ledger that is known to have been stored; 0 = none is known."""
        return self._kept.state.seq if self._kept is not None and self._kept.ledger_id == ledger_id else 0

    def contradiction(self, ledger: Ledger) -> str:
        """Why this ledger cannot be the one that was written, though it has its id; empty where it can.

        An older copy that was put back while the program was stopped has an intact chain; the key has gone further.

        Raises:
            LedgerUnreadable, StoreFailed: It cannot be read.
        """
        kept = self._kept
        if kept is None or kept.ledger_id != ledger.ledger_id or kept.state.seq == 0:
            return ""
        return "" if ledger.holds(kept.head) else f"entry {kept.state.seq}, which was stored, is not in it"

    def belongs_to(self, check: str | None) -> bool:
        """Whether there is a key, and it began with the first key that an enrolment names (None: not known)."""
        return self._kept is not None and check in (None, self._kept.check)

    def begin(self, first_key: bytes, ledger_id: bytes, seq: int, prev: bytes) -> None:
        """Begin with the `enrolled` entry.

        Args:
            first_key: From central, 32 bytes.
            ledger_id: Of the ledger in use.
            seq: Of the `enrolled` entry.
            prev: Hash of the entry before it.

        Raises:
            OSError: The key could not be kept.
        """
        begun = Kept(ledger_id, evolve.check_of(first_key), prev, evolve.begin(first_key, seq))
        self._file.begin(begun)
        self._kept, self._loaded, self._troubled = begun, True, False

    def forget(self, reason: str) -> None:
        """There are no tags from here on: the key does not lead to this ledger."""
        log.error("entries carry no tag until the next enrolment: %s", reason)
        self._kept = None

    def follow(self, ledger: Ledger) -> bool:
        """Tag what has been appended since; whether there is more to tag. The file is written, not synced."""
        if self._kept is None:
            return False
        try:
            kept = self._continued(self._kept, ledger)
            if kept is None:
                self.forget(
                    f"it belongs to ledger {self._kept.ledger_id.hex()}, which this one does not name"
                )
                return False
            hashes = lookup.hashes_after(ledger, kept.state.seq, _MOST_AT_ONCE)
        except (LedgerUnreadable, StoreFailed) as error:
            log.warning("the newest entries cannot be tagged now: %s", error)
            return False
        for entry_hash in hashes:
            kept = kept.after(entry_hash)
        if kept is not self._kept:
            # In another ledger the older slot is of no use: after a power cut nothing would lead here from there.
            write = self._file.begin if kept.ledger_id != self._kept.ledger_id else self._file.write
            self._kept = kept
            self._keep(write)
        return len(hashes) == _MOST_AT_ONCE

    def _continued(self, kept: Kept, ledger: Ledger) -> Kept | None:
        """The state in this ledger, which may be another than the one before; None where no way leads here."""
        if kept.ledger_id == ledger.ledger_id:
            return kept
        old_id, last_seq = continued_by(lookup.first_payload(ledger))
        if old_id != kept.ledger_id or last_seq < kept.state.seq:
            return None
        key = kept.state.key
        for _ in range(last_seq - kept.state.seq):  # entries that were lost before they were tagged
            key = evolve.next_key(key)
        begun = Evolving(last_seq, key).for_new_ledger(ledger.ledger_id)
        return Kept(ledger.ledger_id, kept.check, chain.GENESIS, begun)

    def tag(self, ledger: Ledger) -> bytes | None:
        """The tag of the ledger's last entry; None where there is none (yet)."""
        kept = self._kept
        if kept is None or (kept.ledger_id, kept.state.seq) != (ledger.ledger_id, ledger.head.seq):
            return None
        return kept.state.tag

    def settle(self) -> None:
        """Sync the file. While nobody waits."""
        self._keep(self._file.settle)

    def _keep(self, write: Callable[[Kept], None]) -> None:
        if self._kept is None:
            return
        try:
            write(self._kept)
        except OSError as error:
            if not self._troubled:
                log.error("the evolving key cannot be written; tags go on until the next start: %s", error)
            self._troubled = True
        else:
            self._troubled = False
