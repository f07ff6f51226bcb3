"""The disk under the ledger: how much is free, whether it takes writes, and the ballast for the worst day.

The ballast is a file that is only there to be deleted: on a full disk its room lets the ledger say that it was
full and how many presses were refused.
"""

import errno
import logging
import os
import secrets
from pathlib import Path

from kiosk.faults import FaultCode
from kiosk.ledger.errors import StoreFailed

log = logging.getLogger(__name__)

BALLAST_BYTES = 8 * 1024 * 1024
RESERVE_BYTES = 256 * 1024
"""Below this a vote is not taken: enough for the largest batch of entries and a checkpoint's overhead."""

_FAULTS = {
    errno.ENOSPC: FaultCode.DISK_FULL,
    errno.EDQUOT: FaultCode.DISK_FULL,
    errno.EROFS: FaultCode.READ_ONLY,
    errno.EACCES: FaultCode.NO_PERMISSION,
    errno.EPERM: FaultCode.NO_PERMISSION,
}


def fault_of(error: OSError) -> FaultCode:
    """The fault that an operating system's error means to a terminal."""
    return _FAULTS.get(error.errno or 0, FaultCode.LEDGER_ERROR)


class Disk:
    """The file system that holds a ledger's folder.

    Args:
        folder: The ledger's folder; it must exist before the other methods are called.
    """

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"
        self._canary = folder / "canary"
        self._folder = folder

    def sizes(self) -> tuple[int, int]:
        """(free for this user, total) in bytes. Total 0 = the file system does not say."""
        facts = os.statvfs(self._folder)
        free = facts.f_bavail
        if os.geteuid() == 0 and facts.f_bfree > facts.f_bavail:
            # The last few per cent of ext4 are root's alone, except for what ext4 keeps for its own needs: 2 %
            # or 4,096 blocks (reserved_clusters in the kernel's ext4 documentation), which is never to be had.
            free = max(free, facts.f_bfree - min(facts.f_blocks // 50, 4096))
        return free * facts.f_frsize, facts.f_blocks * facts.f_frsize

    def has_room(self) -> bool:
        """Whether a vote may still be taken."""
        free, total = self.sizes()
        return total == 0 or free >= min(RESERVE_BYTES, total // 32)

    def load_ballast(self) -> None:
        """Make the ballast unless it is there.

        Raises:
            OSError: ENOSPC when it and the reserve would not fit: the disk counts as full.
        """
        free, total = self.sizes()
        # A small disk gets a small ballast; nothing of a terminal's own is that small, tests are.
        size = BALLAST_BYTES if total == 0 else min(BALLAST_BYTES, total // 8)
        if self._ballast.exists() and self._ballast.stat().st_size >= size:
            return
        if total and free < size + min(RESERVE_BYTES, total // 32):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder))
        fd = os.open(self._ballast, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            os.posix_fallocate(fd, 0, size)
            os.fsync(fd)
        except OSError:
            self._ballast.unlink(missing_ok=True)
            raise
        finally:
            os.close(fd)

    def try_to_load_ballast(self) -> None:
        """Where the whole folder was removed, so was the ballast. The next look finds a disk too full for it."""
        try:
            self.load_ballast()
        except OSError as error:
            log.warning("there is no ballast for now: %s", error)

    def drop_ballast(self) -> None:
        """Free the ballast's room.

        Raises:
            OSError: It cannot be removed (a read-only disk).
        """
        self._ballast.unlink(missing_ok=True)

    def prove_writable(self) -> None:
        """See the function of the same name. Raises `OSError`."""
        prove_writable(self._canary)

    def explained(self, error: StoreFailed) -> StoreFailed:
        """SQLite says "I/O error" of a disk that has turned read-only, too; the disk itself says which it is."""
        if error.code is not FaultCode.LEDGER_ERROR:
            return error
        try:
            self.prove_writable()
        except OSError as reason:
            return StoreFailed(fault_of(reason), str(reason))
        return error


def prove_writable(file: Path) -> None:
    """Write a small file through to the disk, read it back, remove it.

    Args:
        file: Its path; two who may try at the same time need two paths.

    Raises:
        OSError: What went wrong.
    """
    probe = os.urandom(512)
    fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    try:
        os.write(fd, probe)
        os.fsync(fd)
        if os.pread(fd, len(probe), 0) != probe:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(file))
    finally:
        os.close(fd)
        file.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable (a new or renamed file is not, until its folder is synced)."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def rename_through(draft: Path, path: Path) -> None:
    """Give a file that was written through to the disk its name, and the name through to the disk.

    FAT keeps a file's size beside its name: one that was just renamed is empty on the disk until it is synced again.

    Raises:
        OSError: The disk refused; there is one of the two names.
    """
    draft.rename(path)
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    sync_folder(path.parent)


def replace_file(path: Path, content: bytes, *, keep_owner: bool = False) -> None:
    """Write a small file completely or not at all, through to the disk.

    Args:
        path: The file.
        content: All of it.
        keep_owner: Who owned it, and its rights, stay; a new one belongs to the owner of its folder. Root may do this
            for the terminal's own user.

    Raises:
        OSError: The disk refused; the file is as it was.
    """
    draft = path.with_name(path.name + ".new")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    if keep_owner:
        _own_as(fd, path)
    _write_through(fd, content)
    rename_through(draft, path)


def _own_as(fd: int, path: Path) -> None:
    """Raises `OSError`, and closes the file then."""
    try:
        before = (path if path.exists() else path.parent).stat()
        if os.geteuid() == 0:
            os.fchown(fd, before.st_uid, before.st_gid)
        if path.exists():
            os.fchmod(fd, before.st_mode & 0o777)
    except OSError:
        os.close(fd)
        raise


def new_file(path: Path, content: bytes, mode: int) -> None:
    """Make a small file, complete or not at all, through to the disk.

    Raises:
        FileExistsError: Another process has just made it: that one stays.
        OSError: The disk refused; there is no file.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        _write_through(fd, content)
        os.link(draft, path)  # unlike a rename it does not replace
    finally:
        draft.unlink()
    sync_folder(path.parent)


def _write_through(fd: int, content: bytes) -> None:
    """Write all of it and close: of `os.write` a disk with little room takes a part, and says nothing."""
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(fd)
