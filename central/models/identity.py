"""Which server the database belongs to."""

from django.db import models
from django.db.models import Q

from central.models.devices import has_bytes


class Identity(models.Model):
    """One row: all processes on one database must have the same keys, or terminals would not know whom to believe.

    Attributes:
        public_key: Central's.
        secret_check: A MAC by which a process sees that it has the same secret.
        public_url: What terminals are told; the one with which `serve` was started last.
        pull_allow: The networks whose terminals may be asked, separated by blanks; as `serve` was started last.
        checked_at: When somebody asked whether the database takes writes.
        feed_life: The life of the feed of changes; cursors of another are refused (`central.reading.life`).
        feed_base: What is added to the number of a transaction for its stamp.
        feed_origin: The cluster in which that holds.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    public_key = models.BinaryField()
    secret_check = models.BinaryField()
    public_url = models.CharField(max_length=200, blank=True)
    pull_allow = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True)
    feed_life = models.CharField(max_length=16, blank=True)
    feed_base = models.BigIntegerField(default=0)
    feed_origin = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="identity_only_one", condition=Q(id=1)),
            models.CheckConstraint(name="identity_public_key", condition=has_bytes("public_key", 32)),
        )


class ServerKey(models.Model):
    """A key of this server's that is or was: what it signed then stays said.

    Attributes:
        retired_at: Since when it signs nothing any more.
    """

    public_key = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="server_key_32_bytes", condition=has_bytes("public_key", 32)),
        )
