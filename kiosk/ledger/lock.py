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


LOCKS = Path("/proc/locks")
"""The kernel's list of locks (proc_locks(5))."""


def holder(lock: Path, locks: str) -> int | None:
    """The process that holds the lock file, without trying to take it: that could turn away one that starts now.

    Args:
        lock: The file.
        locks: The contents of `LOCKS`.

    Returns:
        Its number, 0 where the kernel does not name it to us (another container); None when nobody holds it, or
        nothing can be seen of the file.
    """
    try:
        facts = lock.stat()
    except OSError:
        return None
    wanted = f"{os.major(facts.st_dev):02x}:{os.minor(facts.st_dev):02x}:{facts.st_ino}"
    for line in locks.splitlines():
        fields = line.split()
        # 7: FLOCK  ADVISORY  WRITE 3652 07:00:15 0 EOF; a waiting one has "->" after the number.
        if len(fields) >= 6 and fields[1] == "FLOCK" and fields[5] == wanted:
            return max(0, int(fields[4]))
    return None
