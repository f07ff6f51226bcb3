"""``hailong-central demo``: a terminal and its central server on one machine, from finger to PostgreSQL."""

import sys
from pathlib import Path

import click

from central.demonstration import CannotShow, Demonstration

DATA = Path("demo-data")


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
    help="Start a server, enrol a terminal at it, and run “hailong demo ARGUMENTS” with delivery beside it.",
)
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), default=DATA)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(data_dir: Path, arguments: tuple[str, ...]) -> None:
    """Everything on loopback, nothing asked."""
    if "--help" in arguments:
        arguments = ("--help",)
    try:
        with Demonstration(data_dir.absolute(), sys.stdout, sys.stderr) as shown:
            sys.exit(shown.play(arguments))
    except CannotShow as error:
        raise click.ClickException(str(error)) from error
