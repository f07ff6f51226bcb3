"""Asks the terminals that an administrator has marked, each in its turn. Several servers may do it side by side."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from django.db import Error, connection, connections

from central import clock, identity
from central.models import Device
from central.pulling import guard
from central.pulling.guard import Policy
from central.pulling.pull import NotPulled, pull
from sync.errors import SyncError
from sync.protocol import ProtocolError

AT_ONCE = 8
"""So many terminals are asked at the same time: one that hangs keeps the others waiting no longer than itself."""

MOST_A_LOOK = 200
_LONGEST_TROUBLE = 300

# Whoever finds a terminal due puts it off for everybody before asking it.
_DUE = """
UPDATE central_device SET pull_due_at = %s
 WHERE id IN (SELECT id FROM central_device
               WHERE pull_wanted AND status = 'accepted' AND (pull_due_at IS NULL OR pull_due_at <= %s)
               ORDER BY pull_due_at NULLS FIRST LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""


def pull_due(every_s: float) -> int:
    """Ask all terminals whose turn it is; how many were.

    Args:
        every_s: How often each is asked.

    Raises:
        django.db.Error: The database does not answer.
    """
    policy = identity.pull_policy()
    asked = 0
    while due := _due(every_s):
        with ThreadPoolExecutor(AT_ONCE, "pull") as workers:
            list(workers.map(partial(_pull, policy), due))
        asked += len(due)
        if len(due) < MOST_A_LOOK:
            break
    return asked


def _due(every_s: float) -> list[str]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, (now + timedelta(seconds=every_s), now, MOST_A_LOOK))
        return [str(row[0]) for row in cursor.fetchall()]


def _pull(policy: Policy, device_id: str) -> None:
    try:
        trouble = ask(device_id, policy)
        said = {"pull_trouble": trouble} if trouble else {"pull_trouble": "", "pulled_at": clock.now()}
        Device.objects.filter(pk=device_id).update(**said)
    except Error:
        return  # the next time comes; that the database is away is said where votes are refused
    finally:
        connections.close_all()


def ask(device_id: str, policy: Policy) -> str:
    """Ask one terminal; why nothing came, empty when all is well. Raises `django.db.Error`."""
    try:
        pull(device_id, policy)
    except guard.NotAllowed as error:
        return f"not_allowed: {error}"[:_LONGEST_TROUBLE]
    except NotPulled as error:
        return f"not_pulled: {error}"[:_LONGEST_TROUBLE]
    except (SyncError, ProtocolError) as error:
        return str(error)[:_LONGEST_TROUBLE]
    return ""
