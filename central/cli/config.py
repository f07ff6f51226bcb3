"""``hailong-central config``: what terminals are told to look, sound and behave like."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from central.cli.common import data_dir_option, server
from sync.settings import BadSettings, as_file, read, shown

if TYPE_CHECKING:
    from central.models import Device


@click.group()
def config() -> None:
    """Settings of terminals: push, show, list."""


@config.command()
@data_dir_option
@click.option("--device", "device_id", required=True, metavar="DEVICE", help="The terminal's id.")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def push(data_dir: Path | None, device_id: str, file: Path) -> None:
    """Give a terminal the settings of FILE (TOML or JSON with the terminal's own keys; - = standard input).

    They take the place of those that were pushed before; what FILE does not say is as the counter, the unit or the
    terminal itself has it. Prints the revision of the configuration that was signed; it is null while the terminal is
    not accepted.
    """
    try:
        settings = read(file)
    except BadSettings as bad:
        raise _bad(bad) from bad
    with server(data_dir):
        from central import registry
        from central.configuring import configure_device
        from central.models import Device

        try:
            issued = configure_device(device_id.upper(), settings, registry.Actor())
        except BadSettings as bad:
            raise _bad(bad) from bad
        except Device.DoesNotExist as error:
            raise click.ClickException(f"there is no terminal {device_id}") from error
        except registry.NotPossible as error:
            raise click.ClickException(str(error)) from error
        revision = None if issued is None else issued.revision
        click.echo(json.dumps({"device": device_id.upper(), "revision": revision}))


@config.command()
@data_dir_option
@click.option("--device", "device_id", required=True, metavar="DEVICE", help="The terminal's id.")
def show(data_dir: Path | None, device_id: str) -> None:
    """Print a terminal's settings as a file for “push”; what its counter and its units say follows as comments."""
    with server(data_dir):
        from central import configs
        from central.models import Device

        device = Device.objects.filter(pk=device_id.upper()).first()
        if device is None:
            raise click.ClickException(f"there is no terminal {device_id}")
        click.echo(as_file(device.settings), nl=False)
        for key, applied in sorted(configs.inherited(device).items()):
            if key not in device.settings:
                click.echo(f"# {key} = {shown(applied.value)}  # {applied.by}")


@config.command("list")
@data_dir_option
def list_configs(data_dir: Path | None) -> None:
    """Print one line of JSON for each terminal: what was signed for it, what it uses, what it has refused and why."""
    with server(data_dir):
        from central.models import Device

        for device in Device.objects.all():
            click.echo(json.dumps({"device": device.pk} | state_of(device), ensure_ascii=False))


def state_of(device: "Device") -> dict[str, object]:
    """How far a terminal follows what it is told."""
    refused = None
    if device.config_refused is not None:
        refused = {"revision": device.config_refused, "reason": device.config_reason}
    return {
        "config_revision": device.config_revision,
        "config_used": device.config_used,
        "config_refused": refused,
    }


def _bad(bad: BadSettings) -> click.ClickException:
    return click.ClickException("\n".join(["these settings cannot be used:", *bad.lines("en")]))
