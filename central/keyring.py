"""This server's key is replaced: both keys sign until every terminal believes the new one (docs/protocol.md)."""

from dataclasses import dataclass

from django.db import connection, transaction

from central import audit, clock, server
from central.migrate import LOCK
from central.models import Device, DeviceStatus, Identity, ServerKey
from central.place import Place
from central.server import Keys
from kiosk.ledger.disk import replace_file, sync_folder
from kiosk.messages.notes import PublicKey
from sync.keys import link_over, load_or_make

_ROTATING = LOCK + 2


class NotNow(ValueError):
    """The keys are not in a state in which that can be done. The message says why."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A key and what it is: `present`, `former` or `retired`; how many accepted terminals have pinned it."""

    key_id: str
    state: str
    terminals: int


def settle(place: Place, keys: Keys, row: Identity) -> None:
    """Have the database know the keys that lie in the folder, also after a rotation that was interrupted.

    Args:
        place: The folder.
        keys: As they lie there.
        row: Whose database it is; its key becomes the present one where it was one before.

    Raises:
        django.db.Error: It could not be written.
    """
    retired = _retired(place)
    before = retired if keys.former is None else [*retired, keys.former.public.raw]
    if bytes(row.public_key) in before:
        row.public_key = keys.present.public.raw
        Identity.objects.update(public_key=row.public_key)
    now = clock.now()
    for key in keys.all:
        ServerKey.objects.get_or_create(public_key=key.public.raw, defaults={"made_at": now})
    for raw in retired:
        ServerKey.objects.get_or_create(public_key=raw, defaults={"made_at": now, "retired_at": now})


def _retired(place: Place) -> list[bytes]:
    try:
        return [bytes.fromhex(line) for line in place.retired_file.read_text().split()]
    except FileNotFoundError:
        return []


def rotate(actor: str) -> str:
    """Make a new key and sign with it, and with the one before; the id of the new one.

    Each step leaves files with which this server goes on, and the next call goes on from there.

    Raises:
        NotNow: The one before the present one is not retired yet.
        sync.keys.KeyFileError, OSError: A key cannot be read or written.
        django.db.Error: The database does not know of it yet; `settle` will tell it.
    """
    here = server.this()
    with transaction.atomic():
        _hold()
        keys, place = here.keys, here.place
        if keys.former is not None:
            raise NotNow(f"the key {keys.former.public.key_id} still signs along: “key retire” it first")
        load_or_make(place.next_key_file, "central")
        link_over(place.key_file, place.former_key_file)
        sync_folder(place.keys)
        place.next_key_file.rename(place.key_file)
        sync_folder(place.keys)
        settle(place, here.keys, Identity.objects.get())
        made = here.key.public.key_id
        audit.record(actor, "key", "server", {"key_id": keys.present.public.key_id}, {"key_id": made})
    return made


def retire(actor: str, *, force: bool = False) -> str:
    """The key before signs nothing any more; its id.

    Args:
        actor: For the log of changes.
        force: Also where terminals believe it alone: they must be enrolled again.

    Raises:
        NotNow: There is none, or terminals have not heard of the present one.
        OSError: A file cannot be written.
        django.db.Error: It was not noted.
    """
    here = server.this()
    with transaction.atomic():
        _hold()
        former, place = here.keys.former, here.place
        if former is None:
            raise NotNow("there is no key to be retired: “key rotate” makes a new one first")
        late = _believers(former.public.key_id, unheard=True)
        if late and not force:
            raise NotNow(
                f"{late} terminals have not heard of the new key yet; with --force they must be enrolled again"
            )
        known = [*_retired(place), former.public.raw]
        replace_file(place.retired_file, "".join(f"{raw.hex()}\n" for raw in known).encode())
        ServerKey.objects.filter(public_key=former.public.raw).update(retired_at=clock.now())
        audit.record(actor, "key", "server", {"key_id": former.public.key_id}, {"key_id": ""})
    place.former_key_file.unlink()
    sync_folder(place.keys)
    return former.public.key_id


def listed() -> list[Listed]:
    """All keys, the newest first. Raises `django.db.Error`."""
    keys = server.this().keys
    states = {keys.present.public.raw: "present"}
    if keys.former is not None:
        states[keys.former.public.raw] = "former"
    found = []
    for raw in ServerKey.objects.order_by("-id").values_list("public_key", flat=True):
        key_id = PublicKey("central", bytes(raw)).key_id
        found.append(Listed(key_id, states.get(bytes(raw), "retired"), _believers(key_id)))
    return found


def _believers(key_id: str, *, unheard: bool = False) -> int:
    named = [key_id, ""] if unheard else [key_id]
    return Device.objects.filter(status=DeviceStatus.ACCEPTED, central_key__in=named).count()


def _hold() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_ROTATING,))
