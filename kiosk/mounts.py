"""What file system a folder is on, and what its data folder stands on must not be. Pure: texts in, sentences out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.config.phrase import Phrase
from kiosk.faults import ProgramCode

MOUNTINFO, FSTAB = Path("/proc/self/mountinfo"), Path("/etc/fstab")

FORGETFUL = frozenset({"tmpfs", "ramfs", "overlay", "squashfs", "zram"})
"""File systems whose contents do not outlive a power cut (an overlay root is over a RAM disk)."""

USE_A_PARTITION = Phrase(
    "Put the data on a partition of its own and set data_dir to it, "
    "or switch the overlay file system off: sudo raspi-config."
)
PUT_IT_IN = Phrase(
    "Switch off, see that the disk or card with the data is plugged in, and switch on again. "
    "If it is in, check it with fsck on another machine."
)


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a folder's files are.

    Attributes:
        device: ``major:minor``.
        root: Which folder of the file system is mounted; another than ``/`` where one folder shows a part of it.
        point: Where it is mounted.
        kind: Its file system.
        source: Its device file.
        options: How it is mounted.
    """

    device: str
    root: str
    point: str
    kind: str
    source: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Why a folder must not hold ratings.

    Attributes:
        code: Its number.
        seen: What is wrong.
        remedy: What to do.
    """

    code: ProgramCode
    seen: Phrase
    remedy: Phrase


def mounts(mountinfo: str) -> Iterator[Mount]:
    """All mounts, in the order in which they were made (proc_pid_mountinfo(5))."""
    for line in mountinfo.splitlines():
        fields, _, rest = line.partition(" - ")
        facts, about = fields.split(), rest.split()
        if len(facts) < 6 or len(about) < 3:
            continue
        options = frozenset([*facts[5].split(","), *about[2].split(",")])
        yield Mount(facts[2], _plain(facts[3]), _plain(facts[4]), about[0], about[1], options)


def mount_of(mountinfo: str, folder: Path) -> Mount | None:
    """The mount that holds a folder; None where the kernel's list says nothing.

    Args:
        mountinfo: The list.
        folder: Without symbolic links.
    """
    best = None
    for mount in mounts(mountinfo):
        # The later of two mounts on one point covers the earlier.
        if folder.is_relative_to(mount.point) and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def unsafe(folder: Path, mountinfo: str, fstab: str) -> Unsafe | None:
    """Why an installed terminal must not keep its ratings there; None = it may.

    Args:
        folder: The data folder, without symbolic links.
        mountinfo: The kernel's list of mounts.
        fstab: The machine's own list of what is to be mounted.
    """
    point = _own_partition(folder, fstab)
    # A unit's file system shows parts of others, too: a mount of its own there says nothing.
    if point is not None and not any(
        mount.point == point and (mount.root == "/" or mount.kind == "btrfs") for mount in mounts(mountinfo)
    ):
        seen = Phrase(
            "The partition for the data, {point}, is not there. Ratings would go elsewhere.", {"point": point}
        )
        return Unsafe(ProgramCode.DATA_MISSING, seen, PUT_IT_IN)
    mount = mount_of(mountinfo, folder)
    if mount is not None and mount.kind in FORGETFUL:
        return Unsafe(ProgramCode.DATA_FORGETFUL, is_forgetful(mount.kind), USE_A_PARTITION)
    return None


def is_forgetful(kind: str) -> Phrase:
    """That a file system keeps nothing."""
    return Phrase("The data folder is on {kind}: a power cut loses every rating.", {"kind": kind})


def _own_partition(folder: Path, fstab: str) -> str | None:
    """Where fstab(5) mounts what is to hold the folder; None = it is to be on the root file system."""
    best = None
    for line in fstab.splitlines():
        fields = line.split()
        if len(fields) < 4 or fields[0].startswith("#") or "noauto" in fields[3].split(","):
            continue
        point = _plain(fields[1])
        if point.startswith("/") and point != "/" and folder.is_relative_to(point):
            best = point if best is None or len(point) > len(best) else best
    return best


def _plain(field: str) -> str:
    """A field of such a list: signs such as spaces are octal numbers there."""
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), field)
