"""Prepares an update: both packages and the updater on the disk, everything looked at, nothing changed yet."""

import hashlib
import io
import os
import re
import shutil
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.disk import replace_file, sync_folder
from kiosk.messages.notes import NoteError, PublicKey, parse_note
from kiosk.update.debs import (
    Deb,
    compare,
    deb_of,
    installed,
    machine_architecture,
    missing_for,
    repacked,
    unpacked_bytes,
)
from kiosk.update.driver import Machine
from kiosk.update.files import Files
from kiosk.update.model import Package, Phase, State

HEAD = "hailong/update/1\n"
SIGNATURE_SUFFIX = ".sig"
NAME = "hailong"

COMMAND_LINE = Path("/proc/cmdline")
PLACE = Path("/")
"""Where packages are unpacked."""
MB = 1_000_000
# raspi-config's overlay file system, and Debian's overlayroot: what is installed is gone with the next start.
_OVERLAY = re.compile(r"(?:^|\s)(?:boot=overlay|overlayroot=(?!disabled)\S)")
_FORM = re.compile(r"hailong/update/1\n([A-Za-z0-9.+:~-]{1,100})\n([0-9a-f]{64})\n")
_LONGEST_SIGNATURE = 16 * 1024
# What the updater is made of: it must work while the package is half exchanged.
_PARTS = (
    "kiosk/__init__.py",
    "kiosk/faults.py",
    "kiosk/ledger/__init__.py",
    "kiosk/ledger/disk.py",
    "kiosk/ledger/errors.py",
    "kiosk/update/__init__.py",
    "kiosk/update/driver.py",
    "kiosk/update/files.py",
    "kiosk/update/machine.py",
    "kiosk/update/model.py",
    "kiosk/update/standalone.py",
)
_MAIN = """import sys
from pathlib import Path

from kiosk.update.standalone import main

sys.exit(main(sys.argv[1:], Path(sys.argv[0]).resolve().parent))
"""


class Refused(Exception):
    """The update is not begun, and nothing was changed.

    Attributes:
        why: Which sentence says it (`kiosk.commands.update`).
        values: What is filled into it.
    """

    def __init__(self, why: str, **values: str) -> None:
        super().__init__(f"{why} {values}")
        self.why, self.values = why, values


@dataclass(frozen=True, slots=True)
class Signed:
    """What the server has signed: one version, and the very bytes of its package."""

    version: str
    sha256: str

    def text(self) -> str:
        """What is signed."""
        return f"{HEAD}{self.version}\n{self.sha256}\n"


def signed_by(rendered: str, key: PublicKey) -> Signed:
    """What a signature is for. Raises `NoteError`: it is none, or by another key."""
    note = parse_note(rendered)
    found = _FORM.fullmatch(note.text)
    if found is None:
        raise NoteError("the note is not about a package")
    if not note.is_signed_by(key):
        raise NoteError("the note is not signed by this key")
    return Signed(found[1], found[2])


def stage(files: Files, file: Path, key: PublicKey, machine: Machine, *, older: bool) -> State:
    """Put everything in its place; the next start of the unit carries it out.

    Args:
        files: Where.
        file: The package, with its signature beside it.
        key: Of central's, as the enrolment pinned it.
        machine: Whose kiosk is looked at.
        older: Also a version that is not newer than the one that is installed.

    Raises:
        Refused: It is not begun.
        OSError: The disk does not take it, or a program of Debian's is missing.
    """
    if files.load() is not None:
        raise Refused("under_way")
    if _OVERLAY.search(COMMAND_LINE.read_text(encoding="ascii", errors="replace")):
        raise Refused("overlay")
    signed = _signature(file, key)
    deb = _copied(files, file, signed)
    with ExitStack() as otherwise:
        otherwise.callback(files.package(Package.NEXT).unlink, missing_ok=True)  # a card is small
        before = installed(NAME)
        if before is None:
            raise Refused("not_a_package")
        if not older and compare(deb.version, "le", before.version):
            raise Refused("not_newer", new=deb.version, old=before.version)
        _keep(files, before)
        _look_for_room(unpacked_bytes(files.package(Package.NEXT)))
        replace_file(files.updater, archive(Path(__file__).parents[2]))
        files.forget_result()
        kiosk = machine.kiosk()
        state = State(Phase.STAGED, before.version, deb.version, kiosk.ready, kiosk.invocation)
        otherwise.pop_all()
        files.save(state)
    return state


def _look_for_room(unpacked: int) -> None:
    """On a disk that fills up meanwhile dpkg can neither go on nor go back.

    Args:
        unpacked: Bytes of the package. It lies beside the one before until it is whole; then comes its byte code.
    """
    if (need := unpacked * 2) > (free := shutil.disk_usage(PLACE).free):
        raise Refused("no_room", need=str(-(-need // MB)), free=str(free // MB))


def _signature(file: Path, key: PublicKey) -> Signed:
    path = file.with_name(file.name + SIGNATURE_SUFFIX)
    try:
        with path.open("rb") as opened:
            rendered = opened.read(_LONGEST_SIGNATURE).decode()
    except FileNotFoundError as error:
        raise Refused("no_signature", file=str(path)) from error
    except UnicodeDecodeError as error:
        raise Refused("not_signed", file=str(path), key=key.key_id) from error
    try:
        return signed_by(rendered, key)
    except NoteError as error:
        raise Refused("not_signed", file=str(path), key=key.key_id) from error


def _copied(files: Files, file: Path, signed: Signed) -> Deb:
    """The package beside ours, seen to be the one that was signed: what is on a stick may change while it is read."""
    target = files.package(Package.NEXT)
    draft = target.with_name("new.deb")  # apt wants the ending
    try:
        try:
            shutil.copyfile(file, draft)
        except FileNotFoundError as error:
            raise Refused("no_file", file=str(file)) from error
        with draft.open("rb+") as copied:
            os.fsync(copied.fileno())
            if hashlib.file_digest(copied, "sha256").hexdigest() != signed.sha256:
                raise Refused("other_file", file=str(file))
        deb = deb_of(draft)
        if deb is None or deb.name != NAME or deb.version != signed.version:
            raise Refused("foreign", file=str(file))
        here = machine_architecture()
        if deb.architecture not in (here, "all"):
            raise Refused("architecture", theirs=deb.architecture, here=here)
        if missing := missing_for(draft, NAME):
            raise Refused("needs", missing=missing)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(files.folder)
    return deb


def _keep(files: Files, before: Deb) -> None:
    """The package of the version that is installed: kept from its own update, or made from what lies there."""
    target = files.package(Package.PREVIOUS)
    known = deb_of(files.current) if files.current.exists() else None
    if known != before:
        repacked(NAME, files.current)
    target.unlink(missing_ok=True)
    os.link(files.current, target)
    sync_folder(files.folder)


def archive(root: Path) -> bytes:
    """The updater: a program that Debian's Python runs, whatever lies in the package meanwhile.

    Args:
        root: Where our packages lie.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name in _PARTS:
            packed.writestr(zipfile.ZipInfo(name), (root / name).read_bytes())
        packed.writestr(zipfile.ZipInfo("__main__.py"), _MAIN)
    return content.getvalue()
