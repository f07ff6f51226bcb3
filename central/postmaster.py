"""What PostgreSQL's ``postmaster.pid`` says, and whether it is still true.

PostgreSQL itself only asks whether the process number is taken. In a container the number may belong to another
program after a restart, or to a dead process that nobody buries, and it would never start again.
"""

from dataclasses import dataclass
from pathlib import Path

_SOCKET, _SHARED_MEMORY, _STATUS = 4, 6, 7


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The process that leads a cluster.

    Attributes:
        file: Its ``postmaster.pid``.
        lines: What it said when it was read; grows while the cluster starts.
    """

    file: Path
    lines: tuple[str, ...]

    @property
    def socket(self) -> Path | None:
        """The folder of its socket; None before it listens."""
        return Path(self.lines[_SOCKET]) if len(self.lines) > _SOCKET and self.lines[_SOCKET] else None

    @property
    def is_ready(self) -> bool:
        """Whether it answers."""
        return len(self.lines) > _STATUS and self.lines[_STATUS].strip() == "ready"

    @property
    def is_alive(self) -> bool:
        """Whether the number belongs to a process that works in this directory, as a PostgreSQL does for life.

        A dead one that nobody has buried yet works nowhere, and neither does what is not ours to look at.
        """
        if not self.lines or not self.lines[0].isdecimal():
            return False
        try:
            return Path(f"/proc/{self.lines[0]}/cwd").samefile(self.file.parent)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False

    @property
    def has_children(self) -> bool:
        """Whether processes that it has left behind still use its memory: starting now could destroy the data."""
        if len(self.lines) <= _SHARED_MEMORY:
            return False
        number = self.lines[_SHARED_MEMORY].split()[-1]
        rows = Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()
        names = rows[0].split()
        segments = (dict(zip(names, row.split(), strict=True)) for row in rows[1:])
        return any(segment["shmid"] == number and segment["nattch"] != "0" for segment in segments)


def postmaster(data: Path) -> Postmaster | None:
    """The one of a data directory; None where there is no file."""
    file = data / "postmaster.pid"
    try:
        return Postmaster(file, tuple(file.read_text(encoding="utf-8").splitlines()))
    except FileNotFoundError:
        return None
