"""Fetches what a terminal has: every batch ends in the one function that a push ends in, and both may race."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from central import clock, health, server
from central.counting.rows import Owner
from central.ingest import contradiction
from central.ingest.errors import MissingBefore, OtherHistory
from central.ingest.ingest import Taken, ingest
from central.models import AlarmKind, Device, DeviceKey, DeviceStatus, Ledger
from central.pulling import guard
from central.pulling.client import DeviceClient
from central.pulling.guard import Policy
from kiosk.ledger.chain import GENESIS
from kiosk.messages.notes import PublicKey
from sync.errors import Refused
from sync.protocol import ProtocolError, SignedCheckpoint, Told, signed_checkpoint

log = logging.getLogger(__name__)

_ROUNDS = 5
_NOT_THERE, _FORK, _OTHER_ENTRIES = "404.1", "409.2", "400.3"


class NotPulled(Exception):
    """Nothing can be fetched from a terminal. The message says why."""


class NoAddress(NotPulled):
    """The terminal has not said where it can be asked."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought.

    Attributes:
        n: Entries that were not held before.
        head: The hash of the last entry that is held now.
    """

    n: int
    head: bytes


class _Held(NamedTuple):
    seq: int
    hash: bytes


class _Again(Exception):
    """The terminal is elsewhere by now: another ledger, or another end."""


def pull(device_id: str, policy: Policy) -> Pulled:
    """Fetch everything up to where the terminal is when it is asked.

    Raises:
        NotPulled: The terminal is not there, not accepted, or has said no address.
        guard.NotAllowed: The address is not one to connect to.
        sync.errors.SyncError: It was not reached, or refused.
        sync.protocol.ProtocolError: What it says cannot be taken.
        django.db.Error: Nothing more was stored.
    """
    device = Device.objects.filter(pk=device_id).first()
    if device is None:
        raise NotPulled(f"there is no terminal {device_id}")
    if device.status != DeviceStatus.ACCEPTED:
        raise NotPulled(f"the terminal {device_id} is {device.status}, not accepted")
    if not device.pull_url:
        raise NoAddress(
            f"the terminal {device_id} has not said where it can be asked: start there “hailong sync run --pull"
            " ADDRESS:PORT”, or set [pull] listen"
        )
    rows = DeviceKey.objects.filter(device=device, revoked_at=None)
    keys = [PublicKey("device", bytes(row.public_key)) for row in rows]
    target = guard.target(device.pull_url, policy)
    with DeviceClient(target, keys, server.this().keys.for_terminal(device.central_key)) as client:
        return _Pull(device, keys, client).run()


class _Pull:
    def __init__(self, device: Device, keys: Collection[PublicKey], client: DeviceClient) -> None:
        self._device, self._keys, self._client = device, keys, client
        self._new = 0

    def run(self) -> Pulled:
        for _ in range(_ROUNDS):
            try:
                return self._round()
            except _Again as reason:
                log.info("the terminal %s is asked anew: %s", self._device.pk, reason)
        raise NotPulled(f"the terminal {self._device.pk} changed each time it was asked")

    def _round(self) -> Pulled:
        before = dict(Ledger.objects.filter(device=self._device).values_list("ledger_id", "size"))
        told = self._client.status()
        signed = self._signed(told)
        self._heard(told)
        end = signed.checkpoint
        self._refuse_older(signed, {bytes(key): size for key, size in before.items()})
        held = self._held(end.ledger_id)
        if (held.seq, end.size) != (0, 0) and held.seq == end.size and held.hash != end.head:
            self._have_it_signed(end.ledger_id, held)
            raise _Again("it has another history")
        while held.seq < end.size:
            self._fetch(end.ledger_id, held)
            held = self._held(end.ledger_id)
        return Pulled(self._new, held.hash)

    def _signed(self, told: Told) -> SignedCheckpoint:
        signed = signed_checkpoint(told.checkpoint)
        if not any(signed.note.is_signed_by(key) for key in self._keys):
            raise NotPulled(f"what the terminal {self._device.pk} says is not signed by its key")
        return signed

    def _heard(self, told: Told) -> None:
        rows = Device.objects.filter(pk=self._device.pk)
        rows.update(last_seen_at=clock.now(), program=told.program, waiting=told.waiting)
        health.note(self._device.pk, told.health)

    def _held(self, ledger_id: bytes) -> _Held:
        row = Ledger.objects.filter(device=self._device, ledger_id=ledger_id).first()
        return _Held(0, GENESIS) if row is None else _Held(row.size, bytes(row.head))

    # --- one batch

    def _fetch(self, ledger_id: bytes, held: _Held) -> None:
        try:
            batch, body = self._client.entries(ledger_id, held.seq)
        except Refused as refusal:
            raise self._moved(refusal) from refusal
        try:
            taken = ingest(ledger_id, batch, body)
        except MissingBefore as gap:
            raise _Again("this server was put back to a backup") from gap
        except OtherHistory as fork:
            self._tell(fork.receipt)
            raise _Again("it has another history") from fork
        except ProtocolError as error:
            if error.code != _OTHER_ENTRIES or held.seq == 0:
                raise
            self._have_it_signed(ledger_id, held)
            raise _Again("what it has does not continue what is held") from error
        self._take(taken)

    def _take(self, taken: Taken) -> None:
        self._new += taken.new
        self._tell(taken.receipt)

    def _tell(self, receipt: str | None) -> None:
        """Hand over a receipt: for what was fetched, or one that proves to the terminal that it has another history."""
        if receipt is None:
            raise NotPulled(f"the terminal {self._device.pk} has another history than the one that is held")
        try:
            self._client.receipt(receipt)
        except Refused as refusal:
            raise self._moved(refusal) from refusal

    def _moved(self, refusal: Refused) -> Exception:
        moved = refusal.problem.code in (_NOT_THERE, _FORK, "409.1")
        return _Again(str(refusal)) if moved else refusal

    # --- another history

    def _have_it_signed(self, ledger_id: bytes, held: _Held) -> None:
        """Let the terminal sign what it has where this server's copy ends: evidence, should it be something else.

        Raises:
            _Again: It is, and the terminal knows it now.
        """
        batch, body = self._client.entries(ledger_id, held.seq - 1, 1)
        try:
            ingest(ledger_id, batch, body)
        except OtherHistory as fork:
            self._tell(fork.receipt)

    def _refuse_older(self, signed: SignedCheckpoint, before: dict[bytes, int]) -> None:
        """A ledger that ends before what was held when it was asked was put back. Raises `_Again`, `NotPulled`."""
        end = signed.checkpoint
        if end.size >= before.get(end.ledger_id, 0):
            return
        owner = Owner(self._device.pk, end.ledger_id)
        detail: dict[str, str | int] = {"size": end.size, "head": end.head.hex()}
        self._tell(contradiction.note(AlarmKind.RESTORED, owner, signed.note.render(), None, detail))
        raise _Again("it was put back to an older state")
