"""Takes what central says into the ledger, once it is certain that central says it.

One class for both ways in: the kiosk's socket (through `LedgerWriter.ask`), and a command that holds the right to
write itself (`hailong enrol`, `hailong sync once` while no kiosk runs). Used on the writer thread only.
"""

import logging
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.clock import Clock
from kiosk.ledger import lookup
from kiosk.ledger.anchor_entries import NTP_ERROR_MS, anchor_of, between, draft_of
from kiosk.ledger.anchors import Anchor, Source, says_something
from kiosk.ledger.closing import closed_files, remembered_of
from kiosk.ledger.errors import LedgerUnreadable
from kiosk.ledger.evolve import KEY_BYTES, check_of
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind, parse
from kiosk.ledger.membership import NOTHING_LOCAL, CentralConfig, Enrolment, Local, config_drafts
from kiosk.ledger.scrutiny import Scrutiny
from kiosk.ledger.store import Head
from kiosk.messages import wire
from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from kiosk.messages.statements import (
    NONCE_BYTES,
    Checkpoint,
    central_key_rotation_of,
    checkpoint_of,
    key_rotation_of,
    time_of,
)

log = logging.getLogger(__name__)

_LONGEST_ANSWER_NS = 120_000_000_000
"""A time statement that took longer to come says too little."""

_COPYING_S = 0.001
"""Between looks whether the copy that a salvage reads is made; another thread makes it."""

_RECEIPTS_EVERY_NS = 600_000_000_000
"""There is one for every vote; on the card they are worth one write in ten minutes."""


class _Refusal(Exception):
    """What was asked for is not done. The text is for a log."""


@dataclass(frozen=True, slots=True)
class _Asked:
    nonce: bytes
    at_ns: int


