"""What is counted: a projection of entries, made in the transaction that stores them and made anew by `recount`."""

from django.db import models
from django.db.models import F, Q

from central.models.devices import Device, has_bytes
from central.models.ledgers import HASH_BYTES
from central.models.organisation import Counter, Unit
from central.models.reading import Stamp


class Rating(models.Model):
    """A rating as it stands after corrections and voids.

    Unit and counter are those that central signed for the terminal, and no reference is enforced: a central that was
    put back to a backup may have to count for a counter that it does not know yet.

    Attributes:
        ledger_id: Of the ledger where it was stored first, also for a salvaged one.
        level: 1 to 5.
        unit: None before the terminal's first configuration signed by central.
        time_low_ms: Not before this, milliseconds since 1970 UTC; None = nothing is known.
        time_high_ms: Not after this.
        certain: The interval lies within one local day.
        hour: The beginning of the hour it counts in; None when uncertain.
        flags: `Flag`s.
        counted: It is in `HourlyCount`.
        changed: The stamp of the transaction that made it what it is (`central.reading.feed`).
    """

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "seq", "hash")
    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    boot_n = models.BigIntegerField()
    boottime_ns = models.BigIntegerField()
    level = models.SmallIntegerField()
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    counter = models.ForeignKey(
        Counter, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    time_low_ms = models.BigIntegerField(null=True)
    time_high_ms = models.BigIntegerField(null=True)
    certain = models.BooleanField(default=False)
    hour = models.DateTimeField(null=True)
    flags = models.IntegerField(default=0)
    counted = models.BooleanField(default=False)
    changed = models.BigIntegerField(db_default=Stamp())

    class Meta:
        indexes = (
            models.Index(name="rating_changed", fields=("changed",)),
            # What is not in a certain hour: little, and asked for by unit.
            models.Index(
                name="rating_doubtful",
                fields=("unit", "time_high_ms"),
                condition=Q(counted=False) | Q(certain=False),
            ),
        )
        constraints = (
            models.CheckConstraint(name="rating_level", condition=Q(level__range=(1, 5))),
            models.CheckConstraint(name="rating_hash", condition=has_bytes("hash", HASH_BYTES)),
            models.CheckConstraint(name="rating_times", condition=Q(time_low_ms__lte=F("time_high_ms"))),
            models.CheckConstraint(
                name="rating_hour",
                condition=Q(certain=True, hour__isnull=False) | Q(certain=False, hour=None),
            ),
            models.CheckConstraint(
                name="rating_counted_somewhere",
                condition=Q(counted=False) | Q(unit__isnull=False, counter__isnull=False),
            ),
        )


class HourlyCount(models.Model):
    """How many counted ratings there are of one kind. `hour` None: their time is uncertain."""

    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    counter = models.ForeignKey(Counter, models.PROTECT, db_constraint=False, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    hour = models.DateTimeField(null=True)
    level = models.SmallIntegerField()
    flags = models.IntegerField(default=0)
    certain = models.BooleanField()
    n = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(name="hourly_count_unit", fields=("unit", "hour")),)
        constraints = (
            models.UniqueConstraint(
                name="hourly_count_once",
                fields=("device", "counter", "unit", "hour", "level", "flags", "certain"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="hourly_count_n", condition=Q(n__gte=0)),
            models.CheckConstraint(name="hourly_count_level", condition=Q(level__range=(1, 5))),
        )
