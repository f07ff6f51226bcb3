"""``hailong-central complete``."""

from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.command()
@data_dir_option
@click.option("--device", required=True, metavar="DEVICE", help="The terminal's id.")
def complete(data_dir: Path | None, device: str) -> None:
    """Print a signed statement of how complete the copy of a terminal's ledgers is (docs/protocol.md)."""
    with server(data_dir):
        from central import completeness

        try:
            click.echo(completeness.signed(completeness.statement(device.upper())), nl=False)
        except LookupError as error:
            raise click.ClickException(str(error)) from error
