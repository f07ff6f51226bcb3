"""Where the evolving key is kept: two slots in one file that only the kiosk may read, overwritten in place.

Not in SQLite: old keys stay readable inside its file and its log, and a key that can still be found is no evolving
key. The slot that is known to be on the disk is never written to; the other one takes every change until it has
been synced in its turn. So a power cut at any byte leaves a state that was true, and the ledger's own hashes lead
from there to its end.
"""

import hashlib
import logging
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.disk import sync_folder
from kiosk.ledger.evolve import Evolving
from kiosk.ledger.store import Head

log = logging.getLogger(__name__)

MODE = 0o600
SLOT_BYTES = 4096
"""From one slot to the next: a page of its own each, so that one that is torn does not tear the other."""

_MAGIC = b"hailong/evolve/1"
# Generation, ledger_id, what the `enrolled` entry says of the key, seq, hash of that entry, key, tag.
_SLOT = struct.Struct(">16sQ16s8sQ32s32s32s")
_DIGEST_BYTES = 32
WRITTEN_BYTES = _SLOT.size + _DIGEST_BYTES
"""What a slot holds; the rest of its page is empty."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of the evolving key, and what it belongs to.

    Attributes:
        ledger_id: 16 bytes.
        check: `evolve.check_of` the first key, 16 hexadecimal digits.
        entry_hash: Of entry `state.seq`; zeros for seq 0.
        state: After that entry.
    """

    ledger_id: bytes
    check: str
    entry_hash: bytes
    state: Evolving

    @property
    def head(self) -> Head:
        """An entry that was stored."""
        return Head(self.state.seq, self.entry_hash)

    def after(self, entry_hash: bytes) -> "Kept":
        """One entry later."""
        return Kept(self.ledger_id, self.check, entry_hash, self.state.after(entry_hash))


class EvolveFile:
    """The file of one ledger folder. It is opened anew each time: the folder may be replaced meanwhile.

    Args:
        path: Need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._generation = 0
        self._safe = 0  # the slot that is on the disk for certain
        self._dirty = False

    def read(self) -> Kept | None:
        """The newest state that is whole; None where there is no file, or nothing whole in it.

        Raises:
            OSError: It cannot be read.
        """
        try:
            fd = self._open(os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            os.fsync(fd)  # a program that was killed may have left the newest slot in memory only
            slots = [_unpacked(os.pread(fd, WRITTEN_BYTES, number * SLOT_BYTES)) for number in (0, 1)]
        finally:
            os.close(fd)
        whole = [(found, number) for number, found in enumerate(slots) if found is not None]
        if not whole:
            log.error("nothing in %s is whole: entries carry no tag until the next enrolment", self.path)
            return None
        (self._generation, kept), self._safe = max(whole, key=lambda item: item[0][0])
        self._dirty = False
        return kept

    def begin(self, kept: Kept) -> None:
        """A state that does not follow the one before: on the disk when this returns, nothing older left.

        Raises:
            OSError: The disk refused.
        """
        self._dirty = True
        self.settle(kept)

    def write(self, kept: Kept) -> None:
        """A newer state, not synced: on a disk that stalls nobody waits for it.

        Raises:
            OSError: The disk refused.
        """
        self._dirty = True
        fd = self._open(os.O_WRONLY)
        try:
            self._put(fd, kept, 1 - self._safe)
        finally:
            os.close(fd)

    def settle(self, kept: Kept) -> None:
        """Sync what was written, then overwrite the older slot, too: the key before is gone. Makes a missing file.

        Nothing written since: nothing done.

        Raises:
            OSError: The disk refused.
        """
        if not self._dirty:
            return
        new = not self.path.exists()
        fd = self._open(os.O_RDWR | os.O_CREAT)
        try:
            os.ftruncate(fd, 2 * SLOT_BYTES)
            for _ in range(2):
                self._put(fd, kept, 1 - self._safe)
                os.fsync(fd)
                self._safe = 1 - self._safe
        finally:
            os.close(fd)
        if new:
            sync_folder(self.path.parent)
        self._dirty = False

    def _put(self, fd: int, kept: Kept, slot: int) -> None:
        self._generation += 1
        os.pwrite(fd, _packed(kept, self._generation), slot * SLOT_BYTES)

    def _open(self, flags: int) -> int:
        fd = os.open(self.path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, MODE)
        try:
            os.fchmod(fd, MODE)  # whoever copied it back may have opened it to others
        except OSError:
            os.close(fd)
            raise
        return fd


def _packed(kept: Kept, generation: int) -> bytes:
    state = kept.state
    fields = _SLOT.pack(
        _MAGIC,
        generation,
        kept.ledger_id,
        bytes.fromhex(kept.check),
        state.seq,
        kept.entry_hash,
        state.key,
        state.tag,
    )
    return fields + hashlib.sha256(fields).digest()


def _unpacked(slot: bytes) -> tuple[int, Kept] | None:
    """Generation and state; None when the slot is empty, torn or of another version."""
    fields, digest = slot[: _SLOT.size], slot[_SLOT.size :]
    if not fields.startswith(_MAGIC) or hashlib.sha256(fields).digest() != digest:
        return None
    _, generation, ledger_id, check, seq, entry_hash, key, tag = _SLOT.unpack(fields)
    return generation, Kept(ledger_id, check.hex(), entry_hash, Evolving(seq, key, tag))
