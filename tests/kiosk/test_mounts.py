"""What a data folder may stand on."""

from pathlib import Path

import pytest

from kiosk.faults import ProgramCode
from kiosk.mounts import unsafe

DATA = Path("/var/lib/hailong")
FSTAB = """\
# <file system> <mount point> <type> <options> <dump> <pass>
PARTUUID=1-02 / ext4 defaults,noatime 0 1
PARTUUID=1-01 /boot/firmware vfat defaults 0 2
"""
OWN = FSTAB + "LABEL=hailong-data /var/lib/hailong ext4 noatime,nofail 0 2\n"
ABOVE = FSTAB + "/dev/sda1 /var/lib ext4 noatime,nofail 0 2\n"
ROOT = "25 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw\n"
OVERLAY = "25 1 0:30 / / rw,noatime shared:1 - overlay overlay rw,lowerdir=/lower\n"
PARTITION = "60 25 179:3 / /var/lib/hailong rw,noatime shared:9 - ext4 /dev/mmcblk0p3 rw\n"
SHOWN = "71 25 179:2 /var/lib/hailong /var/lib/hailong rw,noatime master:1 - ext4 /dev/root rw\n"
"""A unit's own file system shows a part of the root where it may be written (ReadWritePaths=)."""


@pytest.mark.parametrize(
    ("mountinfo", "fstab", "code"),
    [
        (ROOT, FSTAB, None),
        (ROOT + SHOWN, FSTAB, None),
        (ROOT + PARTITION, OWN, None),
        (OVERLAY + PARTITION, OWN, None),  # a read-only root with a partition for the data: as it should be
        (ROOT, OWN, ProgramCode.DATA_MISSING),
        (ROOT + SHOWN, OWN, ProgramCode.DATA_MISSING),
        (ROOT, ABOVE, ProgramCode.DATA_MISSING),
        (ROOT + PARTITION.replace("/var/lib/hailong", "/var/lib"), ABOVE, None),
        (ROOT, OWN.replace("nofail", "noauto"), None),
        (ROOT, OWN.replace("LABEL", "#LABEL"), None),
        (OVERLAY, FSTAB, ProgramCode.DATA_FORGETFUL),
        (OVERLAY, OWN, ProgramCode.DATA_MISSING),
        (ROOT + PARTITION.replace("ext4", "tmpfs"), FSTAB, ProgramCode.DATA_FORGETFUL),
        ("", "", None),  # a kernel that says nothing is no reason to stop
        ("nonsense", "x\ny z", None),
    ],
)
def test_ratings_are_taken_only_where_they_stay(mountinfo: str, fstab: str, code: ProgramCode | None) -> None:
    found = unsafe(DATA, mountinfo, fstab)
    assert (None if found is None else found.code) is code


def test_spaces_in_names_are_understood() -> None:
    fstab, mountinfo = (
        OWN.replace("hailong ext4", r"hai\040long ext4"),
        PARTITION.replace("g rw", r"g\040x rw"),
    )
    folder = Path("/var/lib/hai long")
    found = unsafe(folder, ROOT + mountinfo, fstab)
    assert found is not None
    assert found.seen.values == {"point": str(folder)}
    assert unsafe(folder, ROOT + PARTITION.replace("hailong rw", r"hai\040long rw"), fstab) is None
