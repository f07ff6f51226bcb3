"""``--installed``: the units of an installed terminal say so, and a data folder that keeps nothing is refused."""

import logging

import click

from assets.texts import Texts
from kiosk.config.model import Config
from kiosk.mounts import FSTAB, MOUNTINFO, Unsafe, unsafe

log = logging.getLogger(__name__)

_ = Texts()

UNSAFE_DATA = 4
"""Exit code when the data folder would not keep the ratings: the supervisor starts the program again."""

installed_option = click.option(
    "--installed",
    is_flag=True,
    help=_("As on an installed terminal: refuse a data folder that would not keep the ratings."),
)


def unsafe_data(config: Config) -> Unsafe | None:
    """Why the ratings would be lost with the power; the log is told."""
    lists = [path.read_text(encoding="utf-8") if path.exists() else "" for path in (MOUNTINFO, FSTAB)]
    found = unsafe(config.data_dir.resolve(), *lists)
    if found is not None:
        log.error("%s: %s", found.code.value, found.seen.render(Texts("en")))
    return found


def refuse_unsafe(config: Config) -> None:
    """End there without a word on the screen: the kiosk comes next, and says it. Raises `click.exceptions.Exit`."""
    if unsafe_data(config) is not None:
        raise click.exceptions.Exit(UNSAFE_DATA)
