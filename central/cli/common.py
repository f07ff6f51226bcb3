"""What every command has in common: ``--data-dir``, the database, and Django."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click
import django

from central.database import BadAddress, parameters
from central.embedded import Cluster, EmbeddedError
from central.installed import BadSettings, become_owner, read_settings
from central.place import Place, default_folder
from central.runner import runner
from sync.keys import KeyFileError

F = TypeVar("F", bound=Callable[..., None])


def data_dir_option(command: F) -> F:
    """Give a command ``--data-dir``; it receives it as `data_dir`."""
    option = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        envvar="HAILONG_CENTRAL_DATA_DIR",
        is_eager=True,
        callback=_installed,
        help="Where keys and the embedded database lie.",
    )
    return option(command)


def _installed(_context: click.Context, _option: click.Parameter, given: Path | None) -> Path | None:
    """Without a data folder the server is meant that is installed: its settings come before other options are read."""
    if given is not None:
        return given
    try:
        read_settings()
    except (BadSettings, OSError) as error:
        raise click.ClickException(str(error)) from error
    named = os.environ.get("HAILONG_CENTRAL_DATA_DIR")
    return Path(named) if named else None


@dataclass(frozen=True, slots=True)
class Ready:
    """A server, ready for the body of a command.

    Attributes:
        cluster: None where DATABASE_URL names another database.
        url: The database.
    """

    place: Place
    cluster: Cluster | None
    url: str


def place_of(data_dir: Path | None) -> Place:
    """The data folder that a command is about; None = the usual one."""
    return Place((data_dir or default_folder()).absolute())


@contextmanager
def server(
    data_dir: Path | None,
    public_url: str | None = None,
    *,
    prepare: Callable[["Ready"], None] | None = None,
) -> Iterator[Ready]:
    """Django on a migrated database that is this server's; models can be imported inside.

    Args:
        data_dir: The folder; None = the usual one.
        public_url: What terminals and people are told from now on; None = as it was.
        prepare: Done instead of migrating and comparing the keys.

    Raises:
        click.ClickException: The folder, a key or the database cannot be used.
    """
    place = place_of(data_dir)
    cluster: Cluster | None = None
    try:
        become_owner(place.folder)
        place.make()
        if given := os.environ.get("DATABASE_URL"):
            parameters(given)
        else:
            cluster = Cluster(place.postgresql, runner())
            cluster.start()
            os.environ["DATABASE_URL"] = cluster.url
        os.environ["HAILONG_CENTRAL_DATA_DIR"] = str(place.folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "central.settings"
        if public_url is not None:
            os.environ["HAILONG_CENTRAL_URL"] = public_url
        django.setup()
        ready = Ready(place, cluster, os.environ["DATABASE_URL"])
        if prepare is None:
            _prepare(public_url)
        else:
            prepare(ready)
        yield ready
    except BrokenPipeError:
        raise  # whoever read the answer has seen enough: click ends quietly
    except (EmbeddedError, KeyFileError, BadAddress, OSError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        if cluster is not None:
            cluster.stop()


def _prepare(public_url: str | None) -> None:
    from django.db import Error, connections

    from central.identity import ForeignDatabase, settle
    from central.migrate import migrate

    try:
        migrate()
        settle(public_url)
    except (Error, ForeignDatabase) as error:
        raise click.ClickException(f"the database cannot be used: {error}") from error
    finally:
        connections.close_all()
