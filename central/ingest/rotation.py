"""A terminal replaces its key (docs/protocol.md, *A new key for a terminal*)."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from central import alarms, audit, clock
from central.counting.rows import Owner
from central.models import AlarmKind, Device, DeviceKey
from central.session import Session
from kiosk.ledger.chain import Entry
from kiosk.ledger.kinds import Kind, parse
from kiosk.messages.notes import NoteError, PublicKey, parse_note
from kiosk.messages.statements import KeyRotation, key_rotation_of

log = logging.getLogger(__name__)

ON_ITS_WAY = timedelta(minutes=1)
"""What was signed just before the key was replaced may come just after: it is refused, and nobody's fault."""

_OLD = (
    "SELECT id, public_key FROM central_devicekey WHERE device_id = %s AND key_id = %s AND revoked_at IS NULL"
)
_NEW = """
INSERT INTO central_devicekey (device_id, key_id, public_key, valid_from, replaces_id) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING id
"""
_RETIRE = """
UPDATE central_devicekey o SET revoked_at = %s FROM central_devicekey n
 WHERE n.public_key = %s AND n.replaces_id = o.id AND o.revoked_at IS NULL
"""


def adopt(session: Session, owner: Owner, new: Sequence[Entry]) -> None:
    """Know the keys that new entries tell of, where the key that each replaces has signed for it.

    Args:
        session: The transaction, which holds the terminal.
        owner: Whose ledger.
        new: As they came.
    """
    for entry in new:
        if entry.kind == Kind.KEY_ROTATION:
            _adopt(session, owner, entry)


def _adopt(session: Session, owner: Owner, entry: Entry) -> None:
    body = parse(entry.payload)
    if "central" in body:
        return  # it tells of a key of ours
    try:
        note = parse_note(str(body.get("signed")))
        said = key_rotation_of(note)
        old = session.run(_OLD, (owner.device, said.old_id)).fetchone()
        if said.device != owner.device or old is None:
            raise NoteError(f"{said.old_id} is no key of {owner.device}")
        key_rotation_of(note, PublicKey("device", bytes(old[1])))
    except NoteError as error:
        log.warning("entry %d of %s replaces no key: %s", entry.seq, owner.device, error)
        return
    _keep(session, owner, said, old[0])


def _keep(session: Session, owner: Owner, said: KeyRotation, old: int) -> None:
    new = said.new
    made = session.run(_NEW, (owner.device, new.key_id, new.raw, clock.now(), old)).fetchone()
    if made is not None:
        who = audit.TERMINAL.format(said.old_id)
        audit.record(who, "key", Device(pk=owner.device), {"key_id": said.old_id}, {"key_id": new.key_id})


def retire_before(session: Session, key: PublicKey) -> None:
    """The terminal has signed with this key: the one before is no longer its key."""
    session.run(_RETIRE, (clock.now(), key.raw))


def seen(key: PublicKey) -> None:
    """The same, outside a transaction. Raises `django.db.Error`."""
    with connection.cursor() as cursor:
        cursor.execute(_RETIRE, (clock.now(), key.raw))


def note_old_key(key_id: str) -> None:
    """Somebody has signed with a key that is replaced: a copy of the terminal is alive, or the key was stolen.

    Raises:
        django.db.Error: It was not noted.
    """
    row = DeviceKey.objects.filter(key_id=key_id, replaced_by__isnull=False).first()
    if row is None or row.revoked_at is None or clock.now() - row.revoked_at < ON_ITS_WAY:
        return
    alarms.open_alarm(AlarmKind.KEY, Device(pk=row.device_id), None, {"key_id": key_id})
