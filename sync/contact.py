"""One contact with central: the time, what is waiting, the heartbeat. In this order, each only when it is due."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from kiosk.board import is_another, serial_number
from kiosk.clock import Clock
from kiosk.ledger.kinds import Kind, parse
from kiosk.ledger.membership import NOTHING_LOCAL, Local
from kiosk.messages import wire
from kiosk.messages.notes import PublicKey
from kiosk.messages.statements import Checkpoint
from sync import source
from sync.address import BadAddress, normalised
from sync.beat import beat_of
from sync.client import Client, receipt_of
from sync.connect import writer
from sync.delivery import FORK, Delivery, Pace
from sync.errors import KioskAway, NotEnrolled, OtherBoard, Refused
from sync.keys import SigningKey
from sync.kiosk import Kiosk, head_of, nonce_of, offer
from sync.moment import Timekeeper
from sync.place import Place
from sync.protocol import ACCEPTED, PENDING, REVOKED
from sync.rotating import advance
from sync.source import Opened
from sync.store import Identity, Store
from sync.tls import Trust
from sync.transport import USUAL, Channel, Limits

log = logging.getLogger(__name__)

UNKNOWN_KEY = "401.1"
_STATUS_OF = {"403.1": PENDING, "403.2": REVOKED}


@dataclass
class Terminal:
    """What a contact needs of this machine.

    Attributes:
        kiosk: Whoever writes the ledger.
        opened: Opens the ledger for reading.
        store: Open.
        place: Where the device's keys are.
        clock: The machine's clocks.
        pinned: The certificates of the only authority to trust (PEM); None = those of the machine.
        proxy: URL; empty = none.
        program: Name and version.
        pace: How large batches may be.
        limits: How patient to be.
        board: The serial number of this board; None = not known.
        push: Whether entries are pushed.
        pull: The address at which central may pull; empty = none.
    """

    kiosk: Kiosk
    opened: Opened
    store: Store
    place: Place
    clock: Clock
    pinned: str | None
    proxy: str
    program: str
    pace: Pace
    limits: Limits
    board: str | None = None
    push: bool = True
    pull: str = ""

    def channel(self, url: str, now_ms: Callable[[], int | None], *, is_for_time: bool = False) -> Channel:
        """A conversation with a server, whose certificates are judged by this time.

        Args:
            url: Its address.
            now_ms: As `Trust` has it.
            is_for_time: Central is asked for the time, and for nothing else.
        """
        return Channel(url, Trust(self.pinned, now_ms, is_for_time), self.proxy, self.limits)


@dataclass(frozen=True)
class Settings:
    """What does not change while a program runs.

    Attributes:
        place: The data folder.
        ca_file: As configured; empty = the one that was given at the enrolment, if any.
        proxy: As configured.
        program: Name and version.
        clock: The machine's clocks.
        limits: How patient to be.
        board: Finds the serial number of this board; None = not known.
        push: Whether entries are pushed; heartbeats are sent in any case.
        pull: The address at which central may pull; empty = none.
        opened: Opens the ledger for reading; None = beside whoever writes it.
        local: What this terminal makes of a configuration of central's.
    """

    place: Place
    ca_file: str
    proxy: str
    program: str
    clock: Clock
    limits: Limits = USUAL
    board: Callable[[], str | None] = serial_number
    push: bool = True
    pull: str = ""
    opened: Opened | None = None
    local: Local = NOTHING_LOCAL

    @contextmanager
    def turn(self) -> Iterator[tuple[Kiosk, Store]]:
        """Be the only program that delivers until the block ends: beside a kiosk that runs, or as the writer itself.

        Raises:
            SyncError: The kiosk does not answer, or something of this machine is in the way.
        """
        place = self.place
        with (
            place.turn(),
            Store(place.database) as store,
            writer(place.data_dir, self.clock, self.program, self.local) as kiosk,
        ):
            yield kiosk, store

    def terminal(self, kiosk: Kiosk, store: Store, pace: Pace | None = None) -> Terminal:
        """What a contact needs. Raises `LocalFault`: what is pinned cannot be read."""
        return Terminal(
            kiosk=kiosk,
            opened=self.opened or partial(source.opened, self.place.ledger),
            store=store,
            place=self.place,
            clock=self.clock,
            pinned=self.place.pinned(self.ca_file),
            proxy=self.proxy,
            program=self.program,
            pace=pace or Pace(),
            limits=self.limits,
            board=self.board(),
            push=self.push,
            pull=self.pull,
        )


def contact(terminal: Terminal, *, heartbeat: bool) -> Identity:
    """Do what is due.

    Args:
        terminal: This machine.
        heartbeat: Whether central is to hear that the terminal is alive; while pending it always is.

    Returns:
        Who this terminal is; its status is as central says now.

    Raises:
        SyncError: Something was in the way; what was done before it stays done.
    """
    head = head_of(terminal.kiosk)
    refuse_another_board(terminal.board, head)
    identity = identity_of(terminal, head)
    key = _key_in_use(terminal, identity)
    times = hear_the_time(terminal, key, identity)
    try:
        return _talked(terminal, identity, times, key, heartbeat=heartbeat)
    except Refused as refusal:
        former = terminal.place.former_key()
        if refusal.problem.code != UNKNOWN_KEY or former is None:
            raise
        log.warning("central does not know the key %s; it may know the one before", key.public.key_id)
        try:
            return _talked(terminal, identity, times, former, heartbeat=True)
        except Refused:
            raise refusal from None


def _key_in_use(terminal: Terminal, identity: Identity) -> SigningKey:
    return advance(terminal.place, terminal.kiosk, terminal.opened, terminal.store, identity)


def _talked(
    terminal: Terminal, identity: Identity, times: Timekeeper, key: SigningKey, *, heartbeat: bool
) -> Identity:
    head = head_of(terminal.kiosk)
    with terminal.channel(identity.url, times.now_ms) as channel:
        talk = _Talk(terminal, identity, times, key, channel)
        try:
            # A pending terminal asks first: nothing that it sends would be taken.
            if identity.status != ACCEPTED:
                talk.beat(head)
            if talk.identity.status == ACCEPTED:
                if terminal.push:
                    head = talk.deliver(head)
                if heartbeat and identity.status == ACCEPTED:
                    talk.beat(head)
        except Refused as refusal:
            status = _STATUS_OF.get(refusal.problem.code)
            if status is not None:
                talk.become(status)
            raise
    return talk.identity


def refuse_another_board(board: str | None, head: wire.Head) -> None:
    """A card that was moved to another board, or copied, delivers nothing until it is enrolled there.

    Args:
        board: The serial number of this board. Where it or the one that was enrolled is not known, such as on a PC,
            nothing is refused.
        head: As the kiosk says.

    Raises:
        OtherBoard: It is on another board than the one on which it was enrolled.
    """
    if is_another(head.board_serial, board):
        raise OtherBoard(f"enrolled on the board {head.board_serial}, now on {board}")


def identity_of(terminal: Terminal, head: wire.Head) -> Identity:
    """Who this terminal is: as `sync.db` says, or, where the ledger says otherwise, as the ledger says.

    Raises:
        NotEnrolled: Neither says anything.
        KioskAway, LocalFault: The ledger cannot be read.
    """
    known = terminal.store.identity()
    if known is not None and head.device in (None, known.device):
        if head.central not in (None, known.central.raw.hex()):
            return _pinned(terminal, known, head)
        return known
    if head.device is None:
        raise NotEnrolled("this terminal has not been enrolled")
    with terminal.opened() as ledger:
        entry = ledger.last(Kind.ENROLLED)
    said = {} if entry is None else parse(entry.payload)
    try:
        url, key = normalised(str(said.get("url"))), bytes.fromhex(str(said.get("public_key")))
        identity = Identity(head.device, url, PublicKey("central", key), ACCEPTED)
    except (BadAddress, ValueError) as error:
        raise NotEnrolled(f"the ledger's `enrolled` entry cannot be understood: {error}") from error
    log.warning("sync.db does not know the enrolment; it is taken from the ledger")
    terminal.store.enrol(identity)
    return identity


def _pinned(terminal: Terminal, known: Identity, head: wire.Head) -> Identity:
    """The same with the key that the kiosk believes: it has verified the hand-over."""
    try:
        central = PublicKey("central", bytes.fromhex(head.central or ""))
    except ValueError as error:
        raise KioskAway(f"the kiosk names no key of central's: {error}") from error
    log.info("central's key is %s now, it was %s", central.key_id, known.central.key_id)
    terminal.store.pin(central)
    return replace(known, central=central)


def hear_the_time(terminal: Terminal, key: SigningKey, identity: Identity) -> Timekeeper:
    """What time it is; central is asked when that is due, and the kiosk told.

    Before central has spoken in this boot, its certificate cannot be judged by a time: then it is trusted for this
    question alone, whose answer central signs with the key that this terminal has pinned.

    Raises:
        SyncError: There is no answer.
    """
    progress = terminal.store.progress()
    times = Timekeeper(terminal.clock, progress.heard)
    if not times.should_ask():
        return times
    now_ms = times.now_ms if terminal.pinned is None else times.central_ms
    with terminal.channel(identity.url, now_ms, is_for_time=True) as channel:
        client = Client(channel, key, terminal.clock)
        nonce = nonce_of(terminal.kiosk)
        asked_ns = terminal.clock.boottime_ns()
        statement, utc_ms = client.time(nonce, identity.central)
    heard = times.learn(asked_ns, utc_ms)
    offer(terminal.kiosk, wire.PutAnchor(statement))
    terminal.store.keep(msgspec.structs.replace(progress, heard=heard))
    terminal.place.tell_anchored()
    return times


@dataclass
class _Talk:
    """The rest of a contact, over one conversation."""

    terminal: Terminal
    identity: Identity
    times: Timekeeper
    key: SigningKey
    channel: Channel

    def __post_init__(self) -> None:
        self.client = Client(self.channel, self.key, self.terminal.clock)

    def use(self, key: SigningKey) -> None:
        """Sign with this key from now on."""
        if key.public != self.key.public:
            self.key = key
            self.client = Client(self.channel, key, self.terminal.clock)

    def become(self, status: str) -> None:
        """What central says of this terminal."""
        if status != self.identity.status:
            log.info("central says: %s", status)
            self.terminal.store.set_status(status)
            self.identity = Identity(self.identity.device, self.identity.url, self.identity.central, status)

    def delivery(self) -> Delivery:
        t = self.terminal
        return Delivery(self.client, t.kiosk, t.opened, t.store, self.identity, self.key, self.times, t.pace)

    def deliver(self, head: wire.Head) -> wire.Head:
        """Push what is waiting; a receipt may have been the one that a rotation of the key waited for."""
        head = self.delivery().run(head)
        if self.terminal.place.next_key() is not None:
            self.use(_key_in_use(self.terminal, self.identity))
        return head

    def rotate(self) -> wire.Head:
        """Central wants another key: as far as that goes now. The head afterwards."""
        t = self.terminal
        t.place.next_key(make=True)
        _key_in_use(t, self.identity)
        head = head_of(t.kiosk)
        return self.deliver(head) if t.push else head

    def beat(self, head: wire.Head, *, again: bool = True) -> None:
        """Say that the terminal is alive, and take what is new: status, configuration, a receipt.

        Args:
            head: Where the chain ends.
            again: Whether central hears at once what has become of a configuration: somebody may be waiting for that.
        """
        t, ledger_id = self.terminal, bytes.fromhex(head.ledger_id)
        end = Checkpoint(ledger_id, head.seq, bytes.fromhex(head.hash))
        with t.opened(ledger_id) as ledger:
            request = beat_of(ledger, t.store, self.key, head, t.program, t.pull, t.clock)
        try:
            answer = self.client.heartbeat(request)
        except Refused as refusal:
            if refusal.problem.code == FORK:
                self.delivery().settle_fork(refusal, head)
            raise
        if answer.receipt is not None:
            receipt = receipt_of(answer.receipt, end, [self.identity.central])
            t.store.delivered(receipt, self.identity.central, t.store.progress())
            offer(t.kiosk, wire.PutReceipt(receipt.render()))
        if answer.config is not None:
            offer(t.kiosk, wire.PutConfig(answer.config))
        if answer.central_key is not None:
            offer(t.kiosk, wire.PutCentralKey(answer.central_key))
        self.become(ACCEPTED if answer.status == ACCEPTED else PENDING)
        now = head_of(t.kiosk) if answer.config is not None and again else head
        if again and answer.rotate == self.key.public.key_id and self.identity.status == ACCEPTED:
            now = self.rotate()
            self.beat(now, again=False)
        elif (now.config_revision, now.refused) != (head.config_revision, head.refused):
            self.beat(now, again=False)
        elif answer.size is not None and self.identity.status == ACCEPTED and t.push:
            self.delivery().catch_up(head, answer.size, answer.head or "")
