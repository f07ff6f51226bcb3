"""Which terminals are ill, and of what: asked of thousands at once, and said of each."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from central import attention, clock
from central.models import Alarm, Device, DeviceHealth, DeviceStatus
from sync.protocol import Health

HOT_C: Final = 80.0
"""A Raspberry Pi slows itself down from here on."""

LITTLE_BYTES: Final = 200 * 1024 * 1024
"""As `hailong doctor` warns."""

OLD_S: Final = 24 * 3600
"""A day: nights and short outages are no illness."""

SILENT: Final = "silent"
ALARMS: Final = "alarms"

WORDS: Mapping[str, Promise] = {
    SILENT: _("not heard"),
    "faults": _("faults"),
    "voltage": _("voltage too low"),
    "hot": _("too hot"),
    "disk": _("disk nearly full"),
    "clock": _("clock not set"),
    "backlog": _("entries wait for more than a day"),
    ALARMS: _("open alarms"),
}
"""What may be wrong with a terminal, worst first."""


def note(device_id: str, said: Health | None) -> None:
    """Keep what a terminal has said of itself; an old program says nothing. Raises `django.db.Error`."""
    if said is None:
        return
    row = DeviceHealth(
        device_id=device_id,
        at=clock.now(),
        disk_free=said.disk_free,
        disk_size=said.disk_size,
        temperature_c=said.temperature_c,
        undervoltage=said.undervoltage,
        faults=said.faults or [],
        clock=said.clock or "",
        oldest_s=said.oldest_s,
        uptime_s=said.uptime_s,
        board_serial="".join(sign for sign in said.board_serial or "" if sign.isprintable()),
    )
    names = [field.name for field in DeviceHealth._meta.concrete_fields if not field.primary_key]
    DeviceHealth.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["device"], update_fields=names
    )


def conditions() -> Mapping[str, Q]:
    """For each thing that may be wrong, the terminals of which it is true; only those that are in use are ill."""
    in_use = Q(status__in=(DeviceStatus.PENDING, DeviceStatus.ACCEPTED))
    since = clock.now() - attention.SILENT_AFTER
    unheard = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=since)
    found = {
        SILENT: Q(status=DeviceStatus.ACCEPTED) & unheard,
        "faults": Q(health__faults__len__gt=0),
        "voltage": Q(health__undervoltage=True),
        "hot": Q(health__temperature_c__gte=HOT_C),
        "disk": Q(health__disk_free__lt=LITTLE_BYTES),
        "clock": Q(health__clock="none"),
        "backlog": Q(health__oldest_s__gte=OLD_S),
        ALARMS: Q(Exists(Alarm.objects.filter(device=OuterRef("pk"), closed_at=None))),
    }
    return {name: in_use & condition for name, condition in found.items()}


def ill() -> Q:
    """The terminals with which anything is wrong."""
    every = Q()
    for condition in conditions().values():
        every |= condition
    return every


def wrong(device: Device) -> Iterable[str]:
    """What is wrong with one terminal but open alarms, by the keys of `WORDS`."""
    if device.status not in (DeviceStatus.PENDING, DeviceStatus.ACCEPTED):
        return
    if device.status == DeviceStatus.ACCEPTED and is_silent(device):
        yield SILENT
    said = health_of(device)
    if said is None:
        return
    if said.faults:
        yield "faults"
    if said.undervoltage:
        yield "voltage"
    if said.temperature_c is not None and said.temperature_c >= HOT_C:
        yield "hot"
    if said.disk_free is not None and said.disk_free < LITTLE_BYTES:
        yield "disk"
    if said.clock == "none":
        yield "clock"
    if said.oldest_s is not None and said.oldest_s >= OLD_S:
        yield "backlog"


def is_silent(device: Device) -> bool:
    """Whether it has missed three heartbeats."""
    return device.last_seen_at is None or clock.now() - device.last_seen_at > attention.SILENT_AFTER


def health_of(device: Device) -> DeviceHealth | None:
    """What it has said of itself; None = nothing yet."""
    found: DeviceHealth | None = getattr(device, "health", None)
    return found
