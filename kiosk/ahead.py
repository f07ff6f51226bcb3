"""Reads ahead what a start is going to need, while Python is still at its beginning.

After power-on no file is in memory, and a start reads several hundred, each after the one before has been run. A card
answers many questions at once much faster than one after the other. Which files those are, the last start has
written down (`kiosk.needed`). Without the list, or with an old one, a start is slower and nothing else.

This is the first of ours that is imported, and imports as little as can be: no pathlib, no logging.
"""

import os
import stat
import threading
from collections.abc import Iterable, Mapping

READERS = 4
"""So many files are opened at a time: where a file lies is read from the card, too."""

_MOST_BYTES = 1 << 20
"""Of a list. One start needs about 60 kB."""
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def list_file(environ: Mapping[str, str] = os.environ) -> str | None:
    """Where the list is kept; None where there is no place for such things.

    That of systemd (``CacheDirectory=``), else that of the XDG Base Directory Specification.
    """
    folder = environ.get("CACHE_DIRECTORY", "").partition(":")[0]
    if not folder:
        above = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME") or "", ".cache")  # noqa: PTH118
        folder = os.path.join(above, "hailong")  # noqa: PTH118
    return os.path.join(folder, "start.txt") if os.path.isabs(folder) else None  # noqa: PTH117, PTH118


def read(file: str | None) -> list[threading.Thread]:
    """Have the files of a list brought into memory, and go on at once.

    Returns:
        Who does it; nobody has to wait for them.
    """
    names = listed(file)
    readers = [
        threading.Thread(target=_bring, args=(names[first::READERS],), name="read ahead", daemon=True)
        for first in range(min(READERS, len(names)))
    ]
    for reader in readers:
        reader.start()
    return readers


def listed(file: str | None) -> list[str]:
    """The files of a list; none where it cannot be read."""
    if file is None:
        return []
    try:
        with open(file, "rb") as known:  # noqa: PTH123
            content = known.read(_MOST_BYTES)
    except OSError:
        return []
    return [os.fsdecode(name) for name in content.split(b"\n") if name.startswith(b"/") and b"\0" not in name]


def _bring(names: Iterable[str]) -> None:
    for name in names:
        try:
            descriptor = os.open(name, _FLAGS)
        except OSError:
            continue  # of a version that is not there any more
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED)
        except OSError:
            continue  # of a file system that cannot
        finally:
            os.close(descriptor)
