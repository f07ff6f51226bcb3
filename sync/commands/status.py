"""``hailong status``: what to read out when somebody asks how the terminal is."""

import json
from typing import TYPE_CHECKING

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options

if TYPE_CHECKING:
    from sync.overview import Overview

NOT_WELL = 1
"""Exit code when no rating is taken, or a fault is going on."""

_ = Texts()


@click.command(
    help=_(
        "Say in a few sentences how this terminal is: the kiosk, its faults, the machine, the delivery. Ends with 0 "
        "when ratings are taken and no fault is going on, otherwise with 1. “hailong doctor” looks for causes."
    )
)
@click.option("--json", "as_json", is_flag=True, help=_("Say it as one line of JSON on standard output."))
@common_options
def status(common: Common, as_json: bool) -> None:
    """With a kiosk that runs or without; changes nothing."""
    from sync.commands.common import say, settings_of
    from sync.overview import look, sentences

    settings, texts = settings_of(common.load())
    found = look(settings)
    if as_json:
        click.echo(json.dumps(_facts(found)))
    else:
        for phrase in sentences(found, settings):
            say(phrase, texts)
    if not found.well:
        raise click.exceptions.Exit(NOT_WELL)


def _facts(found: "Overview") -> dict[str, str | float | bool | list[str] | None]:
    """For a program that looks after many terminals; sizes in bytes."""
    return {
        "program": found.program,
        "kiosk": found.kiosk.value,
        "faults": list(found.faults),
        "clock": found.clock,
        "disk_free": found.free,
        "temperature_c": found.temperature_c,
        "undervoltage": found.undervoltage,
        "well": found.well,
    }
