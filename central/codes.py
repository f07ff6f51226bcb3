"""One-time codes of this server: made for a device, found, proved, burnt."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from central import clock, server
from central.models import Device, EnrolmentCode
from central.models.devices import TRIES
from sync import codes
from sync.codes import FINDER_LENGTH

GOOD_FOR = timedelta(hours=24)
"""At most; docs/protocol.md."""


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code just made. The text is shown once and not kept."""

    text: str
    row: EnrolmentCode

    def __repr__(self) -> str:
        return f"<NewCode for {self.row.device_id}>"


def make(
    device: Device,
    *,
    accept: bool,
    by: User | None = None,
    good_for: timedelta = GOOD_FOR,
    key: bytes | None = None,
) -> NewCode:
    """A code for a device; earlier ones that were not used are burnt.

    Args:
        device: Who will be whoever uses it.
        accept: Nobody needs to compare keys afterwards.
        by: Who asked for it; None = a command.
        good_for: At most a day.
        key: The only public key that it lets in, 32 bytes; earlier codes for it are burnt, too. None = any.

    Raises:
        ValueError: `good_for` is longer.
        django.db.Error: It could not be kept.
    """
    if not timedelta() < good_for <= GOOD_FOR:
        raise ValueError("a code is good for at most 24 hours")
    now = clock.now()
    earlier = Q(device=device) if key is None else Q(device=device) | Q(public_key=key)
    EnrolmentCode.objects.filter(earlier, used_at=None, burnt_at=None).update(burnt_at=now)
    while True:
        text = codes.new_code()
        row = EnrolmentCode(
            device=device,
            finder=text[:FINDER_LENGTH],
            proof=_proof(text),
            accept=accept,
            expires_at=now + good_for,
            created_at=now,
            created_by=by,
            public_key=key,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:  # the finder is taken: one in a million times as many as there are codes
            continue
        return NewCode(text, row)


def prove(text: str) -> EnrolmentCode | None:
    """The row of a code that was told, locked, and its device; None where it is unknown, wrong, burnt or expired.

    A wrong one counts against the code that it was near to: the transaction of the caller must commit whatever
    it answers. Whether the code was used is for the caller to judge.
    """
    found = EnrolmentCode.objects.filter(finder=text[:FINDER_LENGTH]).first()
    if found is None:
        return None
    # The device first, like whoever revokes it: two that meet must not wait for each other.
    Device.objects.select_for_update().get(pk=found.device_id)
    row = EnrolmentCode.objects.select_for_update().get(pk=found.pk)
    if row.burnt_at is not None or row.expires_at <= clock.now():
        return None
    if hmac.compare_digest(bytes(row.proof), _proof(text)):
        return row
    if row.used_at is None:
        row.wrong_tries += 1
        row.burnt_at = clock.now() if row.wrong_tries >= TRIES else None
        row.save(update_fields=["wrong_tries", "burnt_at"])
    return None


def confirmed(key: bytes) -> EnrolmentCode | None:
    """The row that was made for this public key, locked, and its device; None where there is none that is good."""
    found = EnrolmentCode.objects.filter(public_key=key).order_by("-id").first()
    if found is None:
        return None
    Device.objects.select_for_update().get(pk=found.device_id)
    row = EnrolmentCode.objects.select_for_update().get(pk=found.pk)
    return row if row.burnt_at is None and row.expires_at > clock.now() else None


def _proof(text: str) -> bytes:
    return hmac.digest(server.this().code_secret, text.encode(), "sha256")
