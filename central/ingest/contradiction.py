"""What a terminal has signed and what is held cannot both be its ledger: an alarm, and the evidence."""

import hashlib
from collections.abc import Mapping

from django.db import transaction

from central import alarms, clock
from central.audit import Json
from central.counting.rows import Owner
from central.models import Alarm, AlarmKind, Device, Evidence, Ledger, Receipt

MOST_EVIDENCE = 100
"""For one alarm. Two copies of a terminal that both live contradict each other every few seconds."""


def note(
    kind: AlarmKind, owner: Owner, checkpoint: str, body: bytes | None, detail: Mapping[str, Json]
) -> str | None:
    """Keep what was signed; nothing that is held is changed.

    Args:
        kind: What it looks like, where it is not known yet that two copies live.
        owner: Whose ledger.
        checkpoint: As received, with the terminal's verified signature.
        body: The batch as received; None where there was none.
        detail: For whoever looks at the alarm.

    Returns:
        The last receipt that central gave for this ledger.

    Raises:
        django.db.Error: It was not kept.
    """
    now = clock.now()
    with transaction.atomic():
        if _is_cloned(owner):
            kind = AlarmKind.CLONE  # it is told already: there are two
        alarms.open_alarm(kind, Device(pk=owner.device), owner.ledger_id, detail)
        ledgers = Ledger.objects.filter(device_id=owner.device, ledger_id=owner.ledger_id)
        ledgers.filter(ended_at=None).update(ended_at=now)
        alarm = Alarm.objects.get(
            kind=kind, device_id=owner.device, ledger_id=owner.ledger_id, closed_at=None
        )
        digest = hashlib.sha256(checkpoint.encode() + (body or b"")).digest()
        if alarm.evidence.count() < MOST_EVIDENCE:
            Evidence.objects.get_or_create(
                alarm=alarm,
                digest=digest,
                defaults={"received_at": now, "checkpoint": checkpoint, "body": body},
            )
    receipts = Receipt.objects.filter(device_id=owner.device, ledger_id=owner.ledger_id).order_by("-day")
    return receipts.values_list("note", flat=True).first()


def _is_cloned(owner: Owner) -> bool:
    found = Alarm.objects.filter(
        kind=AlarmKind.CLONE, device_id=owner.device, ledger_id=owner.ledger_id, closed_at=None
    )
    return found.exists()
