"""``hailong-central receive``."""

import json
from pathlib import Path

import click

from central.cli.common import data_dir_option, server

NOT_ALL = 1
"""Exit code when a file was not taken in."""


@click.command()
@data_dir_option
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
def receive(data_dir: Path | None, files: tuple[Path, ...]) -> None:
    """Take in what terminals wrote to USB sticks (“hailong ledger export --sealed”).

    Prints a line of JSON for each file. Files of one terminal are taken in the order of their entries, whatever order
    they are given in; receiving one again changes nothing. The terminals get their receipts with their next contact.
    """
    with server(data_dir):
        from django.db import Error

        from central.receiving import NotReceived
        from central.receiving import receive as take_in

        failed = False
        for path in in_order(files):
            try:
                received = take_in(path)
            except (NotReceived, Error) as error:
                click.echo(f"{path}: {error}", err=True)
                failed = True
                continue
            header = received.header
            said = {
                "file": path.name,
                "device": header.device,
                "ledger_id": header.ledger,
                "size": header.size,
            }
            click.echo(json.dumps(said | {"new": received.new}))
    if failed:
        raise click.exceptions.Exit(NOT_ALL)


def in_order(files: tuple[Path, ...]) -> list[Path]:
    """By the first entry; what cannot be read comes last, where it is told."""
    from sync.sealing import NotSealed, header_of

    def first(path: Path) -> float:
        try:
            with path.open("rb") as file:
                return header_of(file).after
        except (OSError, NotSealed):
            return float("inf")

    return sorted(files, key=first)
