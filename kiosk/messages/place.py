"""Where the kiosk's socket is: always ``kiosk.sock`` in the data folder, however long that folder's path is.

A Unix socket's path has 107 bytes at most (unix(7)), so the folder is opened and reached through ``/proc/self/fd``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "kiosk.sock"


@contextmanager
def reached(folder: Path) -> Iterator[Path]:
    """A short path to a folder, good until the block ends. Raises `OSError`."""
    fd = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield Path(f"/proc/self/fd/{fd}")
    finally:
        os.close(fd)
