"""The terminal replaces its key (docs/protocol.md, *A new key for a terminal*): step by step, and each again.

What is on the disk says how far it is, and whoever contacts central goes on from there:

1. ``device.key.next`` is there: a rotation is under way.
2. The ledger's last `key_rotation` entry names that key, signed by both.
3. Central has signed for that entry: it knows the new key. The file takes the place of ``device.key``.

Until the third the old key signs everything. Central takes it until it sees the new one, so that no moment at which
this program or the machine ends leaves the terminal with a key that nobody takes.
"""

import logging

from kiosk.ledger.kinds import Kind, parse
from kiosk.messages import wire
from kiosk.messages.notes import Note, NoteError, parse_note, signature_of
from kiosk.messages.statements import KeyRotation, key_rotation_of
from sync.keys import SigningKey
from sync.kiosk import Kiosk, head_of, offer
from sync.place import Place
from sync.protocol import ACCEPTED
from sync.source import Opened
from sync.store import Identity, Store

log = logging.getLogger(__name__)


def statement(device: str, old: SigningKey, new: SigningKey) -> Note:
    """What both keys sign."""
    text = KeyRotation(device, old.public.key_id, new.public).text()
    return old.sign(text).with_signature(signature_of(text, new.private, new.role))


def advance(place: Place, kiosk: Kiosk, opened: Opened, store: Store, identity: Identity) -> SigningKey:
    """Go on with a rotation, as far as it goes without asking anybody.

    Args:
        place: Where the keys are.
        kiosk: Whoever writes the ledger. Where it does not take the entry, delivery goes on with the old key.
        opened: Opens the ledger for reading.
        store: How far central has signed.
        identity: Who this terminal is; one that is not accepted waits.

    Returns:
        The key to sign with.

    Raises:
        SyncError: A key, the ledger or `sync.db` cannot be used. Nothing is lost: it goes on next time.
    """
    old, new = place.key(), place.next_key()
    if new is None or identity.status != ACCEPTED:
        return old
    ledger_id = bytes.fromhex(head_of(kiosk).ledger_id)
    seq = _said_at(opened, ledger_id, identity.device, old, new)
    if seq is None:
        note = statement(identity.device, old, new).render()
        log.info("the key %s is to be replaced by %s", old.public.key_id, new.public.key_id)
        offer(kiosk, wire.PutKeyRotation(note, old.public.raw.hex()))
        return old
    if store.cursor(ledger_id).seq < seq:
        return old
    place.use_next_key()
    log.info("the key %s has taken the place of %s", new.public.key_id, old.public.key_id)
    return new


def _said_at(opened: Opened, ledger_id: bytes, device: str, old: SigningKey, new: SigningKey) -> int | None:
    """The seq of the entry that says it; None where the ledger does not say it."""
    with opened(ledger_id) as ledger:
        entry = ledger.last(Kind.KEY_ROTATION)
    if entry is None:
        return None
    try:
        said = key_rotation_of(parse_note(str(parse(entry.payload).get("signed"))), old.public)
    except NoteError:
        return None
    return entry.seq if said == KeyRotation(device, old.public.key_id, new.public) else None
