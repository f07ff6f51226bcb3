"""The one way in for entries (docs/protocol.md, *Requests that carry a checkpoint*).

One transaction for a batch: the entries, what they say, the ratings and their counts. The receipt is returned after
COMMIT. What cannot be stored is refused, and the terminal keeps it.
"""

from dataclasses import dataclass

from central import clock, server
from central.counting.reading import Asked, spans_of
from central.counting.rows import Owner
from central.ingest import contradiction, gaps, held, rotation
from central.ingest.errors import KeyRevoked, MissingBefore, OtherHistory
from central.ingest.following import Follower
from central.ingest.storing import Storing
from central.ingest.verify import Fork, Gap, Held, check_shape, key_ids, new_entries
from central.models import AlarmKind
from central.session import transaction
from sync.protocol import Batch, SignedCheckpoint, signed_checkpoint


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch.

    Attributes:
        receipt: Rendered: the terminal's checkpoint, cosigned.
        new: How many of its entries were not held before.
    """

    receipt: str
    new: int


def ingest(ledger_id: bytes, batch: Batch, body: bytes) -> Taken:
    """Take a batch in.

    Args:
        ledger_id: 16 bytes, as the path says.
        batch: As received.
        body: What it was decoded from: evidence, should it contradict what is held.

    Returns:
        The receipt, and how much was new.

    Raises:
        ProtocolError: It is refused; nothing of it was stored. `MissingBefore` and `OtherHistory` are among them.
        django.db.Error: The database did not take it.
    """
    signed = signed_checkpoint(batch.checkpoint)
    check_shape(batch, ledger_id, signed.checkpoint)
    signer = held.signer(signed.note, key_ids(signed.note))
    owner = Owner(signer.device, ledger_id)
    try:
        return _store(signer, owner, batch, signed)
    except KeyRevoked as refusal:
        rotation.note_old_key(refusal.key_id)
        raise
    except Gap:
        size, head = gaps.note(owner, batch.after, signed.checkpoint.size)
        raise MissingBefore(size, head) from None
    except Fork:
        said = signed.checkpoint
        receipt = contradiction.note(
            AlarmKind.FORK, owner, batch.checkpoint, body, {"size": said.size, "head": said.head.hex()}
        )
        raise OtherHistory("central holds another entry at a seq of this batch", receipt) from None


def _store(signer: held.Signer, owner: Owner, batch: Batch, signed: SignedCheckpoint) -> Taken:
    said = signed.checkpoint
    with transaction() as session:
        locked = held.lock(session, signer)
        asked = held.ask_ledger(session, owner)
        surroundings = Asked(session, owner, spans_of(batch.entries))
        trust, first_use = held.accepted(locked, signer)
        if first_use:
            rotation.retire_before(session, signer.key)
        ledger = held.ledger_of(asked)
        around = Held(ledger.size, held.hashes(session, owner, ledger, batch.after, said.size))
        new = new_entries(batch, owner.ledger_id, said, around)
        rotation.adopt(session, owner, new)
        received_ms = clock.now_ms()
        storing = Storing(session, owner, trust, ledger, received_ms)
        if not ledger.known:
            storing.begin()
        tag = None if batch.tag is None else bytes.fromhex(batch.tag)
        followed = Follower(session, owner, trust).follow(ledger, new, said.size, tag)
        receipt = server.this().keys.cosign(signed.note, received_ms // 1000).render()
        storing.receipt(said.size, said.head, receipt)
        if new:
            storing.entries(new, surroundings.survey(trust, ledger.configs), followed)
        else:
            storing.tag_alone(followed)
    return Taken(receipt, len(new))
