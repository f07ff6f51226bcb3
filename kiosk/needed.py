"""Writes down which files this program has needed, for the next start to read ahead (`kiosk.ahead`)."""

import logging
import os
import sys
import threading
from pathlib import Path

from kiosk.ahead import list_file, listed

log = logging.getLogger(__name__)


def remember_aside() -> None:
    """Do so in a thread of its own: a press must not wait for the card."""
    threading.Thread(target=remember, args=(list_file(),), name="remember", daemon=True).start()


def remember(file: str | None) -> None:
    """Write the list, where it would be another than it is. A draft that was left behind is overwritten."""
    if file is None:
        return
    names = _needed()
    if names == listed(file):
        return
    path = Path(file)
    draft = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        draft.write_bytes(b"\n".join(os.fsencode(name) for name in names))
        draft.replace(path)
    except OSError as error:
        log.info("what a start needs is not remembered: %s", error)


def _needed() -> list[str]:
    """Modules in the order of their import, then libraries."""
    modules = [
        (getattr(module, "__cached__", None), getattr(module, "__file__", None))
        for module in list(sys.modules.values())
    ]
    # What is run; the source where nobody has written the compiled form.
    imported = [cached if cached and os.access(cached, os.F_OK) else source for cached, source in modules]
    names = [name for name in (*imported, *_mapped()) if isinstance(name, str) and name.startswith("/")]
    return list(dict.fromkeys(names))


def _mapped() -> list[str]:
    """The libraries of this process: what it has mapped to run, of files (proc(5), /proc/pid/maps)."""
    try:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return []
    fields = [line.split(maxsplit=5) for line in maps.split("\n")]
    return [field[5] for field in fields if len(field) == 6 and "x" in field[1] and field[4] != "0"]
