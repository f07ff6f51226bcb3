"""The disk, the data folder and the ledger."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.doctor import disk, folder, ledger
from kiosk.doctor.account import Account
from kiosk.doctor.finding import Verdict
from kiosk.doctor.subject import Subject
from kiosk.faults import FaultCode
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind
from kiosk.mounts import MOUNTINFO, mount_of
from tests.disks import Ext4Disk, SmallDisk, failing_disk, small_disk
from tests.kiosk.doctor.terminal import as_user, put, subject
from tests.kiosk.fakes import FakeClock

__all__ = ["failing_disk", "small_disk"]

MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/root rw,errors=continue
31 27 179:3 / {point} {options} shared:2 - {kind} /dev/mmcblk0p3 {options}
"""


def mounted(root: Path, kind: str = "ext4", options: str = "rw,relatime") -> None:
    """The data folder on a file system of its own."""
    point = str(root / "data").replace(" ", "\\040")
    put(root, "proc/self/mountinfo", MOUNTS.format(point=point, kind=kind, options=options))


def verdicts(examined: Subject) -> list[Verdict]:
    return [finding.verdict for finding in disk.check(examined)]


@pytest.fixture
def examined(tmp_path: Path) -> Subject:
    root = tmp_path / "gốc với dấu"
    (root / "data" / "ledger").mkdir(parents=True, mode=0o750)
    (root / "data" / "ledger").chmod(0o750)
    mounted(root)
    return as_user(subject(root), Account("tram", os.geteuid(), frozenset()))


def test_a_healthy_disk_is_well_and_left_as_it_was(examined: Subject) -> None:
    assert verdicts(examined) == [Verdict.OK]
    assert list(examined.ledger_folder.iterdir()) == []


def test_the_mount_is_the_innermost_one_whatever_its_name(examined: Subject) -> None:
    listed = examined.machine.read(MOUNTINFO) or ""
    found = mount_of(listed, examined.ledger_folder)
    assert found is not None
    assert (found.device, found.kind, found.source) == ("179:3", "ext4", "/dev/mmcblk0p3")
    beside = mount_of(listed, Path("/elsewhere"))
    assert beside is not None
    assert beside.point == "/"


def test_a_partition_that_is_missing_is_an_error(examined: Subject) -> None:
    above = examined.config.data_dir.resolve().parent
    put(
        examined.machine.root,
        "etc/fstab",
        f"LABEL=data {str(above).replace(' ', chr(92) + '040')} ext4 nofail 0 2\n",
    )
    assert verdicts(examined) == [Verdict.ERROR]


@pytest.mark.parametrize("kind", ["tmpfs", "overlay"])
def test_a_disk_that_forgets_is_an_error_outside_a_demo(examined: Subject, kind: str) -> None:
    mounted(examined.machine.root, kind)
    assert verdicts(examined) == [Verdict.ERROR]
    assert verdicts(replace(examined, demo=True)) == [Verdict.WARNING]


@pytest.mark.parametrize(
    ("options", "verdict"), [("ro,relatime", Verdict.ERROR), ("rw,errors=remount-ro", Verdict.OK)]
)
def test_ro_is_a_word_of_its_own(examined: Subject, options: str, verdict: Verdict) -> None:
    mounted(examined.machine.root, "ext4", options)
    assert verdicts(examined) == [verdict]


@pytest.mark.parametrize(("count", "verdict"), [("0\n", Verdict.OK), ("3\n", Verdict.ERROR)])
def test_errors_that_ext4_has_counted_are_told(examined: Subject, count: str, verdict: Verdict) -> None:
    put(examined.machine.root, "sys/fs/ext4/mmcblk0p3/errors_count", count)
    assert verdicts(examined) == [verdict]


def test_the_device_is_found_by_its_number_where_the_source_is_an_alias(examined: Subject) -> None:
    root = examined.machine.root
    (root / "sys/dev/block").mkdir(parents=True)
    (root / "sys/dev/block/179:3").symlink_to("../../devices/platform/mmc0/block/mmcblk7/mmcblk7p3")
    put(root, "sys/fs/ext4/mmcblk7p3/errors_count", "1\n")
    assert verdicts(examined) == [Verdict.ERROR]


