"""The board's serial number: a card that moved to another board, and a card that was copied, show by it."""

import re
from pathlib import Path

_LONGEST = 100
_LINE = re.compile(r"^Serial\s*:\s*(\S+)\s*$", re.MULTILINE)


def serial_number(root: Path = Path("/")) -> str | None:
    """The serial number of this board; None where it has none that a program can read, such as on a PC.

    Args:
        root: Other than the machine's own in tests.
    """
    for path, find in (
        (root / "proc/device-tree/serial-number", re.compile(r"([^\0\s]+)")),
        (root / "proc/cpuinfo", _LINE),
    ):
        try:
            found = find.search(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        if found is not None and found[1].isprintable():
            return found[1][:_LONGEST]
    return None


def is_another(enrolled: str | None, board: str | None) -> bool:
    """Whether a card is in another board than the one on which it was enrolled.

    Args:
        enrolled: The serial number then; None = not known.
        board: The one now; None = not known, such as on a PC. Where either is not known, nothing is suspected.
    """
    return None not in (enrolled, board) and enrolled != board
