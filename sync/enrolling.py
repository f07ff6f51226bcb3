"""`hailong enrol`: a code against an identity. What central answers is kept whole, or not at all."""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from kiosk.clock import Clock
from kiosk.ledger.chain import GENESIS
from kiosk.ledger.disk import replace_file
from kiosk.messages import wire
from kiosk.messages.notes import NoteError, PublicKey, parse_note
from kiosk.messages.statements import (
    NONCE_BYTES,
    Checkpoint,
    ConfigStatement,
    central_key_rotation_of,
    config_of,
)
from sync.address import BadAddress, normalised
from sync.client import Client, receipt_of
from sync.contact import Settings, identity_of
from sync.errors import (
    AlreadyEnrolled,
    Fault,
    KioskRefused,
    LocalFault,
    NotConfirmed,
    NotEnrolled,
    OtherAddress,
    OtherTerminal,
    Refused,
    Trouble,
    Unreachable,
    WrongCentral,
)
from sync.keys import SigningKey
from sync.kiosk import Kiosk, head_of, nonce_of, offer, put
from sync.moment import Timekeeper
from sync.progress import Outcome
from sync.protocol import ACCEPTED, PENDING, EnrolAnswer, EnrolRequest
from sync.store import Identity, Store
from sync.tickets import Ticket
from sync.tls import Trust
from sync.transport import Channel

log = logging.getLogger(__name__)

BAD_SIGNATURE, ANOTHER_S_KEY, NOBODY_HAS_CONFIRMED = "401.1", "409.3", "403.5"
AGAIN_S = 5.0
"""How often to ask whether somebody has confirmed the key."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What central has made of this terminal.

    Attributes:
        identity: Who it is now.
        config: How it is configured; None while it is pending.
    """

    identity: Identity
    config: ConfigStatement | None


@dataclass(frozen=True, slots=True)
class _Believed:
    """An answer, verified."""

    answer: EnrolAnswer
    enrolled: Enrolled


def enrol(
    settings: Settings,
    ticket: Ticket,
    key: SigningKey,
    ca: str | None = None,
    *,
    same_ledger: bool = False,
    replace: bool = False,
) -> Enrolled:
    """Enrol this terminal.

    Args:
        settings: Of this machine.
        ticket: Where, and with which code.
        key: The device's.
        ca: Certificates (PEM) of the only authority to trust; they are kept for all that follows.
        same_ledger: Go on as the same terminal at the same central server: the board was changed, or central has
            another address now.
        replace: Leave the central server that the terminal belongs to now.

    Raises:
        SyncError: Nothing has changed.
    """
    with settings.turn() as (kiosk, store):
        attempt = _Attempt(settings, ticket, key, kiosk, store, ca, same_ledger)
        believed = attempt.ask()
        attempt.keep(believed, replace=replace)
        return believed.enrolled


def until_confirmed(
    ask: Callable[[], Enrolled], clock: Clock, seconds: float, sleep: Callable[[float], None] = time.sleep
) -> Enrolled:
    """Ask until somebody has confirmed the key at central; a network that fails meanwhile is waited for.

    Args:
        ask: Asks once.
        clock: Of the machine.
        seconds: So long at most; 0 = once.
        sleep: Waits.

    Raises:
        SyncError: The last answer, when the time is up; or at once what waiting does not mend.
    """
    until_ns = clock.boottime_ns() + round(seconds * 1e9)
    while True:
        try:
            return ask()
        except (NotConfirmed, Unreachable) as error:
            wait_s = max(AGAIN_S, error.retry_after_s or 0.0)
            if clock.boottime_ns() + round(wait_s * 1e9) > until_ns:
                raise
            log.info("not confirmed yet: %s", error)
        sleep(wait_s)


def known_address(settings: Settings) -> str:
    """The address of the central server that this terminal belongs to.

    Raises:
        NotEnrolled: It belongs to none.
        SyncError: That cannot be found out now.
    """
    with settings.turn() as (kiosk, store):
        return identity_of(settings.terminal(kiosk, store), head_of(kiosk)).url


