"""Terminals: who they are, by which keys they speak, where they stand, and the codes that let them in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from central.models.organisation import Counter, Unit
from sync.codes import ALPHABET, DEVICE_LENGTH, FINDER_LENGTH

TRIES = 5
"""So many wrong proofs burn a code."""


def has_bytes(field: str, length: int) -> Exact:
    """The condition that a binary column has this many bytes."""
    return Exact(Length(field), length)


class DeviceStatus(models.TextChoices):
    """How far a terminal has come. `RESERVED`: an id that waits for the terminal that uses its code."""

    RESERVED = "reserved", _("waiting for the terminal")
    PENDING = "pending", _("waiting for an administrator")
    ACCEPTED = "accepted", _("accepted")
    REVOKED = "revoked", _("revoked")


class Device(models.Model):
    """A terminal.

    Attributes:
        config_revision: The newest configuration that was signed for it.
        config_due: What it is told may have changed; its next heartbeat finds out.
        config_used: The one that it uses, by its own word.
        config_refused: The one that it does not use, or not wholly.
        central_key: The id of the key of this server that it has pinned, by its own word.
        rotate_key: The id of the key that it is asked to replace; any other one is not meant.
        settings: What it is told beside the texts of its counter, by dotted key (`sync.settings`).
    """

    id = models.CharField(_("id"), primary_key=True, max_length=DEVICE_LENGTH, db_collation="C")
    status = models.CharField(_("status"), max_length=8, choices=DeviceStatus, default=DeviceStatus.RESERVED)
    counter = models.ForeignKey(Counter, models.PROTECT, related_name="devices", verbose_name=_("counter"))
    config_revision = models.PositiveIntegerField(_("configuration"), default=0)
    config_due = models.BooleanField(default=False)
    config_used = models.PositiveIntegerField(_("configuration in use"), default=0)
    config_refused = models.PositiveIntegerField(_("refused configuration"), null=True, blank=True)
    config_reason = models.CharField(_("why it was refused"), max_length=300, blank=True)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    rotate_key = models.CharField(_("key to be replaced"), max_length=16, blank=True)
    central_key = models.CharField(max_length=16, blank=True)
    board_serial = models.CharField(_("serial number of the board"), max_length=100, blank=True)
    program = models.CharField(_("program"), max_length=100, blank=True)
    waiting = models.BigIntegerField(_("entries that wait"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    enrolled_at = models.DateTimeField(_("enrolled"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last heard"), null=True, blank=True)
    pull_wanted = models.BooleanField(
        _("fetch its ratings"),
        default=False,
        help_text=_("The server asks the terminal by itself, at the address that the terminal tells."),
    )
    pull_url = models.CharField(_("address for fetching"), max_length=200, blank=True)
    pull_due_at = models.DateTimeField(null=True, blank=True)
    pulled_at = models.DateTimeField(_("last fetched"), null=True, blank=True)
    pull_trouble = models.CharField(_("why fetching failed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("terminal")
        verbose_name_plural = _("terminals")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="device_status", condition=Q(status__in=DeviceStatus.values)),
            models.CheckConstraint(
                name="device_id", condition=Q(id__regex=f"^[{ALPHABET}]{{{DEVICE_LENGTH}}}$")
            ),
            models.CheckConstraint(
                name="device_accepted", condition=~Q(status="accepted") | Q(accepted_at__isnull=False)
            ),
            models.CheckConstraint(
                name="device_revoked", condition=Q(revoked_at__isnull=False) | ~Q(status="revoked")
            ),
        )

    def __str__(self) -> str:
        return self.id


class DeviceKey(models.Model):
    """An Ed25519 key of a terminal. It names the terminal in every signature.

    Attributes:
        replaces: The key whose place it takes: that one is good until something signed by this one was seen.
    """

    device = models.ForeignKey(Device, models.PROTECT, related_name="keys")
    key_id = models.CharField(max_length=16, unique=True, db_collation="C")
    public_key = models.BinaryField()
    valid_from = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        constraints = (
            models.CheckConstraint(name="device_key_32_bytes", condition=has_bytes("public_key", 32)),
            models.CheckConstraint(name="device_key_id", condition=Q(key_id__regex="^[0-9a-f]{16}$")),
            models.UniqueConstraint(name="device_key_public_key", fields=("public_key",)),
        )

    def __str__(self) -> str:
        return self.key_id


class EvolvingKey(models.Model):
    """The first evolving key that a terminal was given; `evolve_check` is what its `enrolled` entry says."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="evolving_keys")
    first_key = models.BinaryField()
    evolve_check = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(name="evolving_key_32_bytes", condition=has_bytes("first_key", 32)),
            models.UniqueConstraint(name="evolving_key_once", fields=("device", "evolve_check")),
        )


class EnrolmentCode(models.Model):
    """A one-time code for one device. The code itself is not kept: `finder` finds it, `proof` proves it.

    Attributes:
        finder: The first characters of the code.
        proof: HMAC-SHA-256(secret of this server, code).
        accept: The terminal needs no comparing of keys.
        public_key: The only key that it lets in: somebody has confirmed it, and nobody is told the code. None = any.
    """

    device = models.ForeignKey(Device, models.PROTECT, related_name="codes")
    finder = models.CharField(max_length=FINDER_LENGTH, db_collation="C")
    proof = models.BinaryField()
    accept = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(DeviceKey, models.PROTECT, null=True, blank=True)
    burnt_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    public_key = models.BinaryField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(
                name="code_public_key", fields=("public_key",), condition=Q(public_key__isnull=False)
            ),
        )
        constraints = (
            # Until it is used or burnt nothing else may have the finder: a wrong try burns exactly one code.
            models.UniqueConstraint(name="code_finder", fields=("finder",)),
            models.CheckConstraint(name="code_proof_32_bytes", condition=has_bytes("proof", 32)),
            models.CheckConstraint(name="code_public_key_32_bytes", condition=has_bytes("public_key", 32)),
            models.CheckConstraint(name="code_tries", condition=Q(wrong_tries__lte=TRIES)),
            models.CheckConstraint(
                name="code_used",
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
            ),
            models.CheckConstraint(name="code_expires", condition=Q(expires_at__gt=F("created_at"))),
        )


class IssuedConfig(models.Model):
    """A configuration statement that central signed: the same revision never says two things."""

    pk = models.CompositePrimaryKey("device_id", "revision")
    device = models.ForeignKey(Device, models.PROTECT, related_name="configs")
    revision = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT)
    counter = models.ForeignKey(Counter, models.PROTECT)
    note = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(name="issued_config_from_1", condition=Q(revision__gte=1)),)
