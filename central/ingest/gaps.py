"""The terminal sends what comes after entries that are not held: it is asked to go back, and usually does at once."""

from datetime import timedelta

from django.db import transaction

from central import alarms, clock
from central.counting.rows import Owner
from central.models import AlarmKind, Device, Ledger
from kiosk.ledger.chain import GENESIS

PATIENCE = timedelta(minutes=10)
"""A gap that lasts longer is somebody's matter."""


def note(owner: Owner, after: int, signed_size: int) -> tuple[int, bytes]:
    """Note that entries are missing.

    Args:
        owner: Whose ledger.
        after: Where the batch begins.
        signed_size: What the terminal has signed.

    Returns:
        How much is held, and its head.

    Raises:
        django.db.Error: It was not noted.
    """
    now = clock.now()
    with transaction.atomic():
        rows = Ledger.objects.select_for_update().filter(device_id=owner.device, ledger_id=owner.ledger_id)
        ledger = rows.first()
        if ledger is None:
            return 0, GENESIS
        since = ledger.gap_since or now
        rows.update(gap_since=since, recorded=max(ledger.recorded, signed_size))
        if now - since >= PATIENCE:
            detail = {"held": ledger.size, "after": after}
            alarms.open_alarm(AlarmKind.GAP, Device(pk=owner.device), owner.ledger_id, detail)
        return ledger.size, bytes(ledger.head)
