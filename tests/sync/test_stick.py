"""A stick that is full, locked, pulled out or worn: the file is there whole or not at all, and why is said."""

import errno
import os
from pathlib import Path

import pytest

from sync import stick
from sync.stick import StickError, put
from tests.disks import Ext4Disk, SmallDisk, recorded_syncs

CONTENT = bytes(range(256)) * 800


def test_a_file_is_synced_before_it_has_its_name_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = recorded_syncs(monkeypatch)
    path = put(tmp_path, "tệp", CONTENT)
    assert path.read_bytes() == CONTENT
    # The file twice: under its new name FAT has no size for it until then, and the stick may be pulled out.
    assert [ino for ino, _ in synced] == [path.stat().st_ino, path.stat().st_ino, tmp_path.stat().st_ino]
    assert synced[0][1] == len(CONTENT)
    assert list(tmp_path.iterdir()) == [path]


def test_one_of_the_same_name_is_replaced_and_what_an_interruption_left_is_used_up(tmp_path: Path) -> None:
    (tmp_path / "tệp").write_bytes(b"old")
    (tmp_path / "tệp.part").write_bytes(CONTENT * 2)
    put(tmp_path, "tệp", CONTENT)
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("tệp", len(CONTENT))]


def test_a_full_stick_keeps_what_was_there_and_nothing_half(small_disk: SmallDisk) -> None:
    put(small_disk.folder, "tệp", b"before")
    small_disk.fill()
    with pytest.raises(StickError) as caught:
        put(small_disk.folder, "tệp", CONTENT)
    assert caught.value.reason == errno.ENOSPC
    assert (small_disk.folder / "tệp").read_bytes() == b"before"
    assert not (small_disk.folder / "tệp.part").exists()
    small_disk.free()
    put(small_disk.folder, "tệp", CONTENT)
    assert (small_disk.folder / "tệp").read_bytes() == CONTENT


def test_a_stick_that_takes_nothing_any_more_is_told_so(failing_disk: Ext4Disk) -> None:
    put(failing_disk.folder, "tệp", b"before")
    failing_disk.fail_read_only()
    with pytest.raises(StickError) as caught:
        put(failing_disk.folder, "tệp", CONTENT)
    assert caught.value.reason == errno.EROFS
    assert (failing_disk.folder / "tệp").read_bytes() == b"before"


@pytest.mark.parametrize("reason", [errno.EIO, errno.ENODEV, errno.ENXIO])
@pytest.mark.parametrize(
    "at", ["write", "fsync of the file", "rename", "fsync of its name", "fsync of the folder"]
)
def test_a_stick_that_is_pulled_out_at_any_step_leaves_no_file_that_looks_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, reason: int
) -> None:
    """From that step on nothing works any more, the clearing away least of all."""
    gone = False

    def fail(*_arguments: object, **_more: object) -> None:
        nonlocal gone
        gone = True
        raise OSError(reason, os.strerror(reason))

    usual = os.fsync

    def sync_unless_gone(fd: int) -> None:
        file = Path(f"/proc/self/fd/{fd}").resolve()
        now = "folder" if file.is_dir() else "file" if file.suffix == ".part" else "its name"
        if not gone and at.endswith(now):
            fail()
        usual(fd)

    if at == "write":
        monkeypatch.setattr(os, "posix_fadvise", fail)  # the first step of reading back what was written
    elif at == "rename":
        monkeypatch.setattr(Path, "rename", fail)
    else:
        monkeypatch.setattr(os, "fsync", sync_unless_gone)
    monkeypatch.setattr(Path, "unlink", fail)
    with pytest.raises(StickError) as caught:
        put(tmp_path, "tệp", CONTENT)
    assert caught.value.reason == reason
    found = tmp_path / "tệp"
    assert not found.exists() or found.read_bytes() == CONTENT


def test_a_worn_stick_that_forgets_what_it_took_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(fd: int, *_where: int) -> None:
        os.pwrite(fd, b"\0", 1000)

    monkeypatch.setattr(os, "posix_fadvise", forget)
    with pytest.raises(StickError) as caught:
        put(tmp_path, "tệp", CONTENT)
    assert caught.value.reason == errno.EIO
    assert list(tmp_path.iterdir()) == []


def test_without_a_stick_nothing_is_written_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StickError) as caught:
        put(tmp_path / "nowhere", "tệp", CONTENT)
    assert caught.value.reason is None
    monkeypatch.setattr(stick, "STICK", tmp_path)  # there, and nothing is mounted
    with pytest.raises(StickError) as caught:
        put(tmp_path, "tệp", CONTENT)
    assert caught.value.reason is None
    assert list(tmp_path.iterdir()) == []