class Office:
    """Answers requests.

    Args:
        keeper: Open, or being opened.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._lasting = keeper.lasting
        self._asked: _Asked | None = None
        self._anchors: list[Anchor] = []
        self._anchors_of: tuple[bytes, int] | None = None
        self._receipts_kept_ns = 0
        self._scrutiny = Scrutiny(keeper.lasting.local)

    def handle(self, request: wire.Request) -> wire.Answer:
        """Do what is asked, or say why not.

        Raises:
            StoreFailed: The disk does not take it now; nothing was promised.
        """
        try:
            match request:
                case wire.GetHead():
                    return self._head()
                case wire.GetNonce():
                    return self._nonce()
                case wire.PutAnchor():
                    return self._anchor(request.note)
                case wire.PutEnrolment():
                    return self._enrol(request)
                case wire.PutConfig():
                    return self._configure(request.note)
                case wire.PutKeyRotation():
                    return self._rotate(request)
                case wire.PutCentralKey():
                    return self._hand_over(request.note)
                case wire.PutReceipt():
                    return self._receipt(request.note)
                case wire.PutFork():
                    return self._fork(request.note)
        except (_Refusal, NoteError) as error:
            log.warning("refused: %s: %s", type(request).__name__, error)
            return wire.Refused(str(error))
        except LedgerUnreadable as error:
            # The next append finds it so, too, and replaces the ledger.
            return wire.Later(str(error))

    def upkeep(self) -> None:
        """What is due now and then, while nobody waits: the anchor of a synchronised clock, files to the disk.

        Raises:
            StoreFailed: The disk does not take it now.
        """
        clock = self._keeper.clock
        if clock.is_synced():
            before_ns, wall_ns, after_ns = clock.boottime_ns(), clock.wall_ns(), clock.boottime_ns()
            at_ns, error_ms = between(before_ns, after_ns)
            try:
                self._append_anchor(Anchor(at_ns, wall_ns // 1_000_000, NTP_ERROR_MS + error_ms, Source.NTP))
            except LedgerUnreadable as error:
                log.warning("no anchor for now: %s", error)  # the next append finds it so, too
        now_ns = clock.boottime_ns()
        due = now_ns - self._receipts_kept_ns >= _RECEIPTS_EVERY_NS
        self._lasting.settle(receipts=due)
        if due:
            self._receipts_kept_ns = now_ns

    def bring_over(self) -> None:
        """Salvage what closed ledgers hold, to its end: for a command, which has nothing else to do.

        Raises:
            StoreFailed: The disk does not take it now.
        """
        while self._keeper.has_salvage():
            self._keeper.salvage()
            time.sleep(_COPYING_S)
        while self._keeper.follow():
            continue

    def _head(self) -> wire.Answer:
        ledger = self._keeper.ledger
        self._keeper.follow()
        tag, membership = self._lasting.tags.tag(ledger), self._lasting.membership
        return wire.Head(
            ledger_id=ledger.ledger_id.hex(),
            seq=ledger.head.seq,
            hash=ledger.head.hash.hex(),
            tag=None if tag is None else tag.hex(),
            device=None if membership.enrolment is None else membership.enrolment.device,
            central=None if membership.enrolment is None else membership.enrolment.public_key.hex(),
            config_revision=0 if membership.statement is None else membership.statement.revision,
            salvaging=self._keeper.has_salvage(),
            board_serial=None if membership.enrolment is None else membership.enrolment.board,
            refused=self._scrutiny.report(membership.config),
            faults=self._keeper.ailments.codes,
            clock=self._clock(),
        )

    # --- time

    def _nonce(self) -> wire.Answer:
        nonce = secrets.token_bytes(NONCE_BYTES)
        self._asked = _Asked(nonce, self._keeper.clock.boottime_ns())
        return wire.Nonce(nonce.hex())

    def _anchor(self, rendered: str) -> wire.Answer:
        seen_ns = self._keeper.clock.boottime_ns()
        note = self._signed(rendered)
        statement, asked = time_of(note), self._asked
        if asked is None or statement.nonce != asked.nonce:
            raise _Refusal("the time statement is not for the last nonce")
        self._asked = None
        if not 0 <= seen_ns - asked.at_ns <= _LONGEST_ANSWER_NS:
            raise _Refusal("the time statement took too long")
        at_ns, error_ms = between(asked.at_ns, seen_ns)
        self._append_anchor(Anchor(at_ns, statement.utc_ms, error_ms, Source.CENTRAL), rendered)
        return wire.Done()

    def _append_anchor(self, anchor: Anchor, signed: str | None = None) -> None:
        if says_something(self._anchors_of_boot(), anchor):
            self._keeper.append([draft_of(anchor, signed)])
            self._anchors.append(anchor)  # a ledger that was replaced meanwhile is read anew

    def _anchors_of_boot(self) -> list[Anchor]:
        ledger = self._keeper.ledger
        if (ledger.ledger_id, ledger.boot_n) != self._anchors_of:
            found = [anchor_of(payload) for payload in lookup.last_anchors(ledger)]
            self._anchors = [earlier for earlier in found if earlier is not None]
            self._anchors_of = (ledger.ledger_id, ledger.boot_n)
        return self._anchors

    def _clock(self) -> str:
        """Who has vouched for the time in this boot."""
        said = {anchor.source for anchor in self._anchors_of_boot()}
        best = next((source for source in (Source.CENTRAL, Source.NTP) if source in said), None)
        return wire.NOBODY if best is None else best.value

    # --- enrolment and configuration

    def _enrol(self, request: wire.PutEnrolment) -> wire.Answer:
        wanted, first_key = _enrolment_of(request)
        membership = self._lasting.membership
        present = membership.enrolment
        config = None
        if request.config is not None:
            config = self._scrutiny.first(request.config, wanted.central, wanted.device)
        if present is not None and present.is_same(wanted):
            return self._enrolled_already(present, first_key, config)
        self._may_enrol(request, wanted, present)
        if request.same_ledger:
            both = [one for one in (membership.config, config) if one is not None]
            config = max(both, key=lambda one: one.statement.revision, default=None)
        else:
            self._lasting.receipts.forget()
        shown = config_drafts(self._keeper.ledger.last_config(), config, self._lasting.local.shown)
        entries = self._keeper.append([wanted.draft(first=True), *shown])
        entry = next(entry for entry in entries if entry.kind == Kind.ENROLLED)
        membership.said(replace(wanted, seq=entry.seq, first=True), config)
        return self._begin_tags(first_key, entry.seq, entry.prev)

    def _may_enrol(self, request: wire.PutEnrolment, wanted: Enrolment, present: Enrolment | None) -> None:
        """Raises `_Refusal`: that would be more than was asked for."""
        if request.same_ledger:
            if present is None:
                raise _Refusal("this terminal is not enrolled: there is nothing to go on with")
            if (present.device, present.public_key) != (wanted.device, wanted.public_key):
                raise _Refusal(f"this terminal is {present.device} of another central server or another id")
        elif present is not None and not request.replace:
            raise _Refusal(f"this terminal is enrolled at {present.url} as {present.device} already")

    def _enrolled_already(
        self, present: Enrolment, first_key: bytes, config: CentralConfig | None
    ) -> wire.Answer:
        """An answer that was lost, or a key that was."""
        used = self._lasting.membership.statement
        if config is not None and (used is None or config.statement.revision > used.revision):
            self._use(config)
        if present.first and not self._lasting.tags.belongs_to(present.check):
            prev = lookup.hash_of(self._keeper.ledger, present.seq - 1) if present.seq > 1 else bytes(32)
            return self._begin_tags(first_key, present.seq, prev or bytes(32))
        return wire.Done()

    def _begin_tags(self, first_key: bytes, seq: int, prev: bytes) -> wire.Answer:
        try:
            self._lasting.tags.begin(first_key, self._keeper.ledger.ledger_id, seq, prev)
        except OSError as error:
            return wire.Later(f"enrolled, but the evolving key could not be kept: {error}")
        return wire.Done()

    def _configure(self, rendered: str) -> wire.Answer:
        enrolment, used = self._enrolment(), self._lasting.membership.config
        config = self._scrutiny.newer(rendered, enrolment.central, enrolment.device, used)
        if config is not None:
            self._use(config)
        return wire.Done()

    def _use(self, config: CentralConfig) -> None:
        membership = self._lasting.membership
        drafts = config_drafts(self._keeper.ledger.last_config(), config, self._lasting.local.shown)
        self._keeper.append(drafts)
        membership.said(membership.enrolment, config)

    def _rotate(self, request: wire.PutKeyRotation) -> wire.Answer:
        """What the old key is worth is for central to judge; here it must be a rotation of this very terminal."""
        note, enrolment = parse_note(request.note), self._enrolment()
        if not re.fullmatch("[0-9a-f]{64}", request.old_public_key):
            raise _Refusal("old_public_key must be 32 bytes in hexadecimal")
        rotation = key_rotation_of(note, PublicKey("device", bytes.fromhex(request.old_public_key)))
        if rotation.device != enrolment.device:
            raise _Refusal(f"the rotation is for {rotation.device}, this is {enrolment.device}")
        ledger = self._keeper.ledger
        last = parse(lookup.last_key_rotation(ledger)).get("signed")
        if not isinstance(last, str) or parse_note(last).text != note.text:
            self._keeper.append([Draft(Kind.KEY_ROTATION, {"signed": request.note})])
        return wire.Done()

    def _hand_over(self, rendered: str) -> wire.Answer:
        """From the key of central's that is pinned to a new one: both must have signed."""
        note, enrolment = parse_note(rendered), self._enrolment()
        rotation = central_key_rotation_of(note)
        if rotation.new == enrolment.central:
            return wire.Done()
        if rotation.old_id != enrolment.central.key_id or not note.is_signed_by(enrolment.central):
            raise _Refusal("the key that is pinned has not signed the hand-over")
        now = replace(enrolment, public_key=rotation.new.raw, first=False)
        drafts = [
            Draft(Kind.KEY_ROTATION, {"central": rotation.new.name, "signed": rendered}),
            now.draft(first=False),
        ]
        entries = self._keeper.append(drafts)
        entry = next(entry for entry in entries if entry.kind == Kind.ENROLLED)
        membership = self._lasting.membership
        membership.said(replace(now, seq=entry.seq), membership.config)
        return wire.Done()

    # --- receipts

    def _receipt(self, rendered: str) -> wire.Answer:
        held, ledger = self._receipt_of(rendered), self._keeper.ledger
        if held.size == 0:
            return wire.Done()
        if held.ledger_id == ledger.ledger_id:
            if lookup.hash_of(ledger, held.size) != held.head:
                raise _Refusal(f"the ledger has not this entry {held.size}")
        elif held.ledger_id not in {remembered_of(closed) for closed in closed_files(self._keeper.folder)}:
            raise _Refusal("the receipt is for a ledger that was never here")
        self._lasting.receipts.put(held.ledger_id, Head(held.size, held.head))
        return wire.Done()

    def _fork(self, rendered: str) -> wire.Answer:
        held, ledger = self._receipt_of(rendered), self._keeper.ledger
        if held.ledger_id != ledger.ledger_id:
            raise _Refusal("the receipt is for another ledger than the one in use")
        if held.size == 0 or lookup.hash_of(ledger, held.size) == held.head:
            raise _Refusal("the ledger does not contradict this receipt")
        self._keeper.condemn(f"central holds another entry {held.size} of it")
        return wire.Done()

    def _receipt_of(self, rendered: str) -> Checkpoint:
        """What central holds, by a receipt of its own."""
        note = parse_note(rendered)
        if note.cosigned_at(self._enrolment().central) is None:
            raise _Refusal("it is not cosigned by this terminal's central server")
        return checkpoint_of(note)

    # --- whose word counts

    def _enrolment(self) -> Enrolment:
        enrolment = self._lasting.membership.enrolment
        if enrolment is None:
            raise _Refusal("this terminal is not enrolled")
        return enrolment

    def _signed(self, rendered: str) -> Note:
        note = parse_note(rendered)
        if not note.is_signed_by(self._enrolment().central):
            raise _Refusal("it is not signed by this terminal's central server")
        return note


