"""Alarms: what somebody must look at."""

import json
from collections.abc import Mapping

from django.db import connection

from central import clock
from central.audit import Json
from central.models import AlarmKind, Device


def open_alarm(kind: AlarmKind, device: Device, ledger_id: bytes | None, detail: Mapping[str, Json]) -> None:
    """Open an alarm, unless the same one is open: that one keeps its first detail. Raises `django.db.Error`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO central_alarm (kind, device_id, ledger_id, detail, opened_at, comment)"
            " VALUES (%s, %s, %s, %s, %s, '') ON CONFLICT DO NOTHING",
            (kind.value, device.pk, ledger_id, json.dumps(dict(detail)), clock.now()),
        )
