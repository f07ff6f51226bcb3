"""What every ``hailong`` command has in common: ``--config``, ``--data-dir``, and how it says that they are wrong."""

import functools
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click

from assets.texts import Texts
from kiosk.config.errors import ConfigError
from kiosk.config.kinds import Value
from kiosk.config.load import SYSTEM_FILE, Loaded, load
from kiosk.config.model import Config
from kiosk.messages.statements import ConfigStatement

BAD_CONFIGURATION = 2
"""Exit code of every command that a bad configuration stops."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Common:
    """The arguments that every command takes, and the surroundings they are read in.

    Attributes:
        config_file: From ``--config``.
        data_dir: From ``--data-dir``; may be relative to the working folder.
        environment: The variables of this process.
        system_file: The file of the machine, which need not exist.
    """

    config_file: Path | None = None
    data_dir: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    system_file: Path | None = SYSTEM_FILE

    def load(self, extra: Mapping[str, Value] | None = None) -> Config:
        """The configuration for this command.

        Args:
            extra: Further arguments of the command line, by dotted key.

        Raises:
            ConfigError: With everything that is wrong.
        """
        return self.load_with_origins(extra).config

    def load_with_origins(self, extra: Mapping[str, Value] | None = None) -> Loaded:
        """The same, with the place where each value was set. Raises `ConfigError`."""
        arguments: dict[str, Value] = {} if self.data_dir is None else {"data_dir": self.data_dir}
        return load(
            environment=self.environment,
            system_file=self.system_file,
            config_file=self.config_file,
            arguments=arguments | dict(extra or {}),
        )


def statement_of(data_dir: Path) -> ConfigStatement | None:
    """What central configures for the terminal of a data folder, as far as this user may read it."""
    from kiosk.ledger.membership import Membership  # SQLite comes with it: not for commands that need none

    membership = Membership(data_dir / "ledger")
    membership.load()
    return membership.statement


def set_up_logging() -> None:
    """Logs are English, on standard error, and never hold a level."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")


def report(error: ConfigError, _: Texts) -> None:
    """Print every problem on standard error, in the language of the given texts."""
    click.echo(error.render(_), err=True)


def common_options(command: Callable[Concatenate[Common, P], R]) -> Callable[..., R]:
    """Give a command ``--config`` and ``--data-dir``; it receives them as a `Common`, its first argument.

    A `ConfigError` that the command lets through is reported and ends it with `BAD_CONFIGURATION`; a command
    that can do more about it, such as showing it on the screen, catches it itself.
    """
    _ = Texts()

    @click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=_("A configuration file, stronger than that of the machine and than the environment."),
    )
    @click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help=_("The folder where the ratings are kept."),
    )
    @functools.wraps(command)
    def with_common(*args: P.args, **kwargs: P.kwargs) -> R:
        config_file, data_dir = kwargs.pop("config_file"), kwargs.pop("data_dir")
        # What click hands over is untyped; the two types are those of the options above.
        common = Common(
            config_file if isinstance(config_file, Path) else None,
            data_dir if isinstance(data_dir, Path) else None,
        )
        try:
            return command(common, *args, **kwargs)
        except ConfigError as error:
            report(error, _)
            raise click.exceptions.Exit(BAD_CONFIGURATION) from error

    return with_common
