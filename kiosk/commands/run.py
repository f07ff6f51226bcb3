"""``hailong run``: the terminal."""

import re
import sys

import click

from assets.texts import Texts
from kiosk.commands.common import BAD_CONFIGURATION, Common, common_options, report, set_up_logging
from kiosk.commands.installed import UNSAFE_DATA, installed_option, unsafe_data
from kiosk.commands.problems import show_problems, show_unsafe
from kiosk.commands.start import Options, events_stream, run_kiosk
from kiosk.config.errors import ConfigError
from kiosk.config.kinds import Value
from kiosk.needed import remember_aside
from kiosk.owner import become_owner
from kiosk.report import Reporter

_ = Texts()


def size(text: str) -> tuple[int, int]:
    """``1280x800``: width and height in pixels. The range is the configuration's business.

    Raises:
        click.BadParameter: It is not a size.
    """
    found = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text, re.IGNORECASE)
    if found is None:
        raise click.BadParameter(_("“{value}” is not a size; write for example 1280x800.").format(value=text))
    return int(found[1]), int(found[2])


@click.command(help=_("Show the rating screen and keep the ratings."))
@click.option(
    "--windowed",
    type=size,
    metavar="WxH",
    help=_("In a window of this size instead of the full screen."),
)
@click.option("--headless", is_flag=True, help=_("Without a screen: buttons, pad, or keys of the terminal."))
@click.option(
    "--events", is_flag=True, help=_("One line of JSON on standard output for each thing that happens.")
)
@installed_option
@common_options
def run(
    common: Common, windowed: tuple[int, int] | None, headless: bool, events: bool, installed: bool
) -> None:
    """Until SIGTERM or Ctrl-C."""
    set_up_logging()
    try:
        config = common.load(screen_arguments(windowed))
    except ConfigError as error:
        report(error, _)
        show_problems(error, _, headless=headless)
        raise click.exceptions.Exit(BAD_CONFIGURATION) from error
    become_owner(config.data_dir)
    if installed and (found := unsafe_data(config)) is not None:
        show_unsafe(found, config, Texts(config.language), headless=headless)
        raise click.exceptions.Exit(UNSAFE_DATA)
    window = config.screen.size if config.screen.windowed else None
    reporter = Reporter(events_stream(sys.stdout, wanted=events))
    try:
        run_kiosk(config, reporter, Options(window, headless, remember=remember_aside))
    finally:
        reporter.close()


def screen_arguments(windowed: tuple[int, int] | None) -> dict[str, Value]:
    """``--windowed`` as the options that it stands for."""
    if windowed is None:
        return {}
    width, height = windowed
    return {"screen.windowed": True, "screen.width": width, "screen.height": height}
