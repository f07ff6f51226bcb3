"""The file of a backup: a ZIP with a dump of the database, the keys, and a manifest with the checksums of all.

It is no signature: whoever can change the file has the keys in it and could sign anything. It finds damage.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import msgspec

FORMAT = 1
MANIFEST, DUMP, KEYS = "manifest.json", "database.dump", "keys/"
PIECE = 1 << 20
_LONGEST_MANIFEST = 1 << 20


class Damaged(Exception):
    """The file is no backup, or not as it was written. The message says where."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a backup.

    Attributes:
        format: Of the file; grows when an older program could not read it rightly.
        program: The version of Hài lòng that wrote it.
        created_at: RFC 3339, the server's clock.
        key_id: Of the server's signing key.
        public_url: What terminals are told.
        migrations: Which of them the database has seen, as ``app.name``.
        postgresql: The major version of the database.
        pg_dump: The major version of the program that wrote the dump.
        rows: How many rows some tables have in the dump.
        files: Size and SHA-256, hexadecimal, of each other file.
    """

    format: int
    program: str
    created_at: str
    key_id: str
    public_url: str
    migrations: list[str]
    postgresql: int
    pg_dump: int
    rows: dict[str, int]
    files: dict[str, tuple[int, str]]


class Writer:
    """Puts files into a new archive. Args: `zipped`: open for writing."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped
        self.files: dict[str, tuple[int, str]] = {}

    def add(self, name: str, read: Callable[[int], bytes]) -> None:
        """Copy a file into it, piece by piece. Raises what `read` raises, and `OSError`."""
        size, checksum = 0, hashlib.sha256()
        with self._zip.open(name, "w", force_zip64=True) as member:
            while piece := read(PIECE):
                member.write(piece)
                checksum.update(piece)
                size += len(piece)
        self.files[name] = (size, checksum.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest; nothing comes after it."""
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


class Archive:
    """A backup that was read from end to end and is as it was written."""

    def __init__(self, zipped: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip = zipped
        self.manifest = manifest

    @contextmanager
    def reading(self, name: str) -> Iterator[IO[bytes]]:
        """One of its files."""
        with self._zip.open(name) as member:
            yield member

    def keys(self) -> dict[str, bytes]:
        """The files of the keys, by their path in their folder."""
        names = [name for name in self.manifest.files if name.startswith(KEYS)]
        return {name.removeprefix(KEYS): self._zip.read(name) for name in names}


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Archive]:
    """Read a backup from end to end, then use it.

    Raises:
        Damaged: It is none, or not as it was written.
        OSError: It cannot be read.
    """
    try:
        with zipfile.ZipFile(file) as zipped:
            manifest = _manifest(zipped)
            _compare(zipped, manifest)
            yield Archive(zipped, manifest)
    except zipfile.BadZipFile as error:
        raise Damaged("it is no backup of hailong-central, or it is cut off or damaged") from error


def _manifest(zipped: zipfile.ZipFile) -> Manifest:
    names = zipped.namelist()
    if MANIFEST not in names or zipped.getinfo(MANIFEST).file_size > _LONGEST_MANIFEST:
        raise Damaged("it has no manifest: it is no backup of hailong-central")
    try:
        found = msgspec.json.decode(zipped.read(MANIFEST), type=Manifest)
    except msgspec.DecodeError as error:
        raise Damaged(f"its manifest cannot be understood: {error}") from error
    if sorted(names) != sorted([*found.files, MANIFEST]) or DUMP not in found.files:
        raise Damaged("it does not hold the files that its manifest names")
    for name in found.files:
        if name != DUMP and (not name.startswith(KEYS) or ".." in name.split("/")):
            raise Damaged(f"{name} has no place in a backup")
    return found


def _compare(zipped: zipfile.ZipFile, manifest: Manifest) -> None:
    for name, (size, wanted) in manifest.files.items():
        checksum, read = hashlib.sha256(), 0
        with zipped.open(name) as member:
            while piece := member.read(PIECE):
                checksum.update(piece)
                read += len(piece)
        if (read, checksum.hexdigest()) != (size, wanted):
            raise Damaged(f"{name} in it is not as it was written")
