"""`hailong key rotate`: the terminal replaces its key now, beside a kiosk and a delivery that run, or without."""

from dataclasses import dataclass

from sync.contact import Settings, contact, identity_of
from sync.errors import NotEnrolled
from sync.kiosk import head_of


@dataclass(frozen=True, slots=True)
class Rotated:
    """How far it came.

    Attributes:
        before: The id of the key before.
        now: The id of the key in use.
    """

    before: str
    now: str

    @property
    def done(self) -> bool:
        """Whether the new key is in use; else central has not confirmed it yet, and it goes on by itself."""
        return self.before != self.now


def rotate(settings: Settings) -> Rotated:
    """Begin a rotation, or go on with the one that is under way.

    Raises:
        NotEnrolled: Without a central server nobody knows the key.
        SyncError: Central was not reached, or this machine is in the way. What was begun goes on by itself.
    """
    place = settings.place
    if not place.ledger.exists():
        raise NotEnrolled(f"there is no ledger at {place.ledger}: is this the right data folder?")
    with settings.turn() as (kiosk, store):
        terminal = settings.terminal(kiosk, store)
        identity_of(terminal, head_of(kiosk))
        before = place.key().public.key_id
        place.next_key(make=True)
        contact(terminal, heartbeat=True)
        return Rotated(before, place.key().public.key_id)
