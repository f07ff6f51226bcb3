"""How each terminal was when it was heard last, by its own word."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from central.models.devices import Device


class DeviceHealth(models.Model):
    """Beside the terminal's row, not in it: it changes every five minutes, and nobody's work depends on it.

    Attributes:
        at: When it was said.
        oldest_s: How old the oldest entry that waits was then, at least.
    """

    device = models.OneToOneField(Device, models.PROTECT, primary_key=True, related_name="health")
    at = models.DateTimeField(_("said at"))
    disk_free = models.BigIntegerField(_("free on its disk"), null=True)
    disk_size = models.BigIntegerField(_("size of its disk"), null=True)
    temperature_c = models.FloatField(_("temperature"), null=True)
    undervoltage = models.BooleanField(_("voltage too low"), null=True)
    faults = ArrayField(models.CharField(max_length=4), default=list, verbose_name=_("faults"))
    clock = models.CharField(_("who vouches for its clock"), max_length=16, blank=True)
    oldest_s = models.BigIntegerField(_("age of the oldest entry that waits"), null=True)
    uptime_s = models.BigIntegerField(_("running for"), null=True)
    board_serial = models.CharField(_("serial number of the board"), max_length=100, blank=True)

    def __str__(self) -> str:
        return self.device_id
