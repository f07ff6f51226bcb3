"""The hash that ties each entry to all before it: a fixed, published layout (docs/ledger.md), nothing else.

Stored bytes are hashed as they are. Nothing is ever parsed and serialised again, so a reader in any language
can check a ledger from twelve years ago without knowing how our JSON was written.
"""

import hashlib
import struct
from dataclasses import dataclass

TAG = b"hailong/entry/1\0"
"""Domain separation: these hashes can never be taken for those of another protocol, or of a later layout."""

GENESIS = bytes(32)
"""`prev` of entry 1."""

LEDGER_ID_BYTES = 16

_FIXED = struct.Struct(">16s32s16sQQQ")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger, exactly as stored.

    Attributes:
        seq: 1, 2, 3 … without a gap.
        boot_n: Which boot of the machine, from 1.
        boottime_ns: CLOCK_BOOTTIME of what happened, nanoseconds.
        kind: What happened (see `kiosk.ledger.kinds`); unknown kinds are kept and never counted.
        payload: UTF-8 JSON, serialised once.
        prev: `hash` of the entry before; `GENESIS` for the first.
        hash: `link` of all the others.
    """

    seq: int
    boot_n: int
    boottime_ns: int
    kind: str
    payload: bytes
    prev: bytes
    hash: bytes


def link(
    prev: bytes, ledger_id: bytes, seq: int, boot_n: int, boottime_ns: int, kind: str, payload: bytes
) -> bytes:
    """The hash of an entry: SHA-256 over the layout of docs/ledger.md.

    Raises:
        ValueError: A field does not fit the layout.
    """
    name = kind.encode("ascii")
    if len(prev) != 32 or len(ledger_id) != LEDGER_ID_BYTES or not 1 <= len(name) <= 255:
        raise ValueError("an entry's prev has 32 bytes, its ledger_id 16, its kind 1 to 255 ASCII characters")
    try:
        fixed = _FIXED.pack(TAG, prev, ledger_id, seq, boot_n, boottime_ns)
    except struct.error as error:
        raise ValueError(f"a number of entry {seq} does not fit 64 bits unsigned: {error}") from error
    return hashlib.sha256(
        b"".join((fixed, bytes((len(name),)), name, len(payload).to_bytes(4, "big"), payload))
    ).digest()


def follows(entry: Entry, ledger_id: bytes, prev: bytes, seq: int) -> bool:
    """Whether `entry` is a right entry number `seq` after the one whose hash is `prev`."""
    if entry.seq != seq or entry.prev != prev:
        return False
    return own_hash_is_right(entry, ledger_id)


def own_hash_is_right(entry: Entry, ledger_id: bytes) -> bool:
    """Whether an entry's hash fits its own fields (whatever stands before it)."""
    try:
        expected = link(
            entry.prev, ledger_id, entry.seq, entry.boot_n, entry.boottime_ns, entry.kind, entry.payload
        )
    except ValueError:
        return False
    return expected == entry.hash
