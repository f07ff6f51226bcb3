"""Who is rated: units in a tree of any depth, and their counters. Both begin and may end; nothing is removed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from central.models.texts import Line
from kiosk.messages.statements import LEVELS, LONGEST_LABEL, LONGEST_TEXT


def no_labels() -> list[str]:
    """Five empty texts: the terminal's own words stand."""
    return [""] * LEVELS


class UnitKind(models.TextChoices):
    """What a unit is; reports group by it."""

    PROVINCE = "province", _("province or city")
    COMMUNE = "commune", _("commune, ward or special zone")
    AGENCY = "agency", _("agency or department")
    ONE_STOP = "one_stop", _("one-stop centre")
    OTHER = "other", _("other")


class Unit(models.Model):
    """An authority or a part of one. Old boundaries stay, with the day on which they ended."""

    name = Line(_("name"), max_length=LONGEST_TEXT)
    kind = models.CharField(_("kind"), max_length=10, choices=UnitKind, default=UnitKind.OTHER)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    official_code = Line(_("official code"), max_length=20, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    settings = models.JSONField(_("settings of its terminals"), default=dict, blank=True)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(name="unit_has_name", condition=~Q(name="")),
            models.CheckConstraint(name="unit_kind", condition=Q(kind__in=UnitKind.values)),
            models.CheckConstraint(name="unit_not_own_parent", condition=~Q(parent=F("id"))),
            models.CheckConstraint(name="unit_ends_after_begin", condition=Q(valid_to__gt=F("valid_from"))),
            models.UniqueConstraint(
                name="unit_once", fields=("parent", "name", "valid_from"), nulls_distinct=False
            ),
            models.UniqueConstraint(
                name="unit_official_code",
                fields=("kind", "official_code", "valid_from"),
                condition=~Q(official_code=""),
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return self.name


class Field(models.Model):
    """A field of work, such as land or civil status."""

    name = Line(_("name"), max_length=LONGEST_TEXT, unique=True)

    class Meta:
        verbose_name = _("field of work")
        verbose_name_plural = _("fields of work")
        ordering = ("name",)
        constraints = (models.CheckConstraint(name="field_has_name", condition=~Q(name="")),)

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """A counter of a unit, and what its terminal shows; empty texts leave the terminal's own."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="counters", verbose_name=_("unit"))
    name = Line(_("name"), max_length=LONGEST_TEXT)
    field = models.ForeignKey(
        Field, models.PROTECT, null=True, blank=True, related_name="counters", verbose_name=_("field of work")
    )
    department = Line(_("department"), max_length=LONGEST_TEXT, blank=True)
    question = Line(_("question"), max_length=LONGEST_TEXT, blank=True)
    labels = ArrayField(
        Line(max_length=LONGEST_LABEL, blank=True),
        size=LEVELS,
        default=no_labels,
        verbose_name=_("words of the levels"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    settings = models.JSONField(_("settings of its terminals"), default=dict, blank=True)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        ordering = ("unit", "name", "id")
        constraints = (
            models.CheckConstraint(name="counter_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="counter_ends_after_begin", condition=Q(valid_to__gt=F("valid_from"))
            ),
            models.CheckConstraint(name="counter_five_labels", condition=Q(labels__len=LEVELS)),
            models.UniqueConstraint(
                name="counter_once", fields=("unit", "name", "valid_from"), nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.unit}"
