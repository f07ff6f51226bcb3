"""``hailong-central recount``."""

from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.command()
@data_dir_option
@click.option("--check", is_flag=True, help="Only look; ends with 1 when something differs.")
@click.option("--device", metavar="DEVICE", help="Only this terminal.")
def recount(data_dir: Path | None, check: bool, device: str | None) -> None:
    """Count everything anew from the entries, and say what differs from what is kept; without --check put it right."""
    with server(data_dir):
        from central.counting import recount as counting

        devices = counting.devices()
        if device is not None:
            if device.upper() not in devices:
                raise click.ClickException(f"there is no terminal {device}")
            devices = [device.upper()]
        found = 0
        for one in devices:
            for line in counting.check(one) if check else counting.repair(one):
                found += 1
                click.echo(line)
    click.echo(f"terminals: {len(devices)}, differences: {found}", err=True)
    if check and found:
        raise click.exceptions.Exit(1)
