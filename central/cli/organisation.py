"""``hailong-central organisation``."""

import json
from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.group()
def organisation() -> None:
    """Units of the country."""


@organisation.command()
@data_dir_option
@click.option("--province", metavar="CODE", help="Only this one, by its code or its name.")
def load(data_dir: Path | None, province: str | None) -> None:
    """Make the 34 provinces and their communes as units. What is there already stays."""
    with server(data_dir):
        from central import audit
        from central import organisation as seed

        try:
            made = seed.load(audit.COMMAND, province)
        except seed.SeedMissing as error:
            raise click.ClickException(str(error)) from error
        click.echo(json.dumps({"provinces": made.provinces, "communes": made.communes}))
