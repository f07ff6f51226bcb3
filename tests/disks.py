"""Small real file systems that can fill up and fail under open files. Needs root, as CI is."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SMALL_BYTES = 8 * 1024 * 1024


@dataclass
class SmallDisk:
    """A mounted file system of a few megabytes."""

    folder: Path

    def fill(self) -> None:
        """Take every byte that is left, the last ones too."""
        with (self.folder / "filling").open("ab", buffering=0) as file:
            # A sync gives back what ext4 had set aside for the worst case; then a little more fits.
            while _write_until_full(file.fileno()):
                os.fsync(file.fileno())

    def free(self) -> None:
        (self.folder / "filling").unlink()


@dataclass
class Ext4Disk(SmallDisk):
    """ext4 on a loop device, mounted as cards are: it turns read-only at the first error."""

    image: Path
    device: str

    def fail_read_only(self) -> None:
        """What a failing card looks like: the kernel meets an error, and every write is refused with EROFS."""
        _run("sync", "--file-system", str(self.folder))
        name = Path(self.device).name
        Path(f"/sys/fs/ext4/{name}/trigger_fs_error").write_text("a test\n")

    def mount_again(self) -> None:
        """What a technician does then. (This kernel never lets such a file system be remounted in place.)

        It is mounted over the dead one, with which the files stay that a program still has open.
        """
        self.device = _attached(self.image)
        # 1: errors were found and put right, which is what it is for.
        checked = subprocess.run(["e2fsck", "-f", "-y", self.device], capture_output=True, text=True)
        assert checked.returncode in (0, 1), checked.stdout
        _run("mount", "-o", "errors=remount-ro", self.device, str(self.folder))


def _write_until_full(fd: int) -> int:
    """How many bytes fitted."""
    written, step = 0, 1 << 20
    while step:
        try:
            written += os.write(fd, bytes(step))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            step >>= 1
    return written


def recorded_syncs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Inode and size of whatever is synced from now on, in order."""
    found: list[tuple[int, int]] = []
    sync = os.fsync

    def noted(fd: int) -> None:
        sync(fd)
        known = os.fstat(fd)
        found.append((known.st_ino, known.st_size))

    monkeypatch.setattr(os, "fsync", noted)
    return found


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout.strip()


def _attached(image: Path) -> str:
    return _run("losetup", "--find", "--show", str(image))


def _tmpfs(folder: Path, cleanup: ExitStack) -> SmallDisk:
    _run("mount", "-t", "tmpfs", "-o", f"size={SMALL_BYTES}", "small-disk", str(folder))
    cleanup.callback(_run, "umount", "--lazy", str(folder))
    return SmallDisk(folder)


@contextmanager
def ext4_disk(folder: Path, image: Path) -> Iterator[Ext4Disk]:
    """An ext4 without a journal (a dead one would not let the same image be mounted a second time)."""
    image.write_bytes(b"")
    os.truncate(image, 2 * SMALL_BYTES)
    _run("mkfs.ext4", "-q", "-O", "^has_journal", "-m", "0", str(image))
    device = _attached(image)
    _run("mount", "-o", "errors=remount-ro", device, str(folder))
    try:
        yield Ext4Disk(folder, image, device)
    finally:
        while subprocess.run(["umount", "--lazy", str(folder)], capture_output=True).returncode == 0:
            pass
        for line in _run("losetup", "--noheadings", "--output", "NAME", "--associated", str(image)).split():
            _run("losetup", "--detach", line)


@pytest.fixture(params=["tmpfs", "ext4"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk of each kind."""
    folder = _mount_point(tmp_path)
    with ExitStack() as cleanup:
        if request.param == "tmpfs":
            yield _tmpfs(folder, cleanup)
        else:
            yield cleanup.enter_context(ext4_disk(folder, tmp_path / "image"))


@pytest.fixture
def failing_disk(tmp_path: Path) -> Iterator[Ext4Disk]:
    """A disk that can turn read-only under open files."""
    with ext4_disk(_mount_point(tmp_path), tmp_path / "image") as disk:
        yield disk


def _mount_point(tmp_path: Path) -> Path:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder
