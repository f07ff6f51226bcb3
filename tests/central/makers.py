"""Rows that most tests begin with."""

from central import clock
from central.models import Counter, Device, DeviceKey, DeviceStatus, Unit, UnitKind
from sync import codes, keys
from sync.keys import SigningKey


def counter(name: str = "Quầy 1", unit: str = "UBND phường Sông Công") -> Counter:
    """A counter of a unit, made where they are missing."""
    owner, _ = Unit.objects.get_or_create(name=unit, defaults={"kind": UnitKind.COMMUNE})
    found, _ = Counter.objects.get_or_create(unit=owner, name=name)
    return found


def device(key: SigningKey | None = None, status: DeviceStatus = DeviceStatus.ACCEPTED) -> Device:
    """A terminal at a counter, with a key unless it is only reserved."""
    now = clock.now()
    made = Device.objects.create(
        id=codes.new_device_id(),
        status=status,
        counter=counter(),
        created_at=now,
        accepted_at=now if status in (DeviceStatus.ACCEPTED, DeviceStatus.REVOKED) else None,
        revoked_at=now if status == DeviceStatus.REVOKED else None,
    )
    if status != DeviceStatus.RESERVED:
        public = (key or keys.generate("device")).public
        DeviceKey.objects.create(device=made, key_id=public.key_id, public_key=public.raw, valid_from=now)
    return made
