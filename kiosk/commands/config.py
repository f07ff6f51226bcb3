"""``hailong config``: what applies here, whether it is right, and a file to begin with."""

from pathlib import Path

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options, report, statement_of
from kiosk.config.central import applied_to
from kiosk.config.errors import ConfigError
from kiosk.config.load import load
from kiosk.config.model import Config
from kiosk.config.toml_write import as_toml, default_file, effective_file
from kiosk.screens.lacking import REMEDY, lacking
from kiosk.service.pin import hash_of, is_pin

NOT_RIGHT = 1
"""Exit code of ``config check`` when there is something to put right."""

_ = Texts()


@click.group(help=_("Show and check the configuration."))
def config() -> None:
    """The group; its commands are below."""


@config.command(help=_("Print the values that apply, each with the place where it was set."))
@common_options
def show(common: Common) -> None:
    """All values as TOML; with a wrong configuration all problems instead, exit code 2."""
    loaded = common.load_with_origins()
    applying = applied_to(loaded, statement_of(loaded.config.data_dir))
    click.echo(effective_file(applying.settings, _), nl=False)


@config.command(
    help=_(
        "Check the configuration of this machine, or one FILE by itself. Ends with 1 when something is wrong."
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@common_options
def check(common: Common, file: Path | None) -> None:
    """Check what applies here; with a file only that file on the built-in values, as for another machine."""
    try:
        checked = common.load() if file is None else _load_alone(file)
    except ConfigError as error:
        report(error, _)
        raise click.exceptions.Exit(NOT_RIGHT) from error
    click.echo(_("The configuration is right."))
    _tell_of_characters(checked)


def _load_alone(file: Path) -> Config:
    return load(environment={}, system_file=None, config_file=file).config


def _tell_of_characters(checked: Config) -> None:
    """Not wrong, but not as somebody who wrote it would see it."""
    try:
        found = list(lacking(checked))
    except (ImportError, OSError, ValueError) as error:
        click.echo(str(error), err=True)
        return
    for seen in found:
        click.echo(f"! {seen.render(_)}\n  → {REMEDY.render(_)}", err=True)


@config.command(
    help=_("Ask for a PIN for the service menu, and print the lines for the configuration that let it in.")
)
@click.password_option("--pin", prompt=_("PIN, four to eight digits"), confirmation_prompt=_("Once more"))
@common_options
def pin(common: Common, pin: str) -> None:
    """The PIN itself is neither printed nor kept; exit code 2 when it is none."""
    del common
    if not is_pin(pin):
        raise click.BadParameter(_("A PIN has four to eight digits."))
    click.echo(f"[service]\npin_hash = {as_toml(hash_of(pin))}")


@config.command(help=_("Print a file with every option, its built-in value and an explanation."))
@common_options
def default(common: Common) -> None:
    """The built-in values, whatever applies here; the common options are taken so that every command takes them."""
    del common
    click.echo(default_file(_), nl=False)
