"""Whose word this server believes about a terminal."""

from datetime import datetime
from functools import lru_cache

from central import clock, server
from central.counting.meaning import Trust
from central.models import ServerKey
from central.session import Session
from kiosk.messages.notes import PublicKey


def trust_of(device: str, created_at: datetime) -> Trust:
    """What is believed of a device that was made then."""
    return Trust(device, _central(), clock.ms_of(created_at))


def _central() -> tuple[PublicKey, ...]:
    """This server's keys, also those that are retired: what they signed then stays said."""
    keys = server.this().keys
    return _with_retired(tuple(key.public for key in keys.all))


@lru_cache(maxsize=8)
def _with_retired(present: tuple[PublicKey, ...]) -> tuple[PublicKey, ...]:
    rows = ServerKey.objects.exclude(retired_at=None).values_list("public_key", flat=True)
    retired = (PublicKey("central", bytes(raw)) for raw in rows)
    return present + tuple(key for key in retired if key not in present)


def trust_in(session: Session, device: str) -> Trust:
    """The same, for a device that exists; its row is not locked.

    Raises:
        LookupError: It does not exist.
    """
    row = session.run("SELECT created_at FROM central_device WHERE id = %s", (device,)).fetchone()
    if row is None:
        raise LookupError(f"there is no device {device}")
    return trust_of(device, row[0])
