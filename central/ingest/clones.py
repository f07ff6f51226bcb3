"""Two copies of one terminal that both live: one alarm, which names both histories."""

from django.db import connection

from central import alarms
from central.counting.rows import Owner
from central.models import AlarmKind, Device

# What looked like another history, or like an old one put back, was the other copy: the alarm and its evidence are
# about that now, and somebody must look at it again.
_BECOMES = """
UPDATE central_alarm SET kind = 'clone', acknowledged_at = NULL, acknowledged_by_id = NULL
 WHERE id = (SELECT min(id) FROM central_alarm
              WHERE device_id = %s AND ledger_id = %s AND kind IN ('fork', 'restored') AND closed_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM central_alarm
                    WHERE device_id = %s AND ledger_id = %s AND kind = 'clone' AND closed_at IS NULL)
"""
_NAMES = """
UPDATE central_alarm a
   SET detail = a.detail || jsonb_build_object('ledgers', (
           SELECT jsonb_agg(encode(l.ledger_id, 'hex') ORDER BY l.first_received_at, l.ledger_id)
             FROM central_ledger l
            WHERE l.device_id = a.device_id AND (l.ledger_id = a.ledger_id OR l.continues_ledger = a.ledger_id)))
 WHERE a.device_id = %s AND a.ledger_id = %s AND a.kind = 'clone' AND a.closed_at IS NULL
"""


def note(owner: Owner) -> None:
    """A ledger goes on that had ended. Raises `django.db.Error`."""
    with connection.cursor() as cursor:
        cursor.execute(_BECOMES, (*owner, *owner))
    alarms.open_alarm(AlarmKind.CLONE, Device(pk=owner.device), owner.ledger_id, {})
    name(owner)


def name(owner: Owner) -> None:
    """Which ledgers there are of it: itself, and those that continue it. Nothing where there is no such alarm.

    Raises:
        django.db.Error: It was not kept.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, owner)
