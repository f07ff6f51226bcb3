"""Copies of the terminals' ledgers: stored bytes, exactly as they came, and what was learned from them.

A ledger is (device, ledger_id); an entry adds its seq. Hot tables carry no foreign key to `Ledger`: their rows are
written only by the transaction that holds the ledger's row.
"""

from django.db import models
from django.db.models import F, Q

from central.models.devices import Device, has_bytes
from central.models.organisation import Counter, Unit

LEDGER_ID_BYTES, HASH_BYTES = 16, 32


class TagState(models.TextChoices):
    """What the evolving tag says of the entries that are held."""

    NONE = "none"
    PENDING = "pending"
    GOOD = "good"
    BROKEN = "broken"


class Ledger(models.Model):
    """The head of a copy.

    Attributes:
        admitted: Its ratings may count (the ledger of the enrolment; others when an administrator admitted them).
        size: The last seq that is held.
        head: Its hash; zeros for size 0.
        recorded: The largest size that the terminal has signed.
        tag_seq: The last seq whose tag is known.
        tag_key: K(tag_seq + 1); with `tag`, where verification goes on.
        tag: tag(tag_seq).
        continues_ledger: The ledger that it replaces, and `continues_seq`, the last seq that was known of it.
        refused_presses: Presses that the terminal could not keep.
        uncountable: Entries that should say something about a rating and do not; kept, and counted as nothing.
        ended_at: When another history of it was seen, or a ledger that replaces it. When it goes on after that, two
            copies of the terminal are alive; that is told once, until another history is seen again.
        gap_since: Since when the terminal has been asked for entries before those that it sends.
    """

    pk = models.CompositePrimaryKey("device_id", "ledger_id")
    device = models.ForeignKey(Device, models.PROTECT, related_name="ledgers")
    ledger_id = models.BinaryField()
    admitted = models.BooleanField(default=False)
    size = models.BigIntegerField(default=0)
    head = models.BinaryField(default=bytes(HASH_BYTES))
    recorded = models.BigIntegerField(default=0)
    tag_seq = models.BigIntegerField(null=True)
    tag_key = models.BinaryField(null=True)
    tag = models.BinaryField(null=True)
    tag_state = models.CharField(max_length=7, choices=TagState, default=TagState.NONE)
    continues_ledger = models.BinaryField(null=True)
    continues_seq = models.BigIntegerField(null=True)
    refused_presses = models.BigIntegerField(default=0)
    uncountable = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    gap_since = models.DateTimeField(null=True)
    first_received_at = models.DateTimeField(null=True)
    last_received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="ledger_id_16_bytes", condition=has_bytes("ledger_id", LEDGER_ID_BYTES)
            ),
            models.CheckConstraint(name="ledger_head_32_bytes", condition=has_bytes("head", HASH_BYTES)),
            models.CheckConstraint(
                name="ledger_sizes", condition=Q(size__gte=0) & Q(recorded__gte=F("size"))
            ),
            models.CheckConstraint(name="ledger_tag_state", condition=Q(tag_state__in=TagState.values)),
            models.CheckConstraint(
                name="ledger_tag_whole",
                condition=Q(tag_seq__isnull=True, tag_key__isnull=True, tag__isnull=True)
                | Q(tag_seq__isnull=False, tag_key__isnull=False, tag__isnull=False),
            ),
        )


class Entry(models.Model):
    """One entry, as the terminal stored it. `prev` is the hash of the entry before."""

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "seq")
    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    seq = models.BigIntegerField()
    boot_n = models.BigIntegerField()
    boottime_ns = models.BigIntegerField()
    kind = models.CharField(max_length=255, db_collation="C")
    payload = models.BinaryField()
    hash = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="entry_numbers", condition=Q(seq__gte=1, boot_n__gte=0, boottime_ns__gte=0)
            ),
            models.CheckConstraint(name="entry_hash_32_bytes", condition=has_bytes("hash", HASH_BYTES)),
            models.CheckConstraint(name="entry_ledger_id", condition=has_bytes("ledger_id", LEDGER_ID_BYTES)),
        )


