"""`POST /heartbeat`: alive, this far, with this configuration (docs/protocol.md)."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from central import clock, configs, health, server
from central.api import bodies, nonces, signatures
from central.api.problems import Refusal
from central.audit import Json
from central.counting.rows import Owner
from central.ingest import contradiction, rotation
from central.models import AlarmKind, Device, DeviceKey, DeviceStatus, Entry, Ledger
from central.pulling import guard
from kiosk.ledger.chain import GENESIS
from kiosk.messages.notes import PublicKey
from sync.protocol import HeartbeatAnswer, HeartbeatRequest, SignedCheckpoint, signed_checkpoint


def answer(request: HttpRequest) -> HttpResponse:
    """Take note of the terminal that asks, and tell it what is new for it.

    Raises:
        Refusal: Who asks is not known or revoked, the nonce is not good, or its ledger was put back.
        sync.protocol.ProtocolError: The body is not right.
        django.db.Error: Nothing was noted.
    """
    said = bodies.decode(request, HeartbeatRequest)
    key = _known_key(signatures.claimed_key_id(request))
    public = PublicKey("device", bytes(key.public_key))
    nonce = signatures.verified(request, public).nonce
    issued = nonces.redeem(nonce)
    if key.revoked_at is not None:  # and another has taken its place
        rotation.note_old_key(key.key_id)
        raise Refusal("401.1", f"the key {key.key_id} is no longer the terminal's")
    rotation.seen(public)
    signed = signed_checkpoint(said.checkpoint)
    if not signed.note.is_signed_by(public):
        raise Refusal("401.1", "the checkpoint is not signed by the key that signs the request")
    device = _note(key.device_id, said)
    ledger = Ledger.objects.filter(device=device, ledger_id=signed.checkpoint.ledger_id).first()
    receipt = None if ledger is None else _receipt(device, ledger, signed, issued)
    newest = configs.newest(device) if device.status == DeviceStatus.ACCEPTED else None
    config = (
        configs.rendered(newest) if newest is not None and newest.revision > said.config_revision else None
    )
    size, head = (None, None) if receipt is not None else _held(ledger)
    handed = server.this().keys.hand_over(said.central)
    rotate = key.key_id if device.rotate_key == key.key_id else None
    return bodies.encoded(HeartbeatAnswer(device.status, config, receipt, size, head, rotate, handed))


def _known_key(key_id: str) -> DeviceKey:
    key = DeviceKey.objects.select_related("device").filter(key_id=key_id).first()
    if key is None:
        raise Refusal("401.1", f"the key {key_id} is not known here: enrol the terminal")
    if key.device.status == DeviceStatus.REVOKED or (key.revoked_at is not None and not _is_replaced(key)):
        raise Refusal("403.2", f"the key {key_id} is revoked")
    return key


def _is_replaced(key: DeviceKey) -> bool:
    return key.replaced_by.exists()


def _note(device_id: str, said: HeartbeatRequest) -> Device:
    Device.objects.filter(pk=device_id).update(
        last_seen_at=clock.now(),
        program=said.program,
        waiting=said.waiting,
        central_key=said.central or "",
        pull_url=guard.usable(said.pull),
        config_used=said.config_revision,
        config_refused=None if said.refused is None else said.refused.revision,
        config_reason="" if said.refused is None else _one_line(said.refused.reason),
    )
    health.note(device_id, said.health)
    return Device.objects.select_related("counter").get(pk=device_id)


def _one_line(text: str) -> str:
    """As a database keeps it and a page shows it."""
    return "".join(character if character.isprintable() else " " for character in text)


def _receipt(device: Device, ledger: Ledger, signed: SignedCheckpoint, issued: datetime) -> str | None:
    """A receipt, when central holds this checkpoint; None when it holds less.

    Raises:
        Refusal: Central holds another history (409.2).
    """
    said = signed.checkpoint
    if said.size > ledger.size:
        rows = Ledger.objects.filter(device=device, ledger_id=said.ledger_id)
        rows.filter(recorded__lt=said.size).update(recorded=said.size)
        return None
    if _hash_at(ledger, said.size) != said.head:
        raise _fork(AlarmKind.FORK, device, ledger, signed)
    if said.size < _size_at(ledger, issued):
        raise _fork(AlarmKind.RESTORED, device, ledger, signed)
    return server.this().keys.cosign(signed.note, clock.now_ms() // 1000).render()


def _held(ledger: Ledger | None) -> tuple[int, str]:
    """How far central holds this ledger: less than the terminal remembers, where an old backup was restored."""
    if ledger is None:
        return 0, GENESIS.hex()
    return ledger.size, bytes(ledger.head).hex()


def _hash_at(ledger: Ledger, seq: int) -> bytes | None:
    if seq == 0:
        return GENESIS
    if seq == ledger.size:
        return bytes(ledger.head)
    found = _entries(ledger).filter(seq=seq).values_list("hash", flat=True).first()
    return None if found is None else bytes(found)


def _size_at(ledger: Ledger, moment: datetime) -> int:
    """How much was held then: what came later may have overtaken this request on its way."""
    if ledger.last_received_at is None or ledger.last_received_at < moment:
        return ledger.size
    held = (
        _entries(ledger).filter(received_at__lt=moment).order_by("-seq").values_list("seq", flat=True).first()
    )
    return held or 0


def _entries(ledger: Ledger) -> QuerySet[Entry]:
    return Entry.objects.filter(device_id=ledger.device_id, ledger_id=ledger.ledger_id)


def _fork(kind: AlarmKind, device: Device, ledger: Ledger, signed: SignedCheckpoint) -> Refusal:
    """The alarm and the evidence, kept whatever is answered, and the refusal with the last receipt."""
    said = signed.checkpoint
    detail: dict[str, Json] = {"size": said.size, "head": said.head.hex(), "held": ledger.size}
    owner = Owner(device.pk, said.ledger_id)
    receipt = contradiction.note(kind, owner, signed.note.render(), None, detail)
    return Refusal("409.2", f"central holds {ledger.size} entries, and they do not fit", receipt=receipt)
