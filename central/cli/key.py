"""``hailong-central key``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.group()
def key() -> None:
    """The key by which terminals know this server: list, rotate, retire."""


@contextmanager
def _explained() -> Iterator[None]:
    from central.keyring import NotNow

    try:
        yield
    except NotNow as error:
        raise click.ClickException(str(error)) from error


@key.command("list")
@data_dir_option
def list_keys(data_dir: Path | None) -> None:
    """Print each key as one line of JSON: what it is, and how many terminals have pinned it."""
    with server(data_dir):
        from central import keyring

        for found in keyring.listed():
            said = {"key_id": found.key_id, "state": found.state, "terminals": found.terminals}
            click.echo(json.dumps(said))


@key.command()
@data_dir_option
def rotate(data_dir: Path | None) -> None:
    """Make a new key; terminals hear of it with their next heartbeats, and both sign until the old one is retired."""
    with server(data_dir), _explained():
        from central import audit, keyring

        click.echo(json.dumps({"key_id": keyring.rotate(audit.COMMAND)}))


@key.command()
@data_dir_option
@click.option(
    "--force", is_flag=True, help="Also where terminals believe it alone: they must be enrolled again."
)
def retire(data_dir: Path | None, force: bool) -> None:
    """End the key before the present one: it signs nothing any more."""
    with server(data_dir), _explained():
        from central import audit, keyring

        click.echo(json.dumps({"retired": keyring.retire(audit.COMMAND, force=force)}))
