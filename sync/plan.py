"""What the next batch is. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from kiosk.ledger.chain import Entry
from kiosk.ledger.store import Head
from kiosk.messages.notes import Note
from kiosk.messages.statements import Checkpoint
from sync import protocol
from sync.protocol import MOST_BYTES, Batch, SentEntry

_AROUND_BYTES = 4096
"""Room for what is around the entries: checkpoint, tag, names."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch, ready to be sent.

    Attributes:
        checkpoint: At its end; a receipt must be for exactly this.
        body: JSON, not packed yet.
        count: How many entries.
        after: The seq before the first.
    """

    checkpoint: Checkpoint
    body: bytes
    count: int
    after: int


def planned(
    ledger_id: bytes,
    after: int,
    entries: Sequence[Entry],
    tag: tuple[int, str] | None,
    sign: Callable[[str], Note],
    most_bytes: int = MOST_BYTES,
) -> Planned:
    """A batch of the first of these entries, as many as a body takes; always one.

    Args:
        ledger_id: 16 bytes.
        after: The seq before the first entry.
        entries: Consecutive, at least one, already checked.
        tag: The seq that the kiosk has a tag for, and the tag: it goes along when the batch ends just there.
        sign: Signs a checkpoint.
        most_bytes: Of a body.
    """
    travelling = [protocol.sent(entry) for entry in entries]
    count = fitting(travelling, most_bytes - _AROUND_BYTES)
    end = entries[count - 1]
    checkpoint = Checkpoint(ledger_id, end.seq, end.hash)
    tagged = tag[1] if tag is not None and tag[0] == end.seq else None
    batch = Batch(after, travelling[:count], sign(checkpoint.text()).render(), tagged)
    return Planned(checkpoint, msgspec.json.encode(batch), count, after)


def fitting(entries: Sequence[SentEntry], most_bytes: int) -> int:
    """How many of these fit together; one at least, or nothing would ever be sent again."""
    size = 0
    for count, entry in enumerate(entries):
        size += len(msgspec.json.encode(entry)) + 1
        if size > most_bytes:
            return max(1, count)
    return len(entries)


def end_of(planned_batch: Planned) -> Head:
    """Where the chain is at the end of a batch."""
    return Head(planned_batch.checkpoint.size, planned_batch.checkpoint.head)
