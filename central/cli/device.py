"""``hailong-central device``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from central.cli.common import data_dir_option, server
from central.cli.config import state_of

if TYPE_CHECKING:
    from central.models import Device
    from central.registry import Actor


@click.group()
def device() -> None:
    """Terminals: add, list, move, accept, revoke, ask for another key."""


@device.command()
@data_dir_option
@click.option("--unit", required=True, help="The unit's name, or its number where several have the name.")
@click.option("--counter", required=True, help="The counter's name.")
@click.option("--accept", is_flag=True, help="Nobody needs to compare keys afterwards.")
def add(data_dir: Path | None, unit: str, counter: str, accept: bool) -> None:
    """Make a one-time code for a terminal at a counter; the unit and the counter are made where they are missing."""
    with server(data_dir):
        from central import registry

        actor = registry.Actor()
        try:
            place = registry.counter_named(unit, counter, actor)
        except (registry.Ambiguous, registry.BadName) as error:
            raise click.ClickException(str(error)) from error
        reserved = registry.reserve(place, actor)
        _hand_out(reserved, actor, accept=accept)


@device.command()
@data_dir_option
@click.argument("device_id", metavar="DEVICE")
@click.option("--unit", required=True, help="The unit's name, or its number where several have the name.")
@click.option("--counter", required=True, help="The counter's name.")
def move(data_dir: Path | None, device_id: str, unit: str, counter: str) -> None:
    """Put a terminal at another counter; ratings that it has not sent yet stay with the counter before."""
    with server(data_dir):
        from central import registry
        from central.models import Device

        actor = registry.Actor()
        try:
            place = registry.counter_named(unit, counter, actor)
            moved = registry.move(device_id.upper(), place, actor)
        except (registry.Ambiguous, registry.BadName) as error:
            raise click.ClickException(str(error)) from error
        except Device.DoesNotExist as error:
            raise click.ClickException(f"there is no terminal {device_id}") from error
        said = {"device": moved.pk, "unit": place.unit.name, "counter": place.name}
        click.echo(json.dumps(said, ensure_ascii=False))


@device.command("list")
@data_dir_option
def list_devices(data_dir: Path | None) -> None:
    """Print each terminal as one line of JSON."""
    with server(data_dir):
        from central.models import Device

        for row in Device.objects.select_related("counter__unit").prefetch_related("keys"):
            said = {
                "device": row.pk,
                "status": row.status,
                "unit": row.counter.unit.name,
                "counter": row.counter.name,
                "key_ids": [key.key_id for key in row.keys.all() if key.revoked_at is None],
                "last_seen": None if row.last_seen_at is None else row.last_seen_at.isoformat(),
            } | state_of(row)
            click.echo(json.dumps(said, ensure_ascii=False))


@device.command()
@data_dir_option
@click.argument("device_id", metavar="DEVICE")
def accept(data_dir: Path | None, device_id: str) -> None:
    """Accept a pending terminal, after comparing the key id on its screen with the one of “device list”."""
    _change(data_dir, device_id, "accept")


@device.command()
@data_dir_option
@click.argument("device_id", metavar="DEVICE")
def revoke(data_dir: Path | None, device_id: str) -> None:
    """Revoke a terminal: nothing that it says is believed any more."""
    _change(data_dir, device_id, "revoke")


@device.command()
@data_dir_option
@click.argument("device_id", metavar="DEVICE")
@click.option("--accept", is_flag=True, help="Nobody needs to compare keys afterwards.")
def code(data_dir: Path | None, device_id: str, accept: bool) -> None:
    """Make a new one-time code for a terminal: after a repair, or where the one before expired."""
    with server(data_dir):
        from central import registry
        from central.models import Device

        try:
            found = Device.objects.get(pk=device_id.upper())
        except Device.DoesNotExist as error:
            raise click.ClickException(f"there is no terminal {device_id}") from error
        _hand_out(found, registry.Actor(), accept=accept)


@device.command()
@data_dir_option
@click.argument("device_id", metavar="DEVICE")
def rotate(data_dir: Path | None, device_id: str) -> None:
    """Ask a terminal to replace its key; it does so at its next heartbeat."""
    _change(data_dir, device_id, "rotate")


def _hand_out(device: "Device", actor: "Actor", *, accept: bool) -> None:
    """Make a code for a terminal, and print its ticket as one line of JSON."""
    from central import identity, registry
    from central.tickets import ticket

    made = ticket(registry.give_code(device, actor, accept=accept), identity.public_url())
    said = {"device": made.device, "code": made.code, "url": made.url, "qr_svg": made.qr_svg}
    click.echo(json.dumps(said, ensure_ascii=False))


def _change(data_dir: Path | None, device_id: str, action: str) -> None:
    with server(data_dir):
        from central import registry
        from central.models import Device

        change = {"accept": registry.accept, "revoke": registry.revoke, "rotate": registry.rotate}[action]
        try:
            changed = change(device_id.upper(), registry.Actor())
        except Device.DoesNotExist as error:
            raise click.ClickException(f"there is no terminal {device_id}") from error
        except registry.NotPossible as error:
            raise click.ClickException(str(error)) from error
        click.echo(json.dumps({"device": changed.pk, "status": changed.status}))
