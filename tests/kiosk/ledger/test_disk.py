"""Full, read-only and forbidden disks, real ones: told at once, recorded, and over as soon as they are over."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.faults import FaultCode
from kiosk.ledger.answers import Available, Broke, NotStored, Stored
from kiosk.ledger.disk import BALLAST_BYTES, Disk, fault_of, replace_file
from kiosk.ledger.kinds import Draft, Kind, parse
from kiosk.ledger.watch import Touched, Watch
from kiosk.ledger.writer import Patience
from tests.disks import Ext4Disk, SmallDisk, recorded_syncs
from tests.kiosk.ledger.terminal import brought_over, intact, kept, stored, vote, votes
from tests.kiosk.ledger.told import running

NOBODY = 65534
AT_THE_PRESS = Patience(probe_s=0.05, salvage_s=0.001, look_s=600.0)
"""The full disk is met by a press: a look in the middle of the filling would give the ballast to the filler."""


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in stored(folder) if entry.kind != Kind.VERIFIED]


def faults(folder: Path) -> list[tuple[object, object]]:
    bodies = [parse(entry.payload) for entry in stored(folder) if entry.kind == Kind.FAULT]
    return [(body["code"], body["active"]) for body in bodies]


def checked(folder: Path) -> bool:
    return (folder / "ledger.db").exists() and any(e.kind == Kind.VERIFIED for e in stored(folder))


def test_a_disk_that_filled_up_is_a_fault_within_one_press_and_over_when_it_is_freed(
    small_disk: SmallDisk,
) -> None:
    folder = small_disk.folder / "ledger"
    with running(folder, patience=AT_THE_PRESS) as told:
        told.until(lambda: checked(folder))
        before = told.stored_vote(1)
        small_disk.fill()
        told.ask(Draft(Kind.TEST))  # whether or not a look came first
        assert told.ask(vote(2)) == NotStored(3, FaultCode.DISK_FULL)
        assert told.wait(Broke).code is FaultCode.DISK_FULL
        told.until(lambda: faults(folder) == [("D2", True)])
        refused = told.ask(Draft(Kind.REFUSED, {"counts": {"2": 1}}))
        assert isinstance(refused, Stored)
        so_far = len(told.events)
        small_disk.free()
        told.wait(Available, after=so_far)
        after = told.stored_vote(3)
        assert told.answered_once()
    entries = stored(folder)
    assert [e for e in entries if e.kind == Kind.RATING] == [before, after]
    assert faults(folder) == [("D2", True), ("D2", False)]
    assert intact(folder)
    assert (folder / "ballast").stat().st_size > 0
    assert not list(folder.glob("*closed*"))


def test_a_full_disk_that_only_sqlite_notices_loses_and_doubles_nothing(
    small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look at the free room is switched off: the room is gone between look and COMMIT."""
    folder = small_disk.folder / "ledger"
    kept_levels: list[int] = []
    with running(folder, patience=AT_THE_PRESS) as told:
        told.until(lambda: checked(folder))
        small_disk.fill()
        with monkeypatch.context() as patch:
            patch.setattr(Disk, "has_room", lambda _: True)
            for level in (1, 2, 3):
                answer = told.ask(vote(level, note="x" * 700_000))
                if isinstance(answer, Stored):
                    kept_levels.append(level)
            assert told.wait(Broke).code is FaultCode.DISK_FULL
        so_far = len(told.events)
        small_disk.free()
        told.wait(Available, after=so_far)
        told.stored_vote(4)
    ratings = [parse(entry.payload)["level"] for entry in stored(folder) if entry.kind == Kind.RATING]
    assert ratings == [*kept_levels, 4]
    assert len(kept_levels) < 3
    assert intact(folder)


def test_a_disk_that_is_full_at_the_start_is_a_fault_from_the_start(small_disk: SmallDisk) -> None:
    folder = small_disk.folder / "ledger"
    with kept(folder) as keeper:
        votes(keeper, 1)
    (folder / "ballast").unlink()
    small_disk.fill()
    with running(folder) as told:
        assert told.wait(Broke).code is FaultCode.DISK_FULL
        assert isinstance(told.ask(vote()), NotStored)
        small_disk.free()
        told.wait(Available)
        told.stored_vote()
    assert kinds(folder)[:4] == ["boot", "rating", "shutdown", "boot"]
    assert kinds(folder).count("rating") == 2
    assert [entry.boot_n for entry in stored(folder)] == [1] * len(stored(folder))
    assert intact(folder)


def test_a_new_terminal_on_a_full_disk_comes_alive_when_it_is_freed(small_disk: SmallDisk) -> None:
    small_disk.fill()
    folder = small_disk.folder / "ledger"
    with running(folder) as told:
        assert told.wait(Broke).code is FaultCode.DISK_FULL
        small_disk.free()
        told.wait(Available)
        told.stored_vote()
    assert intact(folder)
    assert not list(folder.glob("*closed*"))


def test_a_ledger_lost_on_a_full_disk_is_replaced_and_salvaged_when_there_is_room(
    small_disk: SmallDisk,
) -> None:
    folder = small_disk.folder / "ledger"
    with running(folder, patience=AT_THE_PRESS) as told:
        told.until(lambda: checked(folder))
        before = [told.stored_vote() for _ in range(5)]
        small_disk.fill()
        assert isinstance(told.ask(vote()), NotStored)
        told.until(lambda: faults(folder) == [("D2", True)])
        (folder / "ledger.db").unlink()
        so_far = len(told.events)
        small_disk.free()
        told.wait(Available, after=so_far)
        after = told.stored_vote()
        told.until(lambda: not told.writer._keeper.has_salvage())
    assert after in stored(folder)
    carried = [payload for _, _, payload, _ in brought_over(folder)]
    assert [e.payload for e in before if e.payload not in carried] == []
    assert len(carried) == len({(seq, ledger) for ledger, seq, *_ in brought_over(folder)})
    assert intact(folder)


