"""What a terminal is told: where it stands, and how it is set. Signed, and never two things under one number."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from django.db import transaction

from central import clock, server, tree
from central.models import Counter, Device, DeviceStatus, IssuedConfig, Unit
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import LEVELS, ConfigStatement, Setting, config_of
from sync.settings import WORDS

Holder: TypeAlias = Device | Counter | Unit
"""Whoever may have settings. A terminal's stand over its counter's, those over its unit's and those above."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A value, and who says so."""

    value: Setting
    by: Holder


def applying(device: Device) -> dict[str, Applied]:
    """What a terminal is told, by dotted key; words that nobody has are left out."""
    found: dict[str, Applied] = {}
    for holder in _upwards(device):
        for key, value in _said_by(holder).items():
            found.setdefault(key, Applied(value, holder))
    return found


def inherited(holder: Holder) -> dict[str, Applied]:
    """What stands where the holder itself says nothing."""
    found: dict[str, Applied] = {}
    for above in list(_upwards(holder))[1:]:
        for key, value in _said_by(above).items():
            found.setdefault(key, Applied(value, above))
    return found


def _upwards(holder: Holder) -> Iterator[Holder]:
    """The holder, and whoever stands behind it."""
    if isinstance(holder, Device):
        yield holder
        yield from _upwards(holder.counter)
    elif isinstance(holder, Counter):
        yield holder
        yield from _upwards(holder.unit)
    else:
        yield from reversed(tree.way_to(holder))


def _said_by(holder: Holder) -> dict[str, Setting]:
    own: dict[str, Setting] = holder.settings
    if not isinstance(holder, Counter):
        return own
    words = {
        "texts.unit": holder.unit.name,
        "texts.department": holder.department,
        "texts.counter": holder.name,
        "texts.field": holder.field.name if holder.field else "",
        "texts.question": holder.question,
    } | {f"labels.level_{level}": label for level, label in enumerate(holder.labels, 1)}
    return own | {key: text for key, text in words.items() if text}


def issue(device: Device) -> IssuedConfig:
    """The statement for a device as it is now: a new revision, unless nothing has changed.

    The caller's transaction holds the device's row. `device.config_revision` is updated and saved.

    Raises:
        django.db.Error: It could not be kept.
    """
    said = _statement(device)
    newest = current(device)
    device.config_due = False
    if newest is not None:
        note = parse_note(newest.note)
        if replace(config_of(note), revision=said.revision) == said:
            device.save(update_fields=["config_due"])
            return newest
    made = IssuedConfig.objects.create(
        device=device,
        revision=said.revision,
        unit_id=device.counter.unit_id,
        counter=device.counter,
        note=server.this().keys.sign(said.text()).render(),
        created_at=clock.now(),
    )
    device.config_revision = said.revision
    device.save(update_fields=["config_revision", "config_due"])
    return made


def _statement(device: Device) -> ConfigStatement:
    values = {key: applied.value for key, applied in applying(device).items()}

    def word(key: str) -> str:
        return str(values.get(key, ""))

    return ConfigStatement(
        device=device.pk,
        revision=device.config_revision + 1,
        unit_id=str(device.counter.unit_id),
        counter_id=str(device.counter_id),
        unit=word("texts.unit"),
        department=word("texts.department"),
        counter=word("texts.counter"),
        field=word("texts.field"),
        question=word("texts.question"),
        labels=tuple(word(f"labels.level_{level}") for level in range(1, LEVELS + 1)),
        settings={key: value for key, value in sorted(values.items()) if not key.startswith(WORDS)},
    )


def current(device: Device) -> IssuedConfig | None:
    """The newest statement for a device; None where there is none yet."""
    return IssuedConfig.objects.filter(device=device, revision=device.config_revision).first()


def rendered(issued: IssuedConfig) -> str:
    """The statement as it is sent: signed by the keys of now, whichever signed it when it was made."""
    return server.this().keys.sign(parse_note(issued.note).text).render()


def newest(device: Device) -> IssuedConfig | None:
    """The same, after what has become due was done.

    Raises:
        django.db.Error: It could not be kept.
    """
    if device.config_due:
        tell(device.pk)
        device.refresh_from_db(fields=["config_revision"])
    return current(device)


def tell(device_id: str) -> IssuedConfig | None:
    """Give an accepted terminal a new configuration, if anything in it has changed; None for any other terminal.

    Raises:
        django.db.Error: It could not be kept.
    """
    with transaction.atomic():
        device = Device.objects.select_for_update().get(pk=device_id)
        return issue(device) if device.status == DeviceStatus.ACCEPTED else None
