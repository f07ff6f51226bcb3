"""Write a backup: one snapshot of the database while it is used, the keys, and what both are."""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import IO

import msgspec
import psycopg

from central.backup.archive import DUMP, FORMAT, KEYS, Manifest, Writer
from central.backup.tools import server_major, tool
from central.place import Place
from central.session import Connection
from kiosk.ledger.disk import replace_file, sync_folder

SUFFIX = ".hailong"
LAST = "backup.json"
# Who was logged in is nobody's business later; a new secret makes both worthless anyway.
_WITHOUT_ROWS = ("django_session", "central_usednonce")
_COUNTED = ("central_device", "central_entry", "central_rating")


class CannotBackUp(Exception):
    """There is no backup. The message says why and what to do."""


class Last(msgspec.Struct, frozen=True):
    """The last backup of a data folder; `at` is RFC 3339."""

    at: str
    file: str
    bytes: int


def write(place: Place, url: str, target: Path, now: datetime, *, embedded: bool) -> Last:
    """Write a backup, complete or not at all, readable by its owner only.

    Args:
        place: The server's data folder.
        url: Its database.
        target: A file that is not there yet, or a folder in which one is made that is named for the time.
        now: The server's time.
        embedded: The database came with us.

    Raises:
        CannotBackUp: The file exists, the keys are not those of the database, or they have changed meanwhile.
        central.backup.tools.ToolError: pg_dump is missing, or failed.
        OSError, psycopg.Error: What they say.
    """
    if target.is_dir():
        target = target / f"hailong-central-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
    if target.exists():
        raise CannotBackUp(f"{target} exists: name another file, or a folder")
    with _draft(target) as file:
        keys = _keys(place)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
            _fill(Writer(zipped), place, url, keys, now, embedded=embedded)
        if _keys(place) != keys:
            raise CannotBackUp("the keys of the server have changed meanwhile: begin again")
    last = Last(_rfc3339(now), str(target.absolute()), target.stat().st_size)
    replace_file(place.folder / LAST, msgspec.json.encode(last))
    return last


def last(place: Place) -> Last | None:
    """The last backup of a data folder; None where nobody has made one. Raises `OSError`."""
    try:
        return msgspec.json.decode((place.folder / LAST).read_bytes(), type=Last)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def tidy(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups that were named for their time in a folder; those removed. Raises `OSError`."""
    found = sorted(folder.glob(f"hailong-central-????????T??????Z{SUFFIX}"))
    for old in found[:-keep]:
        old.unlink()
    return found[:-keep]


@contextmanager
def _draft(target: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when it is whole and on the disk."""
    fd, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # 0600
    draft = Path(name)
    try:
        with os.fdopen(fd, "w+b") as file:
            yield file
            file.flush()
            os.fsync(fd)
        os.link(draft, target)  # unlike a rename it does not replace
    finally:
        draft.unlink()
    sync_folder(target.parent)


def _keys(place: Place) -> dict[str, bytes]:
    """The keys; without the secret, of which a restored server makes a new one."""
    files = (path for path in sorted(place.keys.rglob("*")) if path.is_file() and path.suffix != ".new")
    found = {path.relative_to(place.keys).as_posix(): path.read_bytes() for path in files}
    found.pop(place.secret_file.name, None)
    return found


def _fill(
    writer: Writer, place: Place, url: str, keys: dict[str, bytes], now: datetime, *, embedded: bool
) -> None:
    major = server_major(url)
    dump = tool("pg_dump", url, major, major, embedded=embedded)
    with psycopg.connect(url, application_name="hailong-central backup") as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        public_key, public_url = _identity(connection)
        if place.signing_key().public.raw != public_key:
            raise CannotBackUp(
                f"the keys in {place.keys} are not those of the database: nobody could use both"
            )
        for name, content in keys.items():
            writer.add(KEYS + name, BytesIO(content).read)
        options = (
            "--format=custom",
            "--compress=1",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
        )
        tables = (f"--exclude-table-data={name}" for name in _WITHOUT_ROWS)
        with dump.output(*options, *tables) as output:
            writer.add(DUMP, output.read)
        rows = {name: _count(connection, name) for name in _COUNTED}
        migrations = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    writer.finish(
        Manifest(
            format=FORMAT,
            program=version("hailong"),
            created_at=_rfc3339(now),
            key_id=place.signing_key().public.key_id,
            public_url=public_url,
            migrations=sorted(f"{app}.{name}" for app, name in migrations),
            postgresql=major,
            pg_dump=dump.major,
            rows=rows,
            files=writer.files,
        )
    )


def _identity(connection: Connection) -> tuple[bytes, str]:
    row = connection.execute("SELECT public_key, public_url FROM central_identity").fetchone()
    if row is None:
        raise CannotBackUp("the database was never used: there is nothing to keep")
    return bytes(row[0]), str(row[1])


def _count(connection: Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return 0 if row is None else int(row[0])


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
