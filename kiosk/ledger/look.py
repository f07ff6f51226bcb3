"""Opens a database of ours for reading, whether somebody is writing it or not, and leaves every file as it was.

SQLite's plain ``mode=ro`` does not promise that: it makes ``-wal`` and ``-shm`` files beside a cleanly closed
database, and recovers a crashed one's ``-shm``; a reader who owns those files can stop the writer from writing.
``immutable`` and ``nolock`` would read nonsense while it writes. So a database in use is read with ``mode=ro`` and
``readonly_shm``, which takes part in SQLite's locking and creates nothing, and any other one as a copy in a
temporary folder. (Run by root, SQLite gives the log to the owner it has already: its ctime changes.)

The copy takes no lock: holding the writer's for as long as a copy takes would turn away a writer that starts
meanwhile. Instead the files are looked at before and after, and if anything moved the reading begins again.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

_TRIES = 5
# A checkpoint or a restart of the log may be in the way for a moment.
_BUSY_TIMEOUT_S = 5.0

_Facts = tuple[tuple[int, int, int, int, int] | None, ...]


class KeepsMoving(Exception):
    """The files changed each time they were about to be read."""


@dataclass(frozen=True, slots=True)
class Look:
    """A database opened for reading.

    Attributes:
        connection: To it or to a copy of it; never writes.
        in_use: Whether it is read in place, as one whose writer runs (or was killed) is.
    """

    connection: sqlite3.Connection
    in_use: bool


@contextmanager
def looking(path: Path) -> Iterator[Look]:
    """Open the database at `path` until the block ends. Not for the writer's own process.

    Raises:
        KeepsMoving: It keeps changing hands.
        sqlite3.Error: SQLite cannot make sense of it.
        OSError: It is not there, may not be read, or the copy failed.
    """
    for _ in range(_TRIES):
        connection = in_place(path)
        if connection is not None:
            with closing(connection):
                yield Look(connection, in_use=True)
            return
        with tempfile.TemporaryDirectory(prefix="hailong-look-") as folder:
            try:
                connection = _copied(path, Path(folder))
            except KeepsMoving:
                continue
            with closing(connection):
                yield Look(connection, in_use=False)
            return
    raise KeepsMoving(f"{path} changed each time it was about to be read; please try again")


def in_place(path: Path) -> sqlite3.Connection | None:
    """Read beside the writer, which may be this very process; None when nobody keeps the log in order.

    Raises:
        sqlite3.Error: SQLite cannot make sense of it.
    """
    if not (_beside(path, "-wal").exists() and _beside(path, "-shm").exists()):
        return None
    uri = f"{path.absolute().as_uri()}?mode=ro&readonly_shm=1"
    try:
        return _opened(uri, uri=True)
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            return None
        raise


def _opened(name: str, *, uri: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(name, uri=uri, isolation_level=None, timeout=_BUSY_TIMEOUT_S)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema")  # only now is it really opened
    except BaseException:
        connection.close()
        raise
    return connection


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _copied(path: Path, folder: Path) -> sqlite3.Connection:
    before = _facts(path)
    copy = folder / path.name
    try:
        for suffix in ("", "-wal"):
            if suffix == "" or _beside(path, suffix).exists():
                shutil.copyfile(_beside(path, suffix), _beside(copy, suffix))
    except FileNotFoundError as error:
        if not path.exists():
            raise
        raise KeepsMoving from error
    if _facts(path) != before:
        raise KeepsMoving
    return _opened(str(copy), uri=False)


def _facts(path: Path) -> _Facts:
    """What changes when somebody writes or replaces the files."""
    facts: list[tuple[int, int, int, int, int] | None] = []
    for file in (path, _beside(path, "-wal")):
        try:
            found = file.stat()
        except FileNotFoundError:
            facts.append(None)
        else:
            facts.append((found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    return tuple(facts)
