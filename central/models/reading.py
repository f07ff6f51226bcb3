"""What other systems read: their tokens, and what the feed of changes needs beside the ratings themselves.

`changed` is a stamp: the number of the transaction that made a row what it is (`central.reading.feed`).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from central.models.devices import Device, has_bytes
from central.models.ledgers import HASH_BYTES
from central.models.organisation import Unit
from central.models.texts import Line

FINDER_LENGTH, DIGEST_BYTES = 8, 32
LONGEST_NAME = 100


class Stamp(Func):
    """The stamp of the transaction that is running."""

    function = "central_stamp"
    arity = 0
    output_field = models.BigIntegerField()


class Purpose(models.TextChoices):
    """What a token opens."""

    READ = "read", _("read ratings and completeness")
    METRICS = "metrics", _("read the metrics of the server")


class ReadToken(models.Model):
    """A token of another system. The token itself is not kept: `finder` finds it, `digest` proves it.

    Attributes:
        digest: SHA-256 of the token; it is 256 random bits, so nothing slower is needed.
        unit: It may read this unit and those below; None = all.
        exact_times: It sees when each rating was given, and sees it at once; others see hours, later.
        minute: The minute in which it was used last, and `used_in_minute`, how often.
    """

    name = Line(_("name"), max_length=LONGEST_NAME)
    finder = models.CharField(_("beginning"), max_length=FINDER_LENGTH, db_collation="C", unique=True)
    digest = models.BinaryField()
    purpose = models.CharField(_("purpose"), max_length=7, choices=Purpose, default=Purpose.READ)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    exact_times = models.BooleanField(_("exact times"), default=False)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True, blank=True)
    minute = models.DateTimeField(null=True, blank=True)
    used_in_minute = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("token of another system")
        verbose_name_plural = _("tokens of other systems")
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(name="read_token_has_name", condition=~Q(name="")),
            models.CheckConstraint(name="read_token_digest", condition=has_bytes("digest", DIGEST_BYTES)),
            models.CheckConstraint(name="read_token_purpose", condition=Q(purpose__in=Purpose.values)),
            models.CheckConstraint(name="read_token_expires", condition=Q(expires_at__gt=F("created_at"))),
        )

    def __str__(self) -> str:
        return self.name


class Repeat(models.Model):
    """What a `repeat` entry says: presses in the visit of the rating `of` that do not count, `n1` to `n5` by level."""

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "seq")
    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    seq = models.BigIntegerField()
    of = models.BigIntegerField()
    n1 = models.IntegerField()
    n2 = models.IntegerField()
    n3 = models.IntegerField()
    n4 = models.IntegerField()
    n5 = models.IntegerField()
    changed = models.BigIntegerField(db_default=Stamp(), db_index=True)


class GoneRating(models.Model):
    """A rating that a unit had and has no more: it is another's now, or nobody's. Written by a trigger.

    `unit` is the one that it was of.
    """

    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    changed = models.BigIntegerField(db_default=Stamp(), db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="gone_rating_once",
                fields=("device", "ledger_id", "seq", "hash", "unit"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="gone_rating_hash", condition=has_bytes("hash", HASH_BYTES)),
        )


class MovedUnit(models.Model):
    """A unit came to belong to another one: who may read what has changed. Written by a trigger."""

    unit = models.ForeignKey(Unit, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    before = models.BigIntegerField(null=True)
    changed = models.BigIntegerField(db_default=Stamp(), db_index=True)
