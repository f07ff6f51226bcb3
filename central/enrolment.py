"""How a terminal becomes a device of this server: one transaction, in which its code is used up."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from central import alarms, audit, clock, codes, configs, server, session
from central.counting.admit import let_count
from central.counting.rows import Owner
from central.models import (
    AlarmKind,
    Device,
    DeviceKey,
    DeviceStatus,
    EnrolmentCode,
    EvolvingKey,
    Ledger,
)
from kiosk.ledger.evolve import KEY_BYTES, check_of
from kiosk.messages.notes import Note, PublicKey
from sync.protocol import ProtocolError


@dataclass(frozen=True, slots=True)
class Applicant:
    """What a terminal says of itself; its signatures are verified.

    Attributes:
        ledger_id: 16 bytes.
        checkpoint: Its signed checkpoint of size 0.
    """

    key: PublicKey
    ledger_id: bytes
    checkpoint: Note
    board_serial: str
    program: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What it is answered. `config` is a signed statement, None while pending; `receipt` is rendered."""

    device: Device
    first_key: bytes
    config: str | None
    receipt: str


def enrol(code: str | None, applicant: Applicant) -> Enrolled:
    """Use a code, or without one what somebody has confirmed for the applicant's key.

    Raises:
        ProtocolError: The code is not good (403.3), nobody has confirmed the key (403.5), or the key is that of
            another device (409.3).
        django.db.Error: Nothing was done.
    """
    with transaction.atomic():
        row = codes.confirmed(applicant.key.raw) if code is None else codes.prove(code)
        found = None if row is None else _use(row, applicant)
    if found is None and code is None:
        raise ProtocolError("403.5", f"nobody has confirmed the key {applicant.key.key_id} yet")
    if found is None:  # outside: the count of wrong tries is committed
        raise ProtocolError("403.3", "the code is unknown, used, burnt or expired: ask for a new one")
    receipt = server.this().keys.cosign(applicant.checkpoint, clock.now_ms() // 1000)
    device, first_key = found
    config = configs.current(device) if device.status == DeviceStatus.ACCEPTED else None
    return Enrolled(device, first_key, configs.rendered(config) if config else None, receipt.render())


def _use(row: EnrolmentCode, applicant: Applicant) -> tuple[Device, bytes] | None:
    device = Device.objects.select_for_update().get(pk=row.device_id)
    if row.public_key is not None and bytes(row.public_key) != applicant.key.raw:
        return None
    if row.used_by is not None:
        if bytes(row.used_by.public_key) != applicant.key.raw or row.used_by.revoked_at is not None:
            return None
    else:
        _let_in(device, row, applicant)
    newest = EvolvingKey.objects.filter(device=device).latest("id")
    return device, bytes(newest.first_key)


def _let_in(device: Device, code: EnrolmentCode, applicant: Applicant) -> None:
    now = clock.now()
    before = audit.values(device)
    key = _key_of(device, applicant.key)
    first_key = secrets.token_bytes(KEY_BYTES)
    EvolvingKey.objects.create(
        device=device, first_key=first_key, evolve_check=check_of(first_key), created_at=now
    )
    who = audit.TERMINAL.format(key.key_id)
    # The ledger in use when a code was used counts: whoever holds the code could as well begin a new one. It may be
    # held already, by a terminal that came with it before somebody admitted it.
    Ledger.objects.get_or_create(device=device, ledger_id=applicant.ledger_id, defaults={"admitted": True})
    with session.within() as inner:
        let_count(inner, Owner(device.pk, applicant.ledger_id), who)
    if device.board_serial and applicant.board_serial != device.board_serial:
        detail: dict[str, audit.Json] = {"before": device.board_serial, "now": applicant.board_serial}
        alarms.open_alarm(AlarmKind.SERIAL, device, None, detail)
    device.central_key = server.this().key.public.key_id
    device.board_serial, device.program = applicant.board_serial, applicant.program
    device.enrolled_at = device.last_seen_at = now
    # Whoever was accepted with this key is the same terminal: on another board, or at a new address of ours.
    goes_on = device.status == DeviceStatus.ACCEPTED and key.valid_from < now
    if code.accept:
        device.status, device.accepted_at = DeviceStatus.ACCEPTED, now
    elif not goes_on:
        device.status = DeviceStatus.PENDING
    device.revoked_at = None
    device.save()
    if device.status == DeviceStatus.ACCEPTED:
        configs.issue(device)
    code.used_at, code.used_by = now, key
    code.save(update_fields=["used_at", "used_by"])
    audit.record(who, "enrol", device, *audit.changed(before, audit.values(device)))


def _key_of(device: Device, public: PublicKey) -> DeviceKey:
    """The terminal's key; an earlier one of the same device no longer speaks for it."""
    known = DeviceKey.objects.filter(public_key=public.raw).first()
    if known is not None and (known.device_id != device.pk or known.revoked_at is not None):
        raise ProtocolError(
            "409.3",
            f"the key {public.key_id} belongs to the terminal {known.device_id}, the code to {device.pk}",
        )
    now = clock.now()
    # One that is to take the place of this very key stays: the terminal may go on with it at any moment.
    others = DeviceKey.objects.filter(device=device, revoked_at=None).exclude(public_key=public.raw)
    others.exclude(replaces__public_key=public.raw).update(revoked_at=now)
    return known or DeviceKey.objects.create(
        device=device, key_id=public.key_id, public_key=public.raw, valid_from=now
    )
