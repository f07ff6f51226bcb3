"""Pushes batch after batch until central has signed everything, or something stands in the way."""

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass

import msgspec

from kiosk.ledger.kinds import Kind
from kiosk.ledger.store import Head
from kiosk.messages import wire
from kiosk.messages.notes import NoteError, parse_note
from kiosk.messages.statements import Checkpoint, checkpoint_of
from sync import source
from sync.client import Client
from sync.errors import Fault, LocalFault, Refused
from sync.keys import SigningKey
from sync.kiosk import Kiosk, head_of, offer, put
from sync.moment import Timekeeper
from sync.plan import Planned, planned
from sync.protocol import MOST_ENTRIES
from sync.source import Opened, Source
from sync.store import Identity, Store

log = logging.getLogger(__name__)

GAP, FORK, TOO_LARGE = "409.1", "409.2", "413.1"
_MOST_RETREATS = 3
"""Central does not lose its place more often than this in one contact: whoever says so is put off till the next."""


@dataclass
class Pace:
    """How large batches may be; halved when central finds them too large. For the life of the program."""

    most_entries: int = MOST_ENTRIES

    def slower(self) -> bool:
        """Halve it; False when a batch is one entry already."""
        if self.most_entries == 1:
            return False
        self.most_entries = max(1, self.most_entries // 2)
        return True


@dataclass
class Delivery:
    """One contact's worth of pushing.

    Attributes:
        client: To central.
        kiosk: Whoever writes the ledger.
        opened: Opens the ledger for reading.
        store: Where the cursor is.
        identity: Who this is.
        key: The device's.
        times: What time it is.
        pace: How large batches may be.
    """

    client: Client
    kiosk: Kiosk
    opened: Opened
    store: Store
    identity: Identity
    key: SigningKey
    times: Timekeeper
    pace: Pace

    def run(self, head: wire.Head) -> wire.Head:
        """Deliver everything up to the end of the chain, also what comes meanwhile.

        Args:
            head: As the kiosk said.

        Returns:
            The head as the kiosk said last; central has signed all before it but perhaps anchors.

        Raises:
            SyncError: Something is in the way; what was delivered before stays delivered.
        """
        head = self._unless_contradicted(head)
        return self._run(head, self._cursor(head))

    def catch_up(self, head: wire.Head, size: int, theirs: str) -> wire.Head:
        """Deliver again what central does not hold any more: it was restored from an old backup.

        Args:
            head: As the kiosk said.
            size: How many entries central holds.
            theirs: Its hash there, in hexadecimal.

        Returns:
            As `run`.

        Raises:
            SyncError: As `run`.
        """
        if size >= self._cursor(head).seq:
            return head
        return self._run(head, self._back_to(head, size, theirs))

    def _run(self, head: wire.Head, place: Head) -> wire.Head:
        retreats = 0
        while (batch := self._next(head, place)) is not None:
            try:
                self._push(batch)
            except Refused as refusal:
                retreats += refusal.problem.code != TOO_LARGE
                if retreats > _MOST_RETREATS:
                    raise
                head, place = self._answered(refusal, head, place)
                continue
            if batch.checkpoint.size >= head.seq:
                head = head_of(self.kiosk)
            place = self._cursor(head)
        return head

    def _cursor(self, head: wire.Head) -> Head:
        return self.store.cursor(bytes.fromhex(head.ledger_id))

    def _opened(self, head: wire.Head) -> AbstractContextManager[Source]:
        return self.opened(bytes.fromhex(head.ledger_id))

    def _next(self, head: wire.Head, place: Head) -> Planned | None:
        """The batch after this place; None when nothing but anchors is left."""
        ledger_id = bytes.fromhex(head.ledger_id)
        with self._opened(head) as ledger:
            entries = ledger.entries(place.seq, head.seq, self.pace.most_entries)
        if len(entries) < self.pace.most_entries and all(e.kind == Kind.CLOCK_ANCHOR for e in entries):
            return None
        source.checked(entries, ledger_id, place)
        tag = None if head.tag is None else (head.seq, head.tag)
        return planned(ledger_id, place.seq, entries, tag, self.key.sign)

    def _push(self, batch: Planned) -> None:
        receipt = self.client.push(batch, [self.identity.central])
        before = self.store.progress()
        progress = msgspec.structs.replace(
            before,
            batches=before.batches + 1,
            entries=before.entries + batch.count,
            delivered=self.times.now(),
        )
        self.store.delivered(receipt, self.identity.central, progress)
        log.info("delivered up to entry %d", batch.checkpoint.size)
        offer(self.kiosk, wire.PutReceipt(receipt.render()))

    # --- when central and the ledger do not agree

    def settle_fork(self, refusal: Refused, head: wire.Head) -> wire.Head:
        """The head of the ledger that replaces the one that central has signed otherwise.

        Raises:
            Refused: The same: what came with it proves nothing.
            KioskRefused, KioskAway: The kiosk has not begun a new one.
        """
        if not self._is_proof(refusal.problem.receipt or "", head):
            raise refusal
        return self._forked(refusal.problem.receipt or "")

    def _unless_contradicted(self, head: wire.Head) -> wire.Head:
        """The head of a ledger that agrees with what central has signed: this one, or the one that replaces it."""
        signed = next(self.store.receipts_of(self.identity.central, bytes.fromhex(head.ledger_id)), None)
        if signed is None or not self._contradicts(head, checkpoint_of(signed)):
            return head
        return self._forked(signed.render())

    def _contradicts(self, head: wire.Head, held: Checkpoint) -> bool:
        """Whether this ledger has another entry where a receipt ends, or ends before."""
        with self._opened(head) as ledger:
            return held.ledger_id == ledger.ledger_id and ledger.hash_at(held.size) != held.head

    def _forked(self, receipt: str) -> wire.Head:
        """Have the ledger closed and a new one begun; the head of that."""
        log.error("the ledger is not the one that central has signed: it was put back, or changed")
        put(self.kiosk, wire.PutFork(receipt))
        return head_of(self.kiosk)

    def _answered(self, refusal: Refused, head: wire.Head, place: Head) -> tuple[wire.Head, Head]:
        """What to send next after a refusal that can be answered: the head, and the place to begin after.

        Raises:
            Refused: The same; it cannot.
        """
        problem = refusal.problem
        if problem.code == TOO_LARGE and self.pace.slower():
            return head, place
        if problem.code == GAP and problem.size is not None and 0 <= problem.size < place.seq:
            return head, self._back_to(head, problem.size, problem.head or "")
        if problem.code == FORK:
            head = self.settle_fork(refusal, head)
            return head, self._cursor(head)
        raise refusal

    def _back_to(self, head: wire.Head, size: int, theirs: str) -> Head:
        """The place where central is, when its entry there is ours.

        Where it is not, the one before: central then meets an entry that it holds otherwise, and answers with its
        last receipt, which proves the fork to the kiosk.
        """
        with self._opened(head) as ledger:
            ours, before = ledger.hash_at(size), ledger.hash_at(max(0, size - 1))
            if ours is None or before is None:
                raise LocalFault(Fault.LEDGER, f"entry {size} is not there")
        if ours.hex() != theirs:
            log.error("central holds another entry %d than this ledger", size)
            return Head(max(0, size - 1), before)
        log.warning("central holds no more than %d entries; it gets the rest again", size)
        self.store.go_back(bytes.fromhex(head.ledger_id), Head(size, ours))
        return Head(size, ours)

    def _is_proof(self, receipt: str, head: wire.Head) -> bool:
        """Whether this is central's receipt for another history of this very ledger."""
        try:
            note = parse_note(receipt)
            held = checkpoint_of(note)
        except NoteError:
            return False
        return note.cosigned_at(self.identity.central) is not None and self._contradicts(head, held)
