"""What a server that pulls is told, out of the ledger (docs/protocol.md, *Pull*). Used by one thread."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kiosk.ledger.store import Head
from kiosk.messages import wire
from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from kiosk.messages.statements import Checkpoint, checkpoint_of
from sync import source
from sync.beat import beat_of
from sync.contact import Settings, refuse_another_board
from sync.errors import KioskRefused
from sync.keys import SigningKey
from sync.kiosk import head_of, offer, put
from sync.plan import planned
from sync.protocol import (
    MOST_ENTRIES,
    Batch,
    HeartbeatRequest,
    ProtocolError,
    Receipt,
    Taken,
    Told,
    decoded,
)
from sync.pull.certificate import Certificate
from sync.pull.problems import Refusal
from sync.resting import MaybeKiosk
from sync.store import Identity, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pulled:
    """The terminal as it is asked.

    Attributes:
        settings: What does not change.
        kiosk: Whoever knows where the ledger ends.
        server_key: May pull without an enrolment; None = nobody may.
        certificate: Follows the key in use.
    """

    settings: Settings
    kiosk: MaybeKiosk
    server_key: PublicKey | None
    certificate: Certificate

    def callers(self) -> Sequence[PublicKey]:
        """Whose signature is good. Raises `LocalFault`."""
        with self._store() as store:
            identity = store.identity()
        keys = (None if identity is None else identity.central, self.server_key)
        return [key for key in keys if key is not None]

    def status(self) -> bytes:
        """Where the ledger ends, and how the terminal is. Raises `SyncError`."""
        head, key = head_of(self.kiosk), self._key()
        with self._store() as store, self.kiosk.opened(bytes.fromhex(head.ledger_id)) as ledger:
            said = self.settings
            beat = beat_of(ledger, store, key, head, said.program, said.pull, said.clock)
            identity = store.identity()
        return msgspec.json.encode(_told(beat, identity, key))

    def entries(self, after: int, most: int, ledger_id: str | None) -> bytes:
        """A batch, as a push would carry it.

        Args:
            after: The seq before the first entry.
            most: At most so many entries.
            ledger_id: 32 hexadecimal digits; None = whichever ledger is in use.

        Raises:
            Refusal: Another ledger is in use (404.1), or it ends before that (409.1).
            SyncError: It cannot be read just now.
        """
        head, key = head_of(self.kiosk), self._key()
        refuse_another_board(self.settings.board(), head)
        if ledger_id not in (None, head.ledger_id):
            raise Refusal("404.1", "another ledger is in use", ledger=head.ledger_id)
        if after > head.seq:
            raise Refusal("409.1", f"the ledger has {head.seq} entries", size=head.seq, head=head.hash)
        in_use = bytes.fromhex(head.ledger_id)
        with self.kiosk.opened(in_use) as ledger:
            start = ledger.hash_at(after)
            found = ledger.entries(after, head.seq, min(most, MOST_ENTRIES))
        if start is None:
            raise Refusal("503.1", f"entry {after} cannot be read", retry_after_s=5)
        source.checked(found, in_use, Head(after, start))
        if found:
            tag = None if head.tag is None else (head.seq, head.tag)
            return planned(in_use, after, found, tag, key.sign).body
        checkpoint = key.sign(Checkpoint(in_use, after, start).text()).render()
        return msgspec.json.encode(Batch(after, [], checkpoint, head.tag if after == head.seq else None))

    def receipt(self, body: bytes) -> bytes:
        """Take a receipt: it is believed as one that a push was answered with.

        A ledger has one witness: the server of the enrolment, or, without one, the one that may pull without it. What
        another server has signed is compared with the ledger, and moves nothing.

        Raises:
            Refusal: It is none (400.x), for another ledger (404.1), or for another history of this one (409.2).
            SyncError: It cannot be kept just now.
        """
        note, held = _receipt(body)
        with self._store() as store:
            identity = store.identity()
            is_enrolled = identity is not None
            witness = self.server_key if identity is None else identity.central
            if witness is None or note.cosigned_at(witness) is None:
                witness, is_enrolled = None, False
                self._refuse_unknown(note)
            self._compare(note, held, is_enrolled)
            if witness is not None and held.size >= store.cursor(held.ledger_id).seq:
                store.delivered(note, witness)  # an old one once more changes nothing
            if is_enrolled:
                offer(self.kiosk, wire.PutReceipt(note.render()))
            signed = store.cursor(held.ledger_id)
        return msgspec.json.encode(Taken(held.ledger_id.hex(), signed.seq, signed.hash.hex()))

    def _refuse_unknown(self, note: Note) -> None:
        """Raises `Refusal` unless a server that may pull has signed it."""
        if self.server_key is None or note.cosigned_at(self.server_key) is None:
            raise Refusal("400.4", "it is not cosigned by a server that this terminal knows")

    def _compare(self, note: Note, held: Checkpoint, is_enrolled: bool) -> None:
        """Whether this ledger has what the receipt is for. Raises `Refusal`, `SyncError`."""
        head = head_of(self.kiosk)
        if held.ledger_id.hex() != head.ledger_id:
            self._put_old(note, head, is_enrolled)
            return
        with self.kiosk.opened(held.ledger_id) as ledger:
            if ledger.hash_at(held.size) == held.head:
                return
        log.error("the ledger is not the one that the server has signed: it was put back, or changed")
        if is_enrolled:
            put(self.kiosk, wire.PutFork(note.render()))
        raise Refusal(
            "409.2",
            f"this ledger has not the entry {held.size} that the receipt is for",
            ledger=head_of(self.kiosk).ledger_id,
        )

    def _put_old(self, note: Note, head: wire.Head, is_enrolled: bool) -> None:
        """A receipt for a ledger that was closed here spares bringing it over. Raises `Refusal`, `SyncError`."""
        refused = Refusal("404.1", "another ledger is in use", ledger=head.ledger_id)
        if not is_enrolled:
            raise refused
        try:
            put(self.kiosk, wire.PutReceipt(note.render()))
        except KioskRefused as error:
            raise refused from error

    def _key(self) -> SigningKey:
        key = self.settings.place.key_or_new()
        self.certificate.follow(key)
        return key

    def _store(self) -> Store:
        return Store(self.settings.place.database)


def _told(beat: HeartbeatRequest, identity: Identity | None, key: SigningKey) -> Told:
    device = None if identity is None else identity.device
    return Told(**msgspec.structs.asdict(beat), device=device, public_key=key.public.raw.hex())


def _receipt(body: bytes) -> tuple[Note, Checkpoint]:
    try:
        note = parse_note(decoded(body, Receipt).receipt)
        return note, checkpoint_of(note)
    except ProtocolError as error:
        raise Refusal(error.code, error.detail) from error
    except NoteError as error:
        raise Refusal("400.4", f"it is no receipt: {error}") from error