def test_a_card_that_turned_read_only_is_a_fault_and_over_when_it_is_mounted_again(
    failing_disk: Ext4Disk,
) -> None:
    folder = failing_disk.folder / "ledger"
    with running(folder) as told:
        told.until(lambda: checked(folder))
        before = told.stored_vote(1)
        failing_disk.fail_read_only()
        answer = told.ask(vote(2))
        assert answer == NotStored(2, FaultCode.READ_ONLY)
        assert told.wait(Broke).code is FaultCode.READ_ONLY
        so_far = len(told.events)
        failing_disk.mount_again()
        told.wait(Available, after=so_far)
        after = told.stored_vote(3)
    assert [e for e in stored(folder) if e.kind == Kind.RATING] == [before, after]
    assert faults(folder) == [("D3", True), ("D3", False)]
    assert intact(folder)


def test_a_card_that_turned_read_only_is_named_so_by_the_look_at_the_files_too(
    failing_disk: Ext4Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = failing_disk.folder / "ledger"
    touched: list[Touched] = []
    monkeypatch.setattr(Watch, "look", lambda _watch: touched[-1] if touched else Touched.NOT)
    with running(folder) as told:
        told.until(lambda: checked(folder))
        told.stored_vote(1)
        failing_disk.fail_read_only()
        touched.append(Touched.SLIGHTLY)  # the next look brings what is in the log into the database
        assert told.wait(Broke).code is FaultCode.READ_ONLY
        assert told.ask(vote(2)) == NotStored(2, FaultCode.READ_ONLY)


@contextmanager
def as_nobody() -> Iterator[None]:
    """The effective and the real user of this process, for a while; what a service user may do."""
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody can reach (those that pytest makes are the user's alone)."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize("whole_folder", [True, False])
def test_a_ledger_that_belongs_to_root_is_a_fault_of_its_own_and_left_as_it_was(
    public: Path, whole_folder: bool
) -> None:
    folder = public / "ledger"
    with kept(folder) as keeper:
        votes(keeper, 3)
    for path in (folder, *folder.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    theirs = folder if whole_folder else folder / "ledger.db"
    os.chown(theirs, 0, 0)
    theirs.chmod(0o700)
    before = (folder / "ledger.db").read_bytes()
    with as_nobody(), running(folder) as told:
        assert told.wait(Broke).code is FaultCode.NO_PERMISSION
        assert isinstance(told.ask(vote()), NotStored)
        os.setresuid(0, 0, 0)
        assert (folder / "ledger.db").read_bytes() == before
        assert not list(folder.glob("*closed*"))
        os.chown(theirs, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, 0)
        told.wait(Available)
        told.stored_vote()
    assert kinds(folder).count("rating") == 4
    assert intact(folder)


def test_the_ballast_is_loaded_once_and_its_room_is_real(folder: Path) -> None:
    folder.mkdir(parents=True)
    disk = Disk(folder)
    disk.load_ballast()
    first = (folder / "ballast").stat()
    assert first.st_size == BALLAST_BYTES
    assert first.st_blocks * 512 >= BALLAST_BYTES
    disk.load_ballast()
    assert (folder / "ballast").stat().st_mtime_ns == first.st_mtime_ns
    disk.drop_ballast()
    disk.drop_ballast()
    assert list(folder.iterdir()) == []


def test_a_disk_is_proved_by_writing_and_reading_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(parents=True)
    Disk(folder).prove_writable()
    assert list(folder.iterdir()) == []
    monkeypatch.setattr(os, "pread", lambda *_: b"something else")
    with pytest.raises(OSError, match="Input/output") as failed:
        Disk(folder).prove_writable()
    assert fault_of(failed.value) is FaultCode.LEDGER_ERROR


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, FaultCode.DISK_FULL),
        (errno.EDQUOT, FaultCode.DISK_FULL),
        (errno.EROFS, FaultCode.READ_ONLY),
        (errno.EACCES, FaultCode.NO_PERMISSION),
        (errno.EPERM, FaultCode.NO_PERMISSION),
        (errno.EIO, FaultCode.LEDGER_ERROR),
        (None, FaultCode.LEDGER_ERROR),
    ],
)
def test_every_error_of_the_system_has_a_code_for_the_technician(number: int | None, code: FaultCode) -> None:
    error = OSError() if number is None else OSError(number, os.strerror(number))
    assert fault_of(error) is code


def test_a_file_is_replaced_whole_or_not_at_all_where_only_a_part_has_room(small_disk: SmallDisk) -> None:
    path = small_disk.folder / "enrolment.json"
    replace_file(path, b"before")
    small_disk.fill()
    filling = small_disk.folder / "filling"
    os.truncate(filling, filling.stat().st_size - 16_384)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, bytes(100_000))
    assert path.read_bytes() == b"before"


def test_a_file_and_its_name_are_on_the_disk_when_it_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "enrolment.json"
    synced = recorded_syncs(monkeypatch)
    replace_file(path, b"x" * 10_000)
    # The file twice: under its new name FAT has no size for it until then.
    file, folder = (path.stat().st_ino, 10_000), (tmp_path.stat().st_ino, tmp_path.stat().st_size)
    assert synced == [file, file, folder]
