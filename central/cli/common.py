"""What every command has in common: ``--data-dir``, the database, and Django."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import django

from central.embedded import Cluster, EmbeddedError
from central.place import Place, default_folder
from central.runner import runner
from sync.keys import KeyFileError

data_dir_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Keys and the embedded database.",
    envvar="HAILONG_CENTRAL_DATA_DIR",
)


@contextmanager
def server(data_dir: Path | None) -> Iterator[Place]:
    """Django, ready, on a migrated database; the embedded one where `DATABASE_URL` names no other.

    Raises:
        click.ClickException: The folder, a key or the database cannot be used.
    """
    place = Place((data_dir or default_folder()).absolute())
    cluster: Cluster | None = None
    try:
        place.make()
        os.environ["HAILONG_CENTRAL_DATA_DIR"] = str(place.folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "central.settings")
        if not os.environ.get("DATABASE_URL"):
            cluster = Cluster(place.postgresql, runner())
            cluster.start()
            os.environ["DATABASE_URL"] = cluster.url
        django.setup()
        _migrate()
        yield place
    except (EmbeddedError, KeyFileError, OSError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        if cluster is not None:
            cluster.stop()


def _migrate() -> None:
    from django.db import Error, connections

    from central.migrate import migrate

    try:
        migrate()
    except Error as error:
        raise click.ClickException(f"the database cannot be used: {error}") from error
    finally:
        connections.close_all()