def _enrolment_of(request: wire.PutEnrolment) -> tuple[Enrolment, bytes]:
    """The enrolment and the first key that a request brings."""
    if not re.fullmatch(f"[0-9a-f]{{{2 * KEY_BYTES}}}", request.first_key):
        raise _Refusal(f"first_key must be {KEY_BYTES} bytes in hexadecimal")
    if not re.fullmatch("[0-9a-f]{64}", request.central_public_key):
        raise _Refusal("central_public_key must be 32 bytes in hexadecimal")
    first_key, public_key = bytes.fromhex(request.first_key), bytes.fromhex(request.central_public_key)
    try:
        enrolment = Enrolment(
            request.device, request.url, public_key, check_of(first_key), board=request.board_serial or None
        )
        return enrolment, first_key
    except ValueError as error:
        raise _Refusal(str(error)) from error


@contextmanager
def opened(data_dir: Path, clock: Clock, program: str, local: Local = NOTHING_LOCAL) -> Iterator[Office]:
    """The office of a data folder whose kiosk does not run; this program is the writer until the block ends.

    Args:
        data_dir: The data folder.
        clock: The machine's clocks.
        program: Name and version, for the `boot` entry.
        local: What this terminal makes of a configuration of central's.

    Raises:
        LedgerLocked: Another program is the writer: ask it by `kiosk.messages.client`.
        LedgerNewer: The ledger belongs to a newer program.
        StoreFailed: The disk does not allow it now.
    """
    keeper = Keeper(data_dir / "ledger", clock, program, local)
    try:
        keeper.open()
        while keeper.follow():
            pass
        yield Office(keeper)
    finally:
        keeper.close(clean=True)
