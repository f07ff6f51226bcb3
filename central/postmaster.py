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
    def pid(self) -> int:
        """Its process number."""
        return int(self.lines[0])

    @property
    def socket(self) -> Path:
        """The folder of its socket."""
        return Path(self.lines[_SOCKET])

    @property
    def is_ready(self) -> bool:
        """Whether it answers."""
        return len(self.lines) > _STATUS and self.lines[_STATUS].strip() == "ready"

    @property
    def is_alive(self) -> bool:
        """Whether the number belongs to a PostgreSQL of this cluster that lives."""
        process = Path("/proc") / str(self.pid)
        try:
            # A dead process that nobody has buried yet has no command line.
            words = (process / "cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            return False
        return str(self.file.parent).encode() in words

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
