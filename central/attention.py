"""What somebody should look at now, in one line each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from central import clock
from central.models import Alarm, Device, DeviceStatus

SILENT_AFTER = timedelta(minutes=15)
"""Three heartbeats."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing: how many of what, and where they are listed."""

    what: Promise
    n: int
    url: str


def points() -> Iterable[Point]:
    """Those of which there are any."""
    devices, alarms = reverse("admin:central_device_changelist"), reverse("admin:central_alarm_changelist")
    found = (
        Point(
            _("terminals wait for an administrator"),
            Device.objects.filter(status=DeviceStatus.PENDING).count(),
            f"{devices}?status__exact=pending",
        ),
        Point(
            _("alarms nobody has acknowledged"),
            Alarm.objects.filter(closed_at=None, acknowledged_at=None).count(),
            f"{alarms}?state=new",
        ),
        Point(
            _("terminals refuse their configuration"),
            Device.objects.filter(status=DeviceStatus.ACCEPTED, config_refused__isnull=False).count(),
            f"{devices}?configuration=refused",
        ),
        Point(_("accepted terminals are not heard"), silent().count(), f"{devices}?heard=no"),
    )
    return [point for point in found if point.n]


def silent() -> QuerySet[Device]:
    """Accepted terminals that have missed three heartbeats."""
    since = clock.now() - SILENT_AFTER
    return Device.objects.filter(status=DeviceStatus.ACCEPTED).exclude(last_seen_at__gte=since)