class ConfigInForce(models.Model):
    """A `config` entry that central signed for this device: who the ratings after it belong to."""

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "seq")
    device = models.ForeignKey(Device, models.PROTECT, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    seq = models.BigIntegerField()
    revision = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, db_constraint=False, related_name="+")
    counter = models.ForeignKey(Counter, models.PROTECT, db_constraint=False, related_name="+")


class Press(models.Model):
    """What a `correction` or a `void` says.

    Attributes:
        of: The seq of the rating (correction), or of the rating or correction that is taken back (void).
        level: What the rating was corrected to; None for a void.
    """

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "seq")
    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    seq = models.BigIntegerField()
    of = models.BigIntegerField()
    level = models.SmallIntegerField(null=True)

    class Meta:
        indexes = (models.Index(name="press_of", fields=("device", "ledger_id", "of")),)
        constraints = (
            models.CheckConstraint(name="press_level", condition=Q(level=None) | Q(level__range=(1, 5))),
            models.CheckConstraint(name="press_is_later", condition=Q(of__lt=F("seq"))),
        )


class Salvaged(models.Model):
    """An entry of a closed ledger that a later one carries (kind `salvaged`), when its own hash is right.

    Attributes:
        ledger_id: Of the closed ledger; `seq`, `prev`, `hash` and the rest are as stored there.
        carrier_ledger: Which ledger brought it, and at which seq.
    """

    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    seq = models.BigIntegerField()
    boot_n = models.BigIntegerField()
    boottime_ns = models.BigIntegerField()
    kind = models.CharField(max_length=255, db_collation="C")
    payload = models.BinaryField()
    prev = models.BinaryField()
    hash = models.BinaryField()
    carrier_ledger = models.BinaryField()
    carrier_seq = models.BigIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="salvaged_once", fields=("device", "ledger_id", "seq", "hash", "carrier_ledger")
            ),
            models.CheckConstraint(name="salvaged_hash", condition=has_bytes("hash", HASH_BYTES)),
        )


class BrokenTag(models.Model):
    """Entries over which the evolving tag does not fit.

    Attributes:
        after: The last seq whose tag was right.
        until: The last seq that is in doubt; None: all that follow, until a later tag fits over all of them (then the
            row goes), or the terminal enrols again.
    """

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "after")
    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    after = models.BigIntegerField()
    until = models.BigIntegerField(null=True)


class Boot(models.Model):
    """A boot of a terminal, as its entries show it."""

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "boot_n")
    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    boot_n = models.BigIntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    last_boottime_ns = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(name="boot_seqs", condition=Q(last_seq__gte=F("first_seq"))),)


class Anchor(models.Model):
    """What a `clock_anchor` entry says. `binding`: it may be relied on (docs/protocol.md, *Time*)."""

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "seq")
    device = models.ForeignKey(Device, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    ledger_id = models.BinaryField()
    seq = models.BigIntegerField()
    boot_n = models.BigIntegerField()
    at_ns = models.BigIntegerField()
    utc_ms = models.BigIntegerField()
    error_ms = models.BigIntegerField()
    source = models.CharField(max_length=20)
    binding = models.BooleanField()

    class Meta:
        indexes = (models.Index(name="anchor_boot", fields=("device", "ledger_id", "boot_n", "at_ns")),)
        constraints = (models.CheckConstraint(name="anchor_error", condition=Q(error_ms__gte=0)),)


class Receipt(models.Model):
    """What central signed: the last of each day, so the newest too. `note` is the rendered receipt."""

    pk = models.CompositePrimaryKey("device_id", "ledger_id", "day")
    device = models.ForeignKey(Device, models.PROTECT, db_index=False, related_name="receipts")
    ledger_id = models.BinaryField()
    day = models.DateField()
    size = models.BigIntegerField()
    head = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(name="receipt_size", condition=Q(size__gte=0)),
            models.CheckConstraint(name="receipt_head", condition=has_bytes("head", HASH_BYTES)),
        )
