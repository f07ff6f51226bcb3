"""`hailong sync once`: deliver what is waiting, now."""

import logging
import time
from dataclasses import dataclass

from kiosk.ledger.store import Head
from sync.contact import Settings, Terminal, contact
from sync.errors import LocalFault, NotEnrolled, SyncError
from sync.kiosk import head_of
from sync.moment import Timekeeper
from sync.outcome import outcome_of
from sync.progress import Outcome
from sync.protocol import ACCEPTED
from sync.source import Waiting

log = logging.getLogger(__name__)

_ROUNDS = 5
"""People may go on voting meanwhile; what comes after so many rounds is delivered by the next contact."""


_SALVAGE_S = 1.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """How it ended.

    Attributes:
        status: What central says of this terminal.
        waiting: What is left.
        signed: The last entry that central has signed for; seq 0 = none.
    """

    status: str
    waiting: Waiting
    signed: Head

    @property
    def size(self) -> int:
        """The seq of the last entry that central has signed for."""
        return self.signed.seq


def deliver(settings: Settings) -> Delivered:
    """Contact central until no vote is waiting.

    Raises:
        SyncError: Something was in the way; what was delivered before it stays delivered.
    """
    place = settings.place
    if not place.ledger.exists():
        raise NotEnrolled(f"there is no ledger at {place.ledger}: is this the right data folder?")
    with settings.turn() as (kiosk, store):
        terminal = settings.terminal(kiosk, store)
        try:
            delivered = _deliver(terminal)
        except SyncError as error:
            try:
                _note(terminal, outcome_of(error))
            except LocalFault as fault:
                log.warning("how it went could not be noted: %s", fault)
            raise
        _note(terminal, Outcome())
        return delivered


def _deliver(terminal: Terminal) -> Delivered:
    rounds = 0
    while True:
        # What a kiosk that runs is bringing over from a closed ledger waits, too, though it is in no ledger yet.
        salvaging = head_of(terminal.kiosk).salvaging
        identity = contact(terminal, heartbeat=rounds == 0)
        with terminal.opened() as ledger:
            signed = terminal.store.cursor(ledger.ledger_id)
            found = Delivered(identity.status, ledger.waiting(signed.seq), signed)
        rounds += 1
        if identity.status != ACCEPTED:
            return found
        if salvaging or head_of(terminal.kiosk).salvaging:
            time.sleep(_SALVAGE_S)
        elif found.waiting.votes == 0 or rounds >= _ROUNDS:
            return found


def _note(terminal: Terminal, outcome: Outcome) -> None:
    progress = terminal.store.progress()
    now = Timekeeper(terminal.clock, progress.heard).now()
    terminal.store.keep(progress.after(outcome, now))