@dataclass
class _Attempt:
    settings: Settings
    ticket: Ticket
    key: SigningKey
    kiosk: Kiosk
    store: Store
    ca: str | None
    same_ledger: bool

    def __post_init__(self) -> None:
        self.before = self.store.identity()
        self.times = Timekeeper(self.settings.clock, self.store.progress().heard)
        self.pinned = self.ca if self.ca is not None else self._pinned_before()
        self.statement = ""
        self.enrolled_before = False

    def _pinned_before(self) -> str | None:
        """What is configured; what an earlier enrolment brought counts for the same server only."""
        same = self.before is not None and (self.same_ledger or self.before.url == self.ticket.url)
        if self.settings.ca_file or same:
            return self.settings.place.pinned(self.settings.ca_file)
        return None

    def ask(self) -> _Believed:
        """Ask central, and believe what is verified. Raises `SyncError`."""
        head = head_of(self.kiosk)
        self.enrolled_before = head.device is not None
        if self.same_ledger and head.device is None:
            raise NotEnrolled("there is no enrolment to go on with")
        ledger_id = bytes.fromhex(head.ledger_id)
        checkpoint = Checkpoint(ledger_id, 0, GENESIS)
        request = EnrolRequest(
            code=self.ticket.code,
            public_key=self.key.public.raw.hex(),
            ledger_id=ledger_id.hex(),
            checkpoint=self.key.sign(checkpoint.text()).render(),
            board_serial=self.settings.board(),
            program=self.settings.program,
        )
        with self._channel() as channel:
            client = Client(channel, self.key, self.settings.clock)
            believed = self._believed(self._answer(client, request), checkpoint)
            central = believed.enrolled.identity.central
            asked_ns = self.settings.clock.boottime_ns()
            _statement, utc_ms = client.time(secrets.token_hex(NONCE_BYTES), central)
            self.times.learn(asked_ns, utc_ms)
        # Where no clock was known, the certificate has not been judged by a time so far. Now it is.
        with self._channel() as channel:
            client = Client(channel, self.key, self.settings.clock)
            self.statement, _ = client.time(nonce_of(self.kiosk), central)
        return believed

    def _answer(self, client: Client, request: EnrolRequest) -> EnrolAnswer:
        try:
            return client.enrol(request)
        except Refused as refusal:
            if refusal.problem.code == BAD_SIGNATURE:
                # The key came along: it is the address that does not fit.
                raise OtherAddress(str(refusal)) from refusal
            if refusal.problem.code == NOBODY_HAS_CONFIRMED:
                raise NotConfirmed(str(refusal)) from refusal
            if refusal.problem.code == ANOTHER_S_KEY:
                raise OtherTerminal(str(refusal)) from refusal
            raise

    def _channel(self) -> Channel:
        now_ms = self.times.now_ms if self.pinned is None else self.times.central_ms
        # The key that a ticket names, or the one of before, tells a stranger's answer, and its time, from central's.
        is_key_known = self.ticket.central is not None or (self.same_ledger and self.before is not None)
        trust = Trust(self.pinned, now_ms, is_key_known)
        return Channel(self.ticket.url, trust, self.settings.proxy, self.settings.limits)

    def _believed(self, answer: EnrolAnswer, checkpoint: Checkpoint) -> _Believed:
        try:
            central = PublicKey("central", bytes.fromhex(answer.central.public_key))
            url, first_key = normalised(answer.url), bytes.fromhex(answer.first_key)
        except (ValueError, BadAddress) as error:
            raise Unreachable(Trouble.NOT_CENTRAL, f"not an answer of central's: {error}") from error
        known = self.before.central.key_id if self.same_ledger and self.before is not None else None
        if known not in (None, central.key_id) and not self._is_handed_over(answer, central):
            raise WrongCentral(f"the server's key is {central.key_id}, and was {known}")
        if self.ticket.central not in (None, central.key_id):
            raise WrongCentral(f"the server's key is {central.key_id}, not {self.ticket.central}")
        if answer.central.name != central.name or len(first_key) != 32:
            raise Unreachable(Trouble.NOT_CENTRAL, "central's key or the first key is not right")
        receipt_of(answer.receipt, checkpoint, [central])
        config = None if answer.config is None else _config(answer.config, central, answer.device)
        status = ACCEPTED if answer.status == ACCEPTED else PENDING
        return _Believed(answer, Enrolled(Identity(answer.device, url, central, status), config))

    def _is_handed_over(self, answer: EnrolAnswer, central: PublicKey) -> bool:
        """Whether the key that is pinned says that this is central's now."""
        try:
            note = parse_note(answer.central_key or "")
            rotation = central_key_rotation_of(note)
        except NoteError:
            return False
        pinned = None if self.before is None else self.before.central
        return pinned is not None and rotation.new == central and note.is_signed_by(pinned)

    def keep(self, believed: _Believed, *, replace: bool) -> None:
        """Have the ledger say it, then remember it: what the ledger does not say has not happened."""
        answer, identity = believed.answer, believed.enrolled.identity
        enrolment = wire.PutEnrolment(
            device=identity.device,
            url=identity.url,
            central_public_key=identity.central.raw.hex(),
            first_key=answer.first_key,
            config=answer.config,
            board_serial=self.settings.board(),
            same_ledger=self.same_ledger,
            replace=replace,
        )
        try:
            if self.same_ledger and answer.central_key is not None:
                offer(self.kiosk, wire.PutCentralKey(answer.central_key))
            put(self.kiosk, enrolment)
        except KioskRefused as error:
            if not self.enrolled_before:
                raise
            raise AlreadyEnrolled(str(error)) from error
        self._keep_authority()
        self.store.enrol(identity)
        now = self.times.now()
        progress = self.store.progress().after(Outcome(), now)
        self.store.keep(msgspec.structs.replace(progress, heard=self.times.heard))
        offer(self.kiosk, wire.PutAnchor(self.statement))
        self.settings.place.tell_anchored()

    def _keep_authority(self) -> None:
        file = self.settings.place.ca
        try:
            if self.ca is not None:
                replace_file(file, self.ca.encode())
            elif self.pinned is None:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise LocalFault(Fault.CA, f"{file} cannot be written: {error}") from error


def _config(rendered: str, central: PublicKey, device: str) -> ConfigStatement:
    try:
        note = parse_note(rendered)
        statement = config_of(note)
    except NoteError as error:
        raise Unreachable(Trouble.NOT_CENTRAL, f"the configuration is none: {error}") from error
    if not note.is_signed_by(central) or statement.device != device:
        raise Unreachable(Trouble.NOT_CENTRAL, "the configuration is not central's for this terminal")
    return statement
