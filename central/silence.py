"""What nobody says: terminals that are not heard, tags that do not come. Looked at when somebody asks."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from central import alarms, clock
from central.models import Alarm, AlarmKind, Device, DeviceStatus, Entry, Ledger, TagState

PATIENCE = timedelta(hours=72)
"""A terminal is switched off from Friday evening to Monday morning."""


def look(patience: timedelta = PATIENCE) -> int:
    """Open alarms for terminals that were not heard for so long, and close those of terminals that were.

    The same for a tag that entries have been waiting for: whoever strips tags must not be believed for ever.

    Returns:
        How many terminals are silent now.

    Raises:
        django.db.Error: The database does not answer.
    """
    now = clock.now()
    with transaction.atomic():
        accepted = Device.objects.filter(status=DeviceStatus.ACCEPTED)
        heard = Q(last_seen_at__gte=now - patience) | Q(last_seen_at=None, accepted_at__gte=now - patience)
        silent = accepted.exclude(heard)
        for device in silent:
            last = device.last_seen_at
            alarms.open_alarm(
                AlarmKind.SILENCE, device, None, {"last_heard": None if last is None else last.isoformat()}
            )
        again = Alarm.objects.filter(kind=AlarmKind.SILENCE, closed_at=None).exclude(device__in=silent)
        again.update(closed_at=now)
        for ledger in Ledger.objects.filter(tag_state=TagState.PENDING, size__gt=F("tag_seq")):
            _look_at_tag(ledger, patience)
        return silent.count()


def _look_at_tag(ledger: Ledger, patience: timedelta) -> None:
    first = Entry.objects.filter(
        device_id=ledger.device_id, ledger_id=ledger.ledger_id, seq=(ledger.tag_seq or 0) + 1
    )
    since = first.values_list("received_at", flat=True).first()
    if since is not None and since < clock.now() - patience:
        detail = {"after": ledger.tag_seq, "waiting_since": since.isoformat()}
        alarms.open_alarm(AlarmKind.TAG, Device(pk=ledger.device_id), bytes(ledger.ledger_id), detail)
