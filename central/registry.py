"""Units, counters and terminals: made, accepted, revoked, each with its line in the log of changes."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import translation

from central import audit, clock, codes, configs
from central.codes import NewCode
from central.migrate import LOCK
from central.models import (
    Counter,
    Device,
    DeviceKey,
    DeviceStatus,
    HourlyCount,
    IssuedConfig,
    ReadToken,
    Unit,
)
from kiosk.messages.notes import PublicKey
from sync.codes import new_device_id

_NAMING = LOCK + 1
_NUMBER = re.compile("[0-9]{1,18}")


class Ambiguous(LookupError):
    """More than one unit has the name. The message lists them."""


class BadName(ValueError):
    """A unit or a counter cannot be called so. The message says which, and why."""


class NotPossible(ValueError):
    """The terminal is not in a state in which that can be done."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. `user` is None for a command."""

    user: User | None = None

    @property
    def name(self) -> str:
        """As the log of changes says it."""
        return audit.COMMAND if self.user is None else self.user.get_username()


def hold_names() -> None:
    """Whoever asks for the same name at the same time finds it afterwards. Until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_NAMING,))


def counter_named(unit: str, counter: str, actor: Actor) -> Counter:
    """The counter of a unit by their names; what is missing is made.

    Raises:
        Ambiguous: Several units have the name.
        BadName: What is missing cannot be made.
        django.db.Error: It could not be kept.
    """
    with transaction.atomic():
        hold_names()
        owner = _unit_or_new(unit, actor)
        wanted = Counter(unit=owner, name=counter)
        _check(wanted.clean_fields, wanted)
        found = Counter.objects.filter(unit=owner, name=counter, valid_to=None).first()
        if found is None:
            _check(wanted.full_clean, wanted)
            found = Counter.objects.create(unit=owner, name=counter)
            audit.record(actor.name, "create", found, None, audit.values(found))
    return found


class NoUnit(LookupError):
    """No unit has the name."""


def unit_named(name: str) -> Unit:
    """The unit of that name, or of that number.

    Raises:
        Ambiguous: Several have the name.
        BadName: None can be called so.
        NoUnit: There is none.
    """
    wanted = Unit(name=name)
    _check(wanted.clean_fields, wanted)
    found = list(Unit.objects.filter(name=name, valid_to=None).select_related("parent"))
    if len(found) > 1:
        places = "; ".join(f"{unit.pk}: {unit.parent}" for unit in found)
        raise Ambiguous(
            f"{len(found)} units are called {name} ({places}): give the number instead of the name"
        )
    if not found and _NUMBER.fullmatch(name) and (numbered := Unit.objects.filter(pk=int(name)).first()):
        return numbered
    if not found:
        raise NoUnit(f"there is no unit {name}")
    return found[0]


def _unit_or_new(name: str, actor: Actor) -> Unit:
    try:
        return unit_named(name)
    except NoUnit:
        unit = Unit(name=name)
        _check(unit.full_clean, unit)
        unit.save()
        audit.record(actor.name, "create", unit, None, audit.values(unit))
        return unit


def _check(clean: Callable[[], None], row: Unit | Counter) -> None:
    try:
        clean()
    except ValidationError as error:
        with translation.override("en"):
            raise BadName(
                f"the {row._meta.verbose_name} cannot be made: {' '.join(error.messages)}"
            ) from error


def is_used(row: Unit | Counter) -> bool:
    """Whether anything was ever said or counted for it: then it ends, and is not removed."""
    if isinstance(row, Counter):
        said = IssuedConfig.objects.filter(counter=row).exists() or row.devices.exists()
        return said or HourlyCount.objects.filter(counter=row).exists()
    below = row.children.exists() or row.counters.exists()
    return (
        below
        or IssuedConfig.objects.filter(unit=row).exists()
        or ReadToken.objects.filter(unit=row).exists()
        or HourlyCount.objects.filter(unit=row).exists()
    )


def reserve(counter: Counter, actor: Actor) -> Device:
    """A device for a counter, until a terminal comes with its code. Raises `django.db.Error`."""
    with transaction.atomic():
        made = Device.objects.create(id=new_device_id(), counter=counter, created_at=clock.now())
        audit.record(actor.name, "create", made, None, audit.values(made))
    return made


def give_code(device: Device, actor: Actor, *, accept: bool) -> NewCode:
    """A new code for a device; earlier ones that were not used are burnt. Raises `django.db.Error`."""
    with transaction.atomic():
        made = codes.make(device, accept=accept, by=actor.user)
        after: dict[str, audit.Json] = {"expires_at": made.row.expires_at.isoformat(), "accept": accept}
        audit.record(actor.name, "code", device, None, after)
    return made


def confirm(public_key: bytes, counter: Counter, actor: Actor) -> Device:
    """Let in the terminal that has this key, at a counter: somebody has compared the key with the one on its screen.

    An id that waits there for a terminal is used, else there is a new one. A terminal that is known by the key stays
    what it is: it is accepted where it waits for that, and else may enrol once more.

    Args:
        public_key: The terminal's, 32 bytes.
        counter: Where it stands; that of a terminal that is known does not change.
        actor: Who has compared.

    Raises:
        NotPossible: The key is not good any more.
        django.db.Error: Nothing was done.
    """
    with transaction.atomic():
        hold_names()  # two who confirm at the same counter do not take the same id
        known = DeviceKey.objects.filter(public_key=public_key).first()
        if known is not None and (
            known.revoked_at is not None or known.device.status == DeviceStatus.REVOKED
        ):
            raise NotPossible(f"the key {known.key_id} of {known.device_id} is not good any more")
        if known is not None and known.device.status == DeviceStatus.PENDING:
            return accept(known.device_id, actor)
        waiting = Device.objects.filter(counter=counter, status=DeviceStatus.RESERVED).order_by("created_at")
        device = (known and known.device) or waiting.first() or reserve(counter, actor)
        codes.make(device, accept=True, by=actor.user, key=public_key)
        key_id = PublicKey("device", public_key).key_id
        audit.record(actor.name, "confirm", device, None, {"key": key_id})
    return device


def tell(counters: QuerySet[Counter]) -> None:
    """Tell the accepted terminals of these counters what has changed there. Raises `django.db.Error`."""
    for device_id in Device.objects.filter(counter__in=counters).values_list("pk", flat=True):
        configs.tell(device_id)


def move(device_id: str, counter: Counter, actor: Actor) -> Device:
    """Put a terminal at another counter: what was rated before it hears of that stays with the counter before.

    Raises:
        Device.DoesNotExist: There is none.
        django.db.Error: Nothing was done.
    """
    with transaction.atomic():
        device = Device.objects.select_for_update().get(pk=device_id)
        before = audit.values(device)
        device.counter = counter
        device.save(update_fields=["counter"])
        configs.tell(device.pk)
        old, new = audit.changed(before, audit.values(device))
        if new:
            audit.record(actor.name, "change", device, old, new)
    return device


def accept(device_id: str, actor: Actor) -> Device:
    """Accept a pending terminal: somebody has compared the key id on its screen.

    Raises:
        NotPossible: It does not wait for that.
        Device.DoesNotExist: There is none.
    """
    return _change(device_id, actor, "accept", DeviceStatus.PENDING)


def revoke(device_id: str, actor: Actor) -> Device:
    """Revoke a terminal: nothing that it says is believed any more.

    Raises:
        NotPossible: It is revoked already.
        Device.DoesNotExist: There is none.
    """
    return _change(device_id, actor, "revoke", *(set(DeviceStatus) - {DeviceStatus.REVOKED}))


def rotate(device_id: str, actor: Actor) -> Device:
    """Ask a terminal to replace its key: it hears so with its next heartbeat.

    Raises:
        NotPossible: It is not accepted.
        Device.DoesNotExist: There is none.
    """
    with transaction.atomic():
        device = Device.objects.select_for_update().get(pk=device_id)
        if device.status != DeviceStatus.ACCEPTED:
            raise NotPossible(f"{device.pk} is {device.status}, not accepted")
        before = audit.values(device)
        device.rotate_key = device.keys.filter(revoked_at=None).latest("id").key_id
        device.save(update_fields=["rotate_key"])
        audit.record(actor.name, "rotate", device, *audit.changed(before, audit.values(device)))
    return device


def _change(device_id: str, actor: Actor, action: str, *possible: DeviceStatus) -> Device:
    with transaction.atomic():
        device = Device.objects.select_for_update().get(pk=device_id)
        if device.status not in possible:
            raise NotPossible(f"{device.pk} is {device.status}")
        before = audit.values(device)
        if action == "accept":
            device.status, device.accepted_at = DeviceStatus.ACCEPTED, clock.now()
        else:
            device.status, device.revoked_at = DeviceStatus.REVOKED, clock.now()
        device.save(update_fields=["status", "accepted_at", "revoked_at"])
        if action == "accept":
            configs.issue(device)
        else:
            device.codes.filter(used_at=None, burnt_at=None).update(burnt_at=clock.now())
        audit.record(actor.name, action, device, *audit.changed(before, audit.values(device)))
    return device
