"""``hailong-central backup`` and ``restore``."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import IO

import click

from central.backup import archive, read, tools, write
from central.cli.common import Ready, data_dir_option, place_of, server
from central.installed import become_owner
from central.place import Place


@click.command()
@data_dir_option
@click.option(
    "--keep", type=click.IntRange(1), metavar="N", help="Of the backups in a folder keep only the newest N."
)
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE|FOLDER")
def backup(data_dir: Path | None, keep: int | None, target: Path) -> None:
    """Write everything that a new server needs into one file: database and keys, while the server runs.

    Whoever has the file can be this server, and reads every rating: keep it as you would keep the server.
    """
    if keep is not None and not target.is_dir():
        raise click.UsageError("--keep is for a folder")
    with server(data_dir, prepare=lambda _ready: None) as ready:
        import psycopg

        from central import clock

        try:
            done = write.write(
                ready.place, ready.url, target, clock.now(), embedded=ready.cluster is not None
            )
            removed = write.tidy(target, keep) if keep is not None else []
        except (write.CannotBackUp, tools.ToolError, psycopg.Error) as error:
            raise click.ClickException(f"there is no backup: {error}") from error
        said = {"file": done.file, "bytes": done.bytes, "removed": [str(path) for path in removed]}
        click.echo(json.dumps(said, ensure_ascii=False))


@click.command()
@data_dir_option
@click.argument("file", type=click.File("rb"), metavar="FILE")
def restore(data_dir: Path | None, file: IO[bytes]) -> None:
    """Make a server from a backup, in an empty data folder, and an empty database where DATABASE_URL names one.

    What terminals have delivered since the backup they deliver again, by themselves.
    """
    place = place_of(data_dir)
    try:
        become_owner(place.folder)
        read.check_empty(place.folder)
        with archive.opened(file) as found:
            _restore(place, found)
    except (archive.Damaged, read.CannotRestore, OSError) as error:
        raise click.ClickException(str(error)) from error


def _restore(place: Place, found: archive.Archive) -> None:
    def prepare(ready: Ready) -> None:
        import psycopg

        try:
            read.check_version(found.manifest, _known(), version("hailong"))
            read.fill(ready.place, ready.url, found, embedded=ready.cluster is not None)
        except (tools.ToolError, psycopg.Error) as error:
            raise read.CannotRestore(f"nothing was restored: {error}") from error

    try:
        with server(place.folder, prepare=prepare):
            from django.db import connections

            from central.backup.renewal import renew
            from central.identity import settle
            from central.migrate import migrate

            migrate()
            done = renew(found.manifest)
            settle()
            connections.close_all()
    except BaseException:
        read.take_back(place.folder)
        raise
    said = {
        "created_at": found.manifest.created_at,
        "key_id": found.manifest.key_id,
        "url": found.manifest.public_url,
        "rows": found.manifest.rows,
        "burnt_codes": done.codes,
        "told_terminals": done.told,
    }
    click.echo(json.dumps(said, ensure_ascii=False))
    click.echo(
        f"What was revoked after {found.manifest.created_at} (terminals, tokens, accounts, passwords) is good again:"
        " revoke it once more before the server is reached.",
        err=True,
    )


def _known() -> set[str]:
    from django.db.migrations.loader import MigrationLoader

    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
