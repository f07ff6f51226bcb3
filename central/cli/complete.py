"""``hailong-central complete``."""

from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.command()
@data_dir_option
@click.option("--device", metavar="DEVICE", help="Of this terminal.")
@click.option("--unit", metavar="UNIT", help="Of this unit and those below: its name or number.")
@click.option("--from", "first", metavar="DAY", help="Only ratings of this day and later.")
@click.option("--to", "last", metavar="DAY", help="Only ratings until the end of this day.")
def complete(
    data_dir: Path | None, device: str | None, unit: str | None, first: str | None, last: str | None
) -> None:
    """Print a signed statement of how complete central's copy is (docs/protocol.md)."""
    if (device is None) == (unit is None):
        raise click.UsageError("give --device or --unit")
    with server(data_dir):
        from central import days, registry
        from central.completeness import device as of_device
        from central.completeness import unit as of_unit
        from central.completeness.note import signed
        from central.completeness.period import between

        try:
            period = between(*(None if day is None else days.parse(day) for day in (first, last)))
            if unit is not None:
                said = signed(of_unit.statement(registry.unit_named(unit).pk, period))
            else:
                some = None if first is None and last is None else period
                said = signed(of_device.statement(str(device).upper(), some))
        except (ValueError, LookupError) as error:  # there is none; or such a name or period cannot be
            raise click.ClickException(str(error)) from error
        click.echo(said, nl=False)
