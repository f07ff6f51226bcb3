"""What lies on the machine's data partition, read on the host without mounting it."""

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.machine.vm import Machine
from tests.system.program import Line, entries

Entry = tuple[int, str, Line]
"""(seq, kind, payload)."""


def data_folder(machine: Machine, into: Path) -> Path:
    """The data folder as a power cut at this moment leaves it, whether or not the machine runs.

    The file system's journal is replayed on a copy, as the machine itself would at its next start.

    Raises:
        CalledProcessError: The file system is damaged beyond what its journal repairs.
    """
    raw, folder = into / "data.img", into / "hailong"
    machine.copy_data(raw)
    journal = subprocess.run(["e2fsck", "-p", "-E", "journal_only", str(raw)], capture_output=True, text=True)
    checked = subprocess.run(["e2fsck", "-f", "-n", str(raw)], capture_output=True, text=True)
    if checked.returncode:
        raise subprocess.CalledProcessError(
            checked.returncode, "e2fsck", f"{journal.stdout}{checked.stdout}", checked.stderr
        )
    folder.mkdir()
    subprocess.run(["debugfs", "-R", f'rdump / "{folder}"', str(raw)], check=True, capture_output=True)
    return folder


def ratings(machine: Machine) -> list[int]:
    """The levels of the ratings on the disk, oldest first."""
    return [int(str(said["level"])) for _, kind, said in on_disk(machine) if kind == "rating"]


def counted(entries: Iterable[Entry]) -> list[tuple[int, int]]:
    """(seq, level) of the ratings that count, oldest first, as corrected. Nobody takes one back in these tests."""
    found: dict[int, int] = {}
    for seq, kind, said in entries:
        if kind == "rating":
            found[seq] = int(said["level"])
        elif kind == "correction" and said["of"] in found:
            found[said["of"]] = int(said["level"])
    return sorted(found.items())


def on_disk(machine: Machine) -> list[Entry]:
    """Every entry on the disk."""
    with tempfile.TemporaryDirectory(prefix="hailong-disk-") as folder:
        data = data_folder(machine, Path(folder))
        return entries(data) if (data / "ledger" / "ledger.db").exists() else []
