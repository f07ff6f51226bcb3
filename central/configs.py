"""What a terminal is told about where it stands: signed, numbered, and never two things under one number."""

from dataclasses import replace

from central import clock, server
from central.models import Device, IssuedConfig
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import ConfigStatement, config_of


def issue(device: Device) -> IssuedConfig:
    """The statement for the counter where a device stands now: a new revision, unless nothing has changed.

    The caller's transaction holds the device's row. `device.config_revision` is updated and saved.

    Raises:
        django.db.Error: It could not be kept.
    """
    counter = device.counter
    said = ConfigStatement(
        device=device.pk,
        revision=device.config_revision + 1,
        unit_id=str(counter.unit_id),
        counter_id=str(counter.pk),
        unit=counter.unit.name,
        department=counter.department,
        counter=counter.name,
        field=counter.field.name if counter.field else "",
        question=counter.question,
        labels=tuple(counter.labels),
    )
    newest = current(device)
    if newest is not None and replace(config_of(parse_note(newest.note)), revision=said.revision) == said:
        return newest
    made = IssuedConfig.objects.create(
        device=device,
        revision=said.revision,
        unit_id=counter.unit_id,
        counter=counter,
        note=server.this().key.sign(said.text()).render(),
        created_at=clock.now(),
    )
    device.config_revision = said.revision
    device.save(update_fields=["config_revision"])
    return made


def current(device: Device) -> IssuedConfig | None:
    """The newest statement for a device; None where there is none yet."""
    return IssuedConfig.objects.filter(device=device, revision=device.config_revision).first()
