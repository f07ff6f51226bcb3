"""Alarms: what somebody must look at."""

import json
from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User
from django.db import connection, transaction

from central import audit, clock
from central.audit import Json
from central.models import Alarm, AlarmKind, Device


def open_alarm(kind: AlarmKind, device: Device, ledger_id: bytes | None, detail: Mapping[str, Json]) -> None:
    """Open an alarm, unless the same one is open: that one keeps its first detail. Raises `django.db.Error`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO central_alarm (kind, device_id, ledger_id, detail, opened_at, comment)"
            " VALUES (%s, %s, %s, %s, %s, '') ON CONFLICT DO NOTHING",
            (kind.value, device.pk, ledger_id, json.dumps(dict(detail)), clock.now()),
        )


def mark(alarm: Alarm, user: User, *, close: bool) -> None:
    """Somebody has looked at an alarm, and perhaps removed its cause: who was the first, and when. Not saved."""
    if alarm.acknowledged_at is None:
        alarm.acknowledged_at, alarm.acknowledged_by = clock.now(), user
    if close and alarm.closed_at is None:
        alarm.closed_at = clock.now()


def acknowledge(numbers: Iterable[int], user: User, comment: str, *, close: bool) -> int:
    """The same of several that are open, each with its line in the log of changes.

    Args:
        numbers: Of the alarms; those that somebody has closed meanwhile stay as they are.
        user: Who has looked.
        comment: What was found; put below what was said before.
        close: Whether the cause is removed.

    Returns:
        How many it was done to.

    Raises:
        django.db.Error: It was done to none.
    """
    with transaction.atomic():
        rows = list(
            Alarm.objects.select_for_update().filter(pk__in=list(numbers), closed_at=None).order_by("pk")
        )
        for alarm in rows:
            before = audit.values(alarm)
            mark(alarm, user, close=close)
            if comment not in alarm.comment.splitlines():
                alarm.comment = f"{alarm.comment}\n{comment}".strip()
            alarm.save(update_fields=["acknowledged_at", "acknowledged_by", "closed_at", "comment"])
            audit.record(user.get_username(), "change", alarm, *audit.changed(before, audit.values(alarm)))
    return len(rows)
