"""Settings of terminals: for one, for those of a counter, or for those of a unit and of all units below it."""

from collections.abc import Iterator, Mapping

from django.db import transaction
from django.db.models import QuerySet

from central import audit, configs, tree
from central.configs import Holder
from central.models import Counter, Device, DeviceStatus, IssuedConfig, Unit
from central.registry import Actor, NotPossible
from sync.settings import BadSettings, Settings, checked, fit

NOT_OF_MANY = frozenset({"texts.unit", "texts.department", "texts.counter", "texts.field"})
"""What says where one terminal stands cannot be said for a unit."""


class NotTogether(ValueError):
    """With the new settings those of somebody below would not fit together any more.

    Attributes:
        holder: Who.
        bad: What would not fit.
    """

    def __init__(self, holder: Holder, bad: BadSettings) -> None:
        super().__init__(f"{holder._meta.verbose_name} {holder.pk}: {bad}")
        self.holder, self.bad = holder, bad


def configure_device(device_id: str, raw: Mapping[str, object], actor: Actor) -> IssuedConfig | None:
    """Give one terminal settings, in place of those that it was given before; it is told with its next heartbeat.

    Args:
        device_id: Its id.
        raw: By dotted key.
        actor: Who does it.

    Returns:
        What was signed; None for a terminal that is not accepted yet, which gets it when it is.

    Raises:
        BadSettings: Nothing was changed.
        NotPossible: The terminal is revoked.
        Device.DoesNotExist: There is none.
    """
    settings = checked(raw)
    with transaction.atomic():
        device = Device.objects.select_for_update().get(pk=device_id)
        if device.status == DeviceStatus.REVOKED:
            raise NotPossible(f"{device.pk} is revoked")
        _keep(device, settings, actor)
        fit({key: applied.value for key, applied in configs.applying(device).items()})
        return configs.tell(device.pk)


def configure(holder: Holder, raw: Mapping[str, object], actor: Actor) -> None:
    """Give a terminal, a counter or a unit settings, in place of those before. Terminals are told as they are heard.

    Args:
        holder: As it is in the database; its row is locked by the caller, or else nobody else changes it.
        raw: By dotted key.
        actor: Who does it.

    Raises:
        BadSettings: They are not right, or do not fit together.
        NotTogether: They do not fit to those of somebody below.
        NotPossible: The terminal is revoked.
    """
    if isinstance(holder, Device):
        configure_device(holder.pk, raw, actor)
        return
    settings = checked(raw)
    with transaction.atomic():
        _keep(holder, settings, actor)
        fit(_values(holder))
        for below in _settled_below(holder):
            try:
                fit(_values(below))
            except BadSettings as bad:
                raise NotTogether(below, bad) from bad
        devices_of(holder).update(config_due=True)


def devices_of(holder: Unit | Counter) -> QuerySet[Device]:
    """The terminals of a counter, or of a unit and all below it."""
    if isinstance(holder, Counter):
        return Device.objects.filter(counter=holder)
    return Device.objects.filter(counter__unit__in=tree.below(holder))


def _keep(holder: Holder, settings: Settings, actor: Actor) -> None:
    before = audit.values(holder)
    holder.settings = settings
    holder.save(update_fields=["settings"])
    old, new = audit.changed(before, audit.values(holder))
    if new:
        audit.record(actor.name, "settings", holder, old, new)


def _values(holder: Holder) -> Settings:
    own = dict(holder.settings)
    return {key: applied.value for key, applied in configs.inherited(holder).items()} | own


def _settled_below(holder: Unit | Counter) -> Iterator[Holder]:
    """Whoever below has settings of their own: only there can something not fit that fits above."""
    if isinstance(holder, Unit):
        units = tree.below(holder)
        yield from Unit.objects.filter(pk__in=units).exclude(settings={}).exclude(pk=holder.pk)
        yield from Counter.objects.filter(unit__in=units).exclude(settings={}).select_related("unit", "field")
    found = devices_of(holder).exclude(settings={}).exclude(status=DeviceStatus.REVOKED)
    yield from found.select_related("counter__unit", "counter__field")
