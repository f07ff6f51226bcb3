"""Puts a ledger that cannot go on aside, as ``ledger.db.closed-<n>``, so that voting continues in a new one.

A database and its WAL are two files and cannot be renamed at once. An intent is written first, so that a power
cut between the two renames never leaves one ledger's database beside another one's WAL: the next start
finishes what the intent says before it opens anything.
"""

from pathlib import Path

from kiosk.ledger.disk import replace_file, sync_folder

_INTENT = "ledger.closing"
_IDENTITY = "ledger.id"


def closed_files(folder: Path) -> list[Path]:
    """The closed ledgers' databases (some may not exist: a ledger that was removed), oldest first."""
    numbers = {
        int(digits)
        for path in folder.glob("ledger.db.closed-*")
        if (digits := path.name.removeprefix("ledger.db.closed-").split("-")[0].split(".")[0]).isdecimal()
    }
    return [folder / f"ledger.db.closed-{n}" for n in sorted(numbers)]


def number_of(closed: Path) -> int:
    """Which of the closed ledgers this database is, from 1."""
    return int(closed.name.rpartition("-")[2])


def put_aside(folder: Path) -> Path:
    """Move ``ledger.db`` and its WAL aside; no connection to them may write any more.

    Returns:
        The path the database has (or would have, had it still been there).

    Raises:
        OSError: The disk refused; `finish` continues at the next start.
    """
    taken = closed_files(folder)
    number = 1 + max(map(number_of, taken), default=0)
    replace_file(folder / _INTENT, str(number).encode())
    return _finish(folder, number)


def finish(folder: Path) -> Path | None:
    """Finish a closing that a power cut interrupted; None when there was none.

    Raises:
        OSError: The disk refused.
    """
    try:
        number = int((folder / _INTENT).read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        # Torn before it was synced: then nothing has been renamed yet.
        (folder / _INTENT).unlink()
        return None
    return _finish(folder, number)


def _finish(folder: Path, number: int) -> Path:
    closed = folder / f"ledger.db.closed-{number}"
    for suffix in ("-wal", ""):
        source, target = folder / f"ledger.db{suffix}", closed.with_name(closed.name + suffix)
        if source.exists() and not target.exists():
            source.rename(target)
    (folder / "ledger.db-shm").unlink(missing_ok=True)
    if not closed.exists():
        closed.touch()  # a ledger that was removed leaves an empty file, so that its number is taken
    # Closed once: a start after a failed creation must not find it and close the same ledger again. It stays with
    # the ledger, whose own copy may be gone: a salvage that is resumed must call the entries by the same id.
    if (folder / _IDENTITY).exists():
        (folder / _IDENTITY).rename(_identity_of(closed))
    sync_folder(folder)
    (folder / _INTENT).unlink(missing_ok=True)
    sync_folder(folder)
    return closed


def remember(folder: Path, ledger_id: bytes) -> None:
    """Remember outside SQLite which ledger is in use: it says what was lost when the file itself cannot.

    Raises:
        OSError: The disk refused.
    """
    replace_file(folder / _IDENTITY, ledger_id.hex().encode())


def remembered(folder: Path) -> bytes | None:
    """The id of the ledger that was in use, if it is known."""
    return _read_identity(folder / _IDENTITY)


def remembered_of(closed: Path) -> bytes | None:
    """The id of a closed ledger, if it was known when it was closed."""
    return _read_identity(_identity_of(closed))


def _identity_of(closed: Path) -> Path:
    return closed.with_name(closed.name + ".id")


def _read_identity(path: Path) -> bytes | None:
    try:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