def test_a_real_error_of_a_real_ext4_is_found(failing_disk: Ext4Disk, examined: Subject) -> None:
    data = failing_disk.folder / "data"
    (data / "ledger").mkdir(parents=True)
    config = replace(examined.config, data_dir=data)
    real = replace(examined, config=config, machine=replace(examined.machine, root=Path("/")))
    # A disk of a few megabytes: little room, and nothing else.
    assert verdicts(real) == [Verdict.WARNING]
    failing_disk.fail_read_only()
    found = disk.check(real)
    assert Verdict.ERROR in [finding.verdict for finding in found]
    assert any("errors" in finding.seen.msgid for finding in found)


def test_a_full_disk_is_an_error(small_disk: SmallDisk, examined: Subject) -> None:
    data = small_disk.folder / "data"
    (data / "ledger").mkdir(parents=True)
    small_disk.fill()
    found = disk.check(replace(examined, config=replace(examined.config, data_dir=data)))
    assert Verdict.ERROR in [finding.verdict for finding in found]


def test_nothing_is_made_where_no_kiosk_has_run(tmp_path: Path) -> None:
    examined = subject(tmp_path)
    disk.check(examined)
    (found,) = folder.check(examined)
    assert found.verdict is Verdict.NOTE
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_the_kiosk_alone_is_well(examined: Subject) -> None:
    assert [found.verdict for found in folder.check(examined)] == [Verdict.OK]


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [(0o2750, Verdict.OK), (0o770, Verdict.ERROR), (0o752, Verdict.ERROR), (0o755, Verdict.WARNING)],
)
def test_a_ledger_folder_is_writable_by_the_kiosk_alone(
    examined: Subject, mode: int, verdict: Verdict
) -> None:
    examined.ledger_folder.chmod(mode)
    assert [found.verdict for found in folder.check(examined)] == [verdict]


def test_a_ledger_that_belongs_to_somebody_else_is_an_error_with_the_command_to_run(
    examined: Subject,
) -> None:
    (examined.ledger_folder / "ledger.db").touch(0o640)
    (found,) = folder.check(as_user(examined, Account("hailong-kiosk", 990, frozenset({990}))))
    assert found.verdict is Verdict.ERROR
    assert found.command.startswith("sudo chown -R hailong-kiosk:hailong ")


def kept(data: Path) -> Keeper:
    """A ledger with a vote and two faults, one of them of a button."""
    keeper = Keeper(data / "ledger", FakeClock(), "hailong test")
    keeper.open()
    keeper.append([Draft(Kind.RATING, {"level": 5, "source": "gpio"})])
    keeper.append([Draft(Kind.FAULT, {"code": "D2", "active": True})])
    keeper.append([Draft(Kind.FAULT, {"code": "H2", "active": True, "source": "gpio", "level": 4})])
    return keeper


def test_the_last_faults_are_remembered_without_their_buttons(tmp_path: Path) -> None:
    keeper = kept(tmp_path)
    keeper.close(clean=False)
    found, faults = ledger.check(keeper.path)
    assert found.verdict is Verdict.NOTE
    assert [(fault.code, fault.active) for fault in faults] == [("D2", True), ("H2", True)]
    assert not any("level" in repr(fault) for fault in faults)


def test_every_fault_code_can_be_remembered(tmp_path: Path) -> None:
    keeper = kept(tmp_path)
    for code in FaultCode:
        keeper.append([Draft(Kind.FAULT, {"code": code.value, "active": False})])
    keeper.close(clean=True)
    _, faults = ledger.check(keeper.path)
    assert len(faults) == min(ledger.REMEMBERED, len(FaultCode) + 2)
    assert faults[-1].code == list(FaultCode)[-1].value


def test_a_ledger_that_is_none_is_an_error_and_a_missing_one_a_note(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    assert ledger.check(path)[0].verdict is Verdict.NOTE
    path.write_bytes(b"not a database" * 1000)
    assert ledger.check(path)[0].verdict is Verdict.ERROR
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    assert ledger.check(path)[0].verdict is Verdict.ERROR
