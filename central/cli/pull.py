"""``hailong-central pull``."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from central.cli.common import data_dir_option, server
from central.pulling.guard import NotAllowed, networks_of
from sync.errors import SyncError, Trouble, Unreachable
from sync.protocol import ProtocolError

if TYPE_CHECKING:
    from central.pulling.pull import Pulled

PATIENCE_S = 10.0
"""A terminal that has just been started tells its address with its first heartbeat."""

_LOOK_S = 0.2


@click.command()
@data_dir_option
@click.option("--device", required=True, metavar="DEVICE", help="The terminal's id.")
@click.option(
    "--pull-allow",
    multiple=True,
    metavar="NETWORK",
    envvar="HAILONG_CENTRAL_PULL_ALLOW",
    help="A network whose terminals may be asked; by default those that “serve” was started with.",
)
def pull(data_dir: Path | None, device: str, pull_allow: tuple[str, ...]) -> None:
    """Ask a terminal for its ratings now. Prints how many entries were new, and the hash of the last one."""
    networks = listed_networks(pull_allow) if pull_allow else None
    with server(data_dir):
        from django.db import Error

        from central import identity
        from central.pulling.pull import NotPulled
        from central.pulling.pull import pull as fetch

        try:
            policy = identity.pull_policy(networks)
            pulled = _patiently(lambda: fetch(device.upper(), policy))
        except (NotPulled, NotAllowed, SyncError, ProtocolError, Error) as error:
            raise click.ClickException(str(error)) from error
        click.echo(json.dumps({"pulled": pulled.n, "head": pulled.head.hex()}))


def _patiently(fetch: Callable[[], "Pulled"]) -> "Pulled":
    """Once more, for a while, where the terminal has no address yet, or nobody listens at the one that it had."""
    from central.pulling.pull import NoAddress

    end_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return fetch()
        except NoAddress:
            if time.monotonic() >= end_s:
                raise
        except Unreachable as error:
            if error.trouble is not Trouble.REFUSED or time.monotonic() >= end_s:
                raise
        time.sleep(_LOOK_S)


def listed_networks(listed: tuple[str, ...]) -> str:
    """Networks as they are kept. Raises `click.UsageError`."""
    try:
        return " ".join(map(str, networks_of(" ".join(listed))))
    except ValueError as error:
        raise click.UsageError(f"--pull-allow is a network such as 10.0.0.0/8: {error}") from error
