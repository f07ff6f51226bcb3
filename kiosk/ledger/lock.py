"""The right to write a ledger: an exclusive ``flock`` on ``ledger.lock``, held for life.

Two SQLite connections that write or checkpoint at once can corrupt a WAL (SQLite 3.7.0 to 3.51.2), so there is
one writer, and the kernel, not a file's contents, says who: the right ends with the process, however it ends.
"""

import fcntl
import os
from pathlib import Path

from kiosk.ledger.errors import LedgerLocked


class WriterLock:
    """The right to write, once taken. Opened read-only, so that it never keeps a file system busy writing."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            LedgerLocked: Another program has it.
            OSError: The file can neither be opened nor made.
        """
        self.path = path
        self._fd = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._fd)
            raise LedgerLocked(path) from error

    def is_of_the_path(self) -> bool:
        """Whether the file at the path still is the one locked (not after a folder was replaced under us)."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        ours = os.fstat(self._fd)
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def close(self) -> None:
        """Give the right back. May be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
