"""``hailong first-boot``: take what the boot partition or a stick has brought. Run by a unit; nobody is asked."""

from pathlib import Path

import click

from assets.texts import Texts
from kiosk.clock import SystemClock
from kiosk.commands.common import Common, common_options, set_up_logging
from kiosk.commands.installed import installed_option, refuse_unsafe
from kiosk.commands.provision import arguments_of
from kiosk.config.errors import ConfigError
from kiosk.config.load import SYSTEM_FILE
from kiosk.config.phrase import printable
from kiosk.provision.first_boot import FirstBoot, enrolling
from kiosk.provision.own_commands import Own

NOT_DONE = 1
"""Exit code when something stood in the way; the result file says what."""

_ = Texts()


@click.command(
    name="first-boot",
    help=_(
        "Take hailong.toml, hailong-ca.pem and hailong-enrol.txt from this folder, without asking anybody: the "
        "configuration is added, the terminal is enrolled, the code is wiped, and hailong-ket-qua.txt says what came "
        "of it. May be run again and again. Ends with 1 when something stood in the way."
    ),
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    metavar="FOLDER",
    help=_("The boot partition, or a USB stick."),
)
@installed_option
@common_options
def first_boot(common: Common, source: Path, installed: bool) -> None:
    """Do all of it, and say it here as well."""
    set_up_logging()
    file = common.config_file or common.system_file or SYSTEM_FILE
    try:
        config = common.load()
    except ConfigError as error:  # whoever brought something is told, beside what was brought
        config = error.readable
    if installed:
        refuse_unsafe(config)
    data_dir = config.data_dir
    taking = FirstBoot(
        source=source,
        file=file,
        data_dir=data_dir,
        load=common.load_with_origins,
        enrol=enrolling(Own(arguments_of(common), common.environment)),
        clock=SystemClock(),
    )
    if not taking.has_something:
        click.echo(_("There is nothing to take in {folder}.").format(folder=source))
        return
    done = taking.run()
    for phrase in taking.lines:
        click.echo(printable(phrase.render(_)))
    for phrase in taking.problems:
        click.echo(f"! {printable(phrase.render(_))}", err=True)
    if not done:
        raise click.exceptions.Exit(NOT_DONE)
