"""Whether a batch continues what is held (docs/protocol.md, *Requests that carry a checkpoint*). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.ledger.chain import Entry
from kiosk.messages.notes import Note
from kiosk.messages.statements import Checkpoint
from sync.protocol import Batch, ProtocolError, chained

_KEY_NAME = re.compile(r"hailong-device-([0-9a-f]{16})")


class Gap(Exception):
    """The batch begins after the end of what is held."""


class Fork(Exception):
    """The terminal has signed another entry at a seq that is held."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a ledger around a batch.

    Attributes:
        size: The last seq.
        hashes: Of the entries from `batch.after` to the end of the batch, as far as they are held; of seq 0, zeros.
    """

    size: int
    hashes: Sequence[bytes]


def key_ids(note: Note) -> list[str]:
    """The ids of the keys of terminals that a note says it is signed with."""
    found = (_KEY_NAME.fullmatch(signature.name) for signature in note.signatures)
    return [match[1] for match in found if match is not None]


def check_shape(batch: Batch, ledger_id: bytes, checkpoint: Checkpoint) -> None:
    """Whether the checkpoint is about this batch. Raises `ProtocolError` (400.3)."""
    if checkpoint.ledger_id != ledger_id:
        raise ProtocolError("400.3", "the checkpoint is of another ledger")
    end = batch.after + len(batch.entries)
    if checkpoint.size != end:
        raise ProtocolError("400.3", f"the batch ends at {end}, its checkpoint at {checkpoint.size}")


def new_entries(batch: Batch, ledger_id: bytes, checkpoint: Checkpoint, held: Held) -> list[Entry]:
    """The entries that are not held yet.

    Args:
        batch: As received.
        ledger_id: 16 bytes.
        checkpoint: Verified to be the terminal's, and about this batch.
        held: What is there.

    Raises:
        Gap: An entry before the batch is missing.
        Fork: What the terminal has signed contradicts what is held.
        ProtocolError: The entries are not those that the checkpoint is about (400.3), or cannot be entries (400.2).
    """
    if batch.after > held.size:
        raise Gap
    end = checkpoint.size
    if end <= held.size and held.hashes[-1] != checkpoint.head:
        raise Fork
    entries = chained(batch, ledger_id, held.hashes[0])
    head = entries[-1].hash if entries else held.hashes[0]
    if head != checkpoint.head:
        raise ProtocolError("400.3", "the entries do not end at the head that the checkpoint says")
    if any(entry.hash != known for entry, known in zip(entries, held.hashes[1:], strict=False)):
        raise Fork
    return [entry for entry in entries if entry.seq > held.size]
