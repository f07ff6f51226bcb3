"""Put a backup into a new data folder and an empty database, and see to it that nothing old works in it.

Since the backup terminals have been let in, codes used, people logged out, units made: the restored server knows
nothing of it. What could be used a second time is made useless; what was numbered since is never numbered again.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg

from central.backup.archive import DUMP, FORMAT, Archive, Manifest
from central.backup.tools import server_major, tool
from central.place import Place
from kiosk.ledger.disk import new_file
from sync.keys import MODE

NUMBERS_LEFT_OUT = 1_000_000
"""So many units, counters and other rows may have been made since the backup; their numbers are in ledgers."""

REVISIONS_LEFT_OUT = 10_000
"""So many configurations may have been issued to one terminal since; it takes a later one only."""


class CannotRestore(Exception):
    """Nothing was restored. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: `codes` that were open are burnt, `told` terminals will be told what is set here."""

    codes: int
    told: int


def check_version(manifest: Manifest, known: set[str], ours: str) -> None:
    """Whether this program understands a backup.

    Args:
        manifest: Of the backup.
        known: The migrations of this program, as ``app.name``.
        ours: Its version.

    Raises:
        CannotRestore: A newer program wrote it.
    """
    newer = sorted(set(manifest.migrations) - known)
    if manifest.format > FORMAT or newer:
        because = f"its tables are newer ({', '.join(newer[:3])})" if newer else "its file is of a newer kind"
        raise CannotRestore(
            f"the backup was written by Hài lòng {manifest.program}, and {because} than Hài lòng {ours} knows:"
            f" install {manifest.program} or newer, then restore"
        )


def check_empty(folder: Path) -> None:
    """Whether a data folder may be filled. Raises `CannotRestore`, and `OSError`."""
    if folder.exists() and any(folder.iterdir()):
        raise CannotRestore(f"{folder} is not empty: a backup is restored into a new folder (--data-dir)")


def fill(place: Place, url: str, archive: Archive, *, embedded: bool) -> None:
    """The database, all or nothing, then the keys: without them nothing can be served.

    Raises:
        CannotRestore: The database is not empty.
        central.backup.tools.ToolError: pg_restore is missing, or failed.
        OSError, psycopg.Error: What they say.
    """
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname NOT LIKE 'pg\\_%'"
            " AND n.nspname <> 'information_schema'"
        ).fetchone()
    if row is None or row[0]:
        raise CannotRestore("the database is not empty: a backup is restored into a new one (DATABASE_URL)")
    least = archive.manifest.pg_dump
    program = tool("pg_restore", url, server_major(url), least, embedded=embedded)
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    with archive.reading(DUMP) as dump:
        program.feed(dump, *options)
    _compare(url, archive.manifest)
    for name, content in archive.keys().items():
        path = place.keys / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new_file(path, content, MODE)


def take_back(folder: Path) -> None:
    """Empty a folder again that was empty before. Raises `OSError`."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _compare(url: str, manifest: Manifest) -> None:
    with psycopg.connect(url) as connection:
        for table, wanted in manifest.rows.items():
            (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (None,)
            if found != wanted:
                raise CannotRestore(f"{table} has {found} rows after restoring, and had {wanted}")
