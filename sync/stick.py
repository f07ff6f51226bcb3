"""A file on a stick: there whole, or not at all. A stick may be full, locked, or pulled out in the middle."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from kiosk.handover import STICK
from kiosk.ledger.disk import rename_through

_CHUNK = 1 << 20


class StickError(Exception):
    """The file is not on the stick.

    Attributes:
        reason: The operating system's word for why; None = there is no stick.
    """

    def __init__(self, reason: int | None, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def put(folder: Path, name: str, content: bytes) -> Path:
    """Write a file through to the stick, read it back, and only then give it its name.

    Args:
        folder: Of the stick.
        name: What the file is called in the end; one of that name is replaced.
        content: All of it.

    Returns:
        The file.

    Raises:
        StickError: It is not there; what was there before still is.
    """
    # Where an installed terminal mounts sticks there may be an empty folder: that is memory, not a stick.
    if not folder.is_dir() or (folder == STICK and not folder.is_mount()):
        raise StickError(None, f"there is no stick at {folder}")
    path, draft = folder / name, folder / f"{name}.part"
    try:
        _written(draft, content)
        rename_through(draft, path)
    except OSError as error:
        with suppress(OSError):  # the stick is gone, or takes nothing: what is left there has another name
            draft.unlink(missing_ok=True)
        raise StickError(error.errno or errno.EIO, f"{path}: {error.strerror or error}") from error
    return path


def _written(draft: Path, content: bytes) -> None:
    """The content through to the disk, and seen to be there. Raises `OSError`."""
    fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    with os.fdopen(fd, "r+b") as file:
        file.write(content)
        file.flush()
        os.fsync(fd)
        # What is read must come from the stick, not from memory: worn sticks take everything and keep some of it.
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        file.seek(0)
        for start in range(0, len(content), _CHUNK):
            if file.read(_CHUNK) != content[start : start + _CHUNK]:
                raise OSError(errno.EIO, "the stick does not keep what is written to it")
