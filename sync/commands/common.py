"""What the commands of the delivery have in common."""

import logging
from importlib.metadata import version

import click

from assets.texts import Texts
from kiosk import squares
from kiosk.clock import SystemClock
from kiosk.commands.common import set_up_logging
from kiosk.config.central import objections
from kiosk.config.model import Config
from kiosk.config.phrase import Phrase, printable
from kiosk.ledger.membership import Local
from sync.contact import Settings
from sync.errors import SyncError
from sync.outcome import exit_code, outcome_of
from sync.place import Place
from sync.words import for_people

log = logging.getLogger(__name__)


def settings_of(config: Config) -> tuple[Settings, Texts]:
    """What a command works with, and the language it speaks."""
    settings = Settings(
        place=Place(config.data_dir),
        ca_file=config.sync.ca_file,
        proxy=config.sync.proxy,
        program=f"hailong {version('hailong')}",
        clock=SystemClock(),
        local=Local(objections=objections(config)),
    )
    return settings, Texts(config.language)


def say(phrase: Phrase, texts: Texts, *, err: bool = False) -> None:
    """Print a sentence; what a server said is in it, so nothing that could confuse a terminal gets through."""
    click.echo(printable(phrase.render(texts)), err=err)


def show_link(link: str, texts: Texts) -> None:
    """Print a link as a square for a telephone, and in letters."""
    say(Phrase("Please scan this square with a telephone that is logged in at the central server."), texts)
    for line in squares.lines(link):
        click.echo(line)
    click.echo(link)


def failed(error: SyncError, texts: Texts) -> click.exceptions.Exit:
    """Say on standard error what was in the way, last and without English, which is in a line of the log before it.

    Returns:
        The exit code for it.
    """
    outcome = outcome_of(error)
    if outcome.detail:
        set_up_logging()
        log.warning("%s", outcome.detail)
    say(for_people(outcome), texts, err=True)
    return click.exceptions.Exit(exit_code(error))
