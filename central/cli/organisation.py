"""``hailong-central organisation``."""

import json
from dataclasses import asdict
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


@organisation.command("import")
@data_dir_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def import_table(data_dir: Path | None, file: Path, dry_run: bool) -> None:
    """Import units and counters from a table (XLSX or CSV), whole or not at all; every wrong row is named."""
    with server(data_dir):
        from django.utils import translation

        from central import registry
        from central.imports import apply, sheet

        with translation.override("en"):
            try:
                done = apply.run(_read(file, sheet.MOST_BYTES + 1), registry.Actor(), dry=dry_run)
            except sheet.BadFile as error:
                raise click.ClickException(str(error.text)) from error
        for problem in done.problems:
            where = f"row {problem.row}, {problem.column}" if problem.column else f"row {problem.row}"
            click.echo(f"{where}: {problem.text}", err=True)
        if done.problems:
            raise click.ClickException("nothing was imported: correct these rows and import the table again")
        click.echo(
            json.dumps({"units": asdict(done.units), "counters": asdict(done.counters), "dry_run": dry_run})
        )


def _read(file: Path, most_bytes: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(most_bytes)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from error
