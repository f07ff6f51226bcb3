"""The disk under the ledger: is it one that keeps things, is it healthy, has it room, does it take writes?

The kernel goes on after errors on many cards, so a card that looks healthy may have been losing blocks for months:
ext4 counts them.
"""

import os
from pathlib import Path

from kiosk.codes import CODES, named
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.machine import Machine
from kiosk.doctor.subject import Subject
from kiosk.faults import FaultCode, ProgramCode
from kiosk.ledger.disk import Disk, fault_of, prove_writable
from kiosk.mounts import FORGETFUL, FSTAB, MOUNTINFO, USE_A_PARTITION, Mount, is_forgetful, mount_of, unsafe

NAME = Phrase("Disk")
LITTLE_BYTES = 200 * 1024 * 1024
_MB = 1_000_000


def check(subject: Subject) -> list[Finding]:
    """Only what is wrong, or that all is right."""
    folder = _existing(subject.ledger_folder)
    mount = mount_of(subject.machine.read(MOUNTINFO) or "", folder.resolve())
    found = _missing(subject)
    if mount is not None:
        found += [*_keeps(subject, mount), *_errors(subject.machine, mount)]
    room, free = _room(folder)
    found += room
    if folder in (subject.ledger_folder, subject.config.data_dir):
        found += _takes_writes(folder)
    if any(finding.verdict is not Verdict.NOTE for finding in found):
        return found
    values: dict[str, str | int | Phrase] = {
        "kind": "?" if mount is None else mount.kind,
        "free": free // _MB,
        "folder": str(folder),
    }
    return [*found, Finding(NAME, Verdict.OK, Phrase("{folder} is on {kind}, {free} MB free.", values))]


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there: nothing is made."""
    return next((path for path in (folder, *folder.parents) if path.is_dir()), Path("/"))


def _missing(subject: Subject) -> list[Finding]:
    machine = subject.machine
    lists = (machine.read(MOUNTINFO) or "", machine.read(FSTAB) or "")
    seen = unsafe(subject.config.data_dir.resolve(), *lists)
    if seen is None or seen.code is not ProgramCode.DATA_MISSING:
        return []  # what keeps nothing is judged below: a demonstration may be on it
    return [Finding(NAME, Verdict.ERROR, seen.seen, seen.remedy)]


def _keeps(subject: Subject, mount: Mount) -> list[Finding]:
    if mount.kind in FORGETFUL:
        return [
            Finding(
                NAME,
                Verdict.WARNING if subject.demo else Verdict.ERROR,
                is_forgetful(mount.kind),
                USE_A_PARTITION,
            )
        ]
    if "ro" in mount.options:
        return [
            Finding(
                NAME,
                Verdict.ERROR,
                Phrase("{point} is mounted read-only.", {"point": mount.point}),
                Phrase(
                    "Switch off, check the card on another machine with fsck, and replace it if it has errors."
                ),
            )
        ]
    return []


def _errors(machine: Machine, mount: Mount) -> list[Finding]:
    if mount.kind != "ext4":
        return []
    link = machine.path(f"/sys/dev/block/{mount.device}")
    name = link.readlink().name if link.is_symlink() else Path(mount.source).name
    counted = machine.read(f"/sys/fs/ext4/{name}/errors_count")
    if counted is None or not counted.isdecimal() or int(counted) == 0:
        return []
    return [
        Finding(
            NAME,
            Verdict.ERROR,
            Phrase(
                "The file system on {device} has met {count} errors.", {"device": name, "count": int(counted)}
            ),
            Phrase(
                "Export the ledger (hailong ledger export), then check the card with fsck, best replace it."
            ),
        )
    ]


def _room(folder: Path) -> tuple[list[Finding], int]:
    disk = Disk(folder)
    free, _ = disk.sizes()
    values: dict[str, str | int | Phrase] = {"free": free // _MB, "folder": str(folder)}
    seen = Phrase("Only {free} MB are free for {folder}.", values)
    remedy = Phrase(
        "Please have whoever maintains the terminal make room on the card. The ledger must not be deleted."
    )
    what_is_large = "sudo du -xh / | sort -h | tail"
    if not disk.has_room():
        return [Finding(NAME, Verdict.ERROR, seen, remedy, what_is_large)], free
    if free < LITTLE_BYTES:
        return [Finding(NAME, Verdict.WARNING, seen, remedy, what_is_large)], free
    return [], free


def _takes_writes(folder: Path) -> list[Finding]:
    """Write, read back, remove: a file with a name of its own, for the kiosk may be doing the same."""
    try:
        prove_writable(folder / f"canary-doctor-{os.getpid()}")
    except OSError as error:
        code = fault_of(error)
        if code is FaultCode.NO_PERMISSION:
            seen = Phrase(
                "Whether the disk takes writes was not tried: {folder} is not ours.", {"folder": str(folder)}
            )
            return [Finding(NAME, Verdict.NOTE, seen, Phrase("Run it again with sudo."))]
        values: dict[str, str | int | Phrase] = {
            "folder": str(folder),
            "code": named(code),
            "problem": error.strerror or str(error),
        }
        return [
            Finding(
                NAME,
                Verdict.ERROR,
                Phrase("Nothing can be written to {folder}: {problem} (code {code}).", values),
                CODES[code].remedy,
            )
        ]
    return []
