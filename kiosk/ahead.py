"""Reads ahead what a start is going to need, while Python is still at its beginning.

After power-on no file is in memory, and a start reads several hundred, each after the one before has been run. A card
answers many questions at once much faster than one after the other. Which files those are, the last start has
written down: the modules that it imported, and the libraries and fonts that it had open. Without the list, or with an
old one, a start is slower and nothing else.
"""

import os
import stat
import sys
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
        folder = os.path.join(above, "hailong")  # noqa: PTH118 - pathlib takes longer to import than this takes to run
    return os.path.join(folder, "start.txt") if os.path.isabs(folder) else None  # noqa: PTH117, PTH118


def read(file: str | None) -> list[threading.Thread]:
    """Have the files of a list brought into memory, and go on at once.

    Returns:
        Who does it; nobody has to wait for them.
    """
    names = _names(file)
    readers = [
        threading.Thread(target=_bring, args=(names[first::READERS],), name="read ahead", daemon=True)
        for first in range(min(READERS, len(names)))
    ]
    for reader in readers:
        reader.start()
    return readers


def remember(file: str | None) -> None:
    """Write down which files this program has needed so far, where they are others than the last time."""
    if file is None:
        return
    names = _needed()
    if names == _names(file):
        return
    draft = f"{file}.new"
    try:
        os.makedirs(os.path.dirname(file), mode=0o750, exist_ok=True)  # noqa: PTH103, PTH120
        with open(draft, "wb") as written:  # noqa: PTH123
            written.write(b"\n".join(os.fsencode(name) for name in names))
        os.replace(draft, file)  # noqa: PTH105
    except OSError as error:
        import logging  # not sooner: by then every other module has imported it

        logging.getLogger(__name__).info("what a start needs is not remembered: %s", error)


def _names(file: str | None) -> list[str]:
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


def _needed() -> list[str]:
    """Modules in the order of their import, then what is mapped."""
    modules = [
        (getattr(module, "__cached__", None), getattr(module, "__file__", None))
        for module in list(sys.modules.values())
    ]
    # What is run; the source where nobody has written the compiled form.
    imported = [cached if cached and os.access(cached, os.F_OK) else source for cached, source in modules]
    names = [name for name in (*imported, *_mapped()) if isinstance(name, str) and name.startswith("/")]
    return list(dict.fromkeys(names))


def _mapped() -> list[str]:
    """The libraries of this process, and other files that it has mapped to read (proc(5), /proc/pid/maps)."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:  # noqa: PTH123
            fields = [line.rstrip("\n").split(maxsplit=5) for line in maps]
    except OSError:
        return []
    # What is written to, such as SQLite's shared memory, changes; what has no inode is no file.
    return [field[5] for field in fields if len(field) == 6 and "x" in field[1] and field[4] != "0"]
