"""What outlives a ledger: who this terminal is, its evolving key, what central holds, and which one came before."""

from collections.abc import Sequence
from pathlib import Path

from kiosk.clock import Clock
from kiosk.ledger.chain import Entry
from kiosk.ledger.closing import closed_files, remembered_of
from kiosk.ledger.errors import LedgerUnreadable
from kiosk.ledger.kinds import Draft, Json, Kind
from kiosk.ledger.membership import Local, Membership
from kiosk.ledger.opening import continues
from kiosk.ledger.receipts import Receipts
from kiosk.ledger.store import Ledger
from kiosk.ledger.tags import Tags


class Continuity:
    """Kept beside the ledgers of one folder, and said at the beginning of each.

    Args:
        folder: Of the ledger.
        clock: The machine's clocks.
        program: Name and version of who writes.
        local: What this terminal makes of a configuration of central's.
    """

    def __init__(self, folder: Path, clock: Clock, program: str, local: Local) -> None:
        self._folder = folder
        self._clock = clock
        self._program = program
        self.local = local
        self.membership = Membership(folder)
        self.tags = Tags(folder)
        self.receipts = Receipts(folder)
        self._continues: dict[str, Json] = {}
        self._loaded = False

    def load(self) -> None:
        """What the files say, before any ledger is opened; once."""
        if not self._loaded:
            self._loaded = True
            self.membership.load()
            self.tags.load()
            self.receipts.load()

    def recognise(self, ledger: Ledger) -> None:
        """Whose terminal this is, by the ledger's own word where it has one.

        Raises:
            LedgerUnreadable: It is an older copy of the one that was written here, or damaged.
            StoreFailed: It cannot be read now.
        """
        if reason := self.tags.contradiction(ledger):
            raise LedgerUnreadable(f"{ledger.path} was put back from a copy: {reason}")
        self.membership.reconcile(ledger)
        enrolment = self.membership.enrolment
        check = None if enrolment is None else enrolment.check
        if self.tags.ledger_id is not None and (enrolment is None or not self.tags.belongs_to(check)):
            self.tags.forget("the key is not that of the last enrolment")

    def closed(self, path: Path, reason: str, ledger_id: bytes | None, last_seq: int) -> int:
        """A ledger has been put aside. Returns the last entry that is known to have been in it (0 = none is)."""
        # The key may have come further than what was found open: an older copy that was put back.
        last_seq = max(last_seq, self.tags.last_seq(ledger_id))
        self._continues = continues(path, reason, ledger_id, last_seq)
        self.receipts.save()
        return last_seq

    def opening(self, ledger: Ledger) -> list[Draft]:
        """What a writer says first; in a new ledger also what is still true of the one before.

        Raises:
            LedgerUnreadable, StoreFailed: The ledger cannot be read.
        """
        boot: dict[str, Json] = {"boot_id": self._clock.boot_id(), "program": self._program}
        enrolment = self.membership.enrolment
        if enrolment is not None and enrolment.seq > 0:
            boot["enrolled"] = enrolment.seq
        if ledger.head.seq == 0:
            self._find_what_came_before()
        if self._continues:
            boot["continues"] = self._continues
        return [Draft(Kind.BOOT, boot), *self.membership.drafts(ledger, self.local.shown)]

    def _find_what_came_before(self) -> None:
        """Where the power was cut between making a ledger and its first entry."""
        closed = closed_files(self._folder)
        if closed and not self._continues:
            ledger_id = remembered_of(closed[-1])
            reason = "the power failed before the next ledger had an entry"
            self._continues = continues(closed[-1], reason, ledger_id, self.tags.last_seq(ledger_id))

    def opened(self, entries: Sequence[Entry]) -> None:
        """The opening is stored."""
        self._continues = {}
        for entry in entries:
            if entry.kind == Kind.ENROLLED:
                self.membership.note_place(entry.seq)
        self.membership.save()

    def settle(self, *, receipts: bool = True) -> None:
        """Everything to the disk, or all but the receipts. While nobody waits."""
        self.tags.settle()
        self.membership.save()
        if receipts:
            self.receipts.save()
