"""Notices that somebody else touched the ledger's files, without reading them.

The writer is the only one who changes them, so a file that is not as the writer left it was touched: a
different or shorter file can no longer be written to; one with another time is checked against the chain.
"""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path


class Touched(Enum):
    """What somebody did to the files since the last look."""

    NOT = auto()
    SLIGHTLY = auto()  # written to, grown, its owner or mode changed: the chain must be checked
    BEYOND_USE = auto()  # gone, replaced or shortened: what is written now would be lost


@dataclass(frozen=True, slots=True)
class _Facts:
    inode: tuple[int, int]
    size: int
    times: tuple[int, int]

    @classmethod
    def of(cls, path: Path) -> "_Facts | None":
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        return cls((found.st_dev, found.st_ino), found.st_size, (found.st_mtime_ns, found.st_ctime_ns))


def inode_of(path: Path) -> tuple[int, int] | None:
    """Which file is at a path now; None where there is none."""
    found = _Facts.of(path)
    return None if found is None else found.inode


class Watch:
    """Remembers how the writer left the database and its WAL.

    Args:
        database: Its path.
        opened: Which file is open, as `inode_of` said before it was opened; where another is at its place by now, or
            none, what is written would be lost. None = whichever is there.
    """

    def __init__(self, database: Path, opened: tuple[int, int] | None = None) -> None:
        self._paths = (database, database.with_name(database.name + "-wal"))
        self._left = tuple(_Facts.of(path) for path in self._paths)
        self._suspicious = False
        held = self._left[0]
        self._lost = opened is not None and (held is None or held.inode != opened)

    def remember(self) -> None:
        """Take the files as they are now for the writer's own work (call after each commit).

        What an earlier `look` has seen stays seen: a vote stored just after a stranger's write must not hide it.
        """
        self._left = tuple(
            _as_left(left, _Facts.of(path)) for path, left in zip(self._paths, self._left, strict=True)
        )

    def settle(self) -> None:
        """Forget what was seen: the chain is being checked because of it."""
        self._suspicious = False
        self.remember()

    def look(self) -> Touched:
        """Compare the files with how they were left."""
        if self._lost:
            return Touched.BEYOND_USE
        worst = Touched.SLIGHTLY if self._suspicious else Touched.NOT
        for path, left in zip(self._paths, self._left, strict=True):
            if left is None:
                continue
            now = _Facts.of(path)
            if now is None or now.inode != left.inode or now.size < left.size:
                return Touched.BEYOND_USE
            if now != left:
                worst = Touched.SLIGHTLY
        self._suspicious = worst is Touched.SLIGHTLY
        return worst


def _as_left(left: _Facts | None, now: _Facts | None) -> _Facts | None:
    """What to remember of a file.

    The writer's own work never removes or replaces one while it is open. Another file at that place, or none, is
    a stranger's work, and what was known stays known: taken for our own, the loss would never be noticed.
    """
    if left is not None and (now is None or now.inode != left.inode):
        return left
    return now
