"""``hailong-central votes``."""

from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.command()
@data_dir_option
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--device", metavar="DEVICE", help="Only those of this terminal.")
def votes(data_dir: Path | None, form: str, device: str | None) -> None:
    """Print the counted ratings, one a line."""
    with server(data_dir):
        from central import votes as found
        from central.models import Device

        if device is not None and not Device.objects.filter(pk=device.upper()).exists():
            raise click.ClickException(f"there is no terminal {device}")
        lines = {"jsonl": found.as_jsonl, "csv": found.as_csv}[form]
        for line in lines(found.votes(None if device is None else device.upper())):
            click.echo(line)
