"""``hailong-central check-silence``."""

import json
from datetime import timedelta
from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.command("check-silence")
@data_dir_option
@click.option("--hours", default=72, show_default=True, type=click.IntRange(min=1), help="Longer is silence.")
def check_silence(data_dir: Path | None, hours: int) -> None:
    """Open alarms for terminals that are not heard any more, close those of terminals that are."""
    with server(data_dir):
        from central import silence

        click.echo(json.dumps({"silent": silence.look(timedelta(hours=hours))}))
