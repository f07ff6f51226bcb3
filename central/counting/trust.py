"""Whose word this server believes about a terminal."""

from datetime import datetime

from central import clock, server
from central.counting.meaning import Trust
from central.session import Session


def trust_of(device: str, created_at: datetime) -> Trust:
    """What is believed of a device that was made then."""
    return Trust(device, (server.this().key.public,), clock.ms_of(created_at))


def trust_in(session: Session, device: str) -> Trust:
    """The same, for a device that exists; its row is not locked.

    Raises:
        LookupError: It does not exist.
    """
    row = session.run("SELECT created_at FROM central_device WHERE id = %s", (device,)).fetchone()
    if row is None:
        raise LookupError(f"there is no device {device}")
    return trust_of(device, row[0])
