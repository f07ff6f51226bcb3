"""What people must look at, and what they did: alarms, the audit log, used nonces, attempts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from central.models.devices import Device


class AlarmKind(models.TextChoices):
    """What may be wrong."""

    FORK = "fork", _("another history at a place that was known")
    GAP = "gap", _("entries are missing")
    CLONE = "clone", _("two copies of one terminal are alive")
    SILENCE = "silence", _("nothing is heard from the terminal")
    RESTORED = "restored", _("an older ledger was put back")
    TAG = "tag", _("the evolving tag does not fit")
    LEDGER = "ledger", _("a ledger that was not enrolled")
    SERIAL = "serial", _("another board")
    KEY = "key", _("a key that was replaced is used")


class Alarm(models.Model):
    """Open until somebody closes it; the same again while it is open adds nothing."""

    kind = models.CharField(_("kind"), max_length=10, choices=AlarmKind)
    device = models.ForeignKey(Device, models.PROTECT, related_name="alarms", verbose_name=_("terminal"))
    ledger_id = models.BinaryField(null=True)
    detail = models.JSONField(_("detail"), default=dict)
    opened_at = models.DateTimeField(_("opened"))
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("acknowledged by")
    )
    comment = models.TextField(_("comment"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ("-opened_at",)
        constraints = (
            models.CheckConstraint(name="alarm_kind", condition=Q(kind__in=AlarmKind.values)),
            models.UniqueConstraint(
                name="alarm_open_once",
                fields=("device", "kind", "ledger_id"),
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.device_id}"


class Evidence(models.Model):
    """What a terminal signed that contradicts what is held: kept, beside what it contradicts.

    Attributes:
        digest: SHA-256 of checkpoint and body; the same evidence is kept once.
        body: The batch as it came, unpacked.
    """

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="evidence")
    received_at = models.DateTimeField()
    digest = models.BinaryField()
    checkpoint = models.TextField()
    body = models.BinaryField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(name="evidence_once", fields=("alarm", "digest")),)


class Action(models.TextChoices):
    """What is done most; the column takes any word."""

    CREATE = "create", _("create")
    CHANGE = "change", _("change")
    DELETE = "delete", _("delete")
    ENROL = "enrol", _("enrol")
    ACCEPT = "accept", _("accept")
    REVOKE = "revoke", _("revoke")
    ADMIT = "admit", _("admit a ledger")
    CODE = "code", _("new code")
    CONFIRM = "confirm", _("confirm a key")
    ROTATE = "rotate", _("ask for another key")
    KEY = "key", _("another key")
    LOAD = "load", _("load units")
    LOGIN = "login", _("log in")
    PASSWORD = "password", _("set a password")
    RIGHTS = "rights", _("set rights")


class AuditLog(models.Model):
    """Who changed what. Append-only: the database refuses every change and removal."""

    at = models.DateTimeField(_("at"), db_index=True)
    actor = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("what"), max_length=30, choices=Action)
    object_type = models.CharField(_("kind of object"), max_length=50)
    object_id = models.CharField(_("object"), max_length=100)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("log of changes")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.object_id}".strip()


class UsedNonce(models.Model):
    """A nonce that signed a request: never again. Removed once it is too old to be accepted anyway."""

    nonce = models.BinaryField(primary_key=True)
    expires_at = models.DateTimeField(db_index=True)


class Attempt(models.Model):
    """How often an address tried to enrol in one minute."""

    pk = models.CompositePrimaryKey("address", "minute")
    address = models.GenericIPAddressField()
    minute = models.DateTimeField()
    n = models.PositiveIntegerField(default=0)
