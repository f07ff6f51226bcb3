"""One file to send to whoever maintains the terminal: findings, versions, settings, the last fault codes.

It has no ratings, no levels and no secrets, so that it may be sent by any way. The words that the screen shows about
the place are left out as well: nobody needs them to find a fault.
"""

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assets.texts import Texts
from kiosk.clock import rfc3339
from kiosk.config.load import Setting
from kiosk.config.options import OPTIONS
from kiosk.config.toml_write import as_toml
from kiosk.doctor.examine import Examination
from kiosk.doctor.machine import Machine
from kiosk.doctor.render import lines_of, summary
from kiosk.ledger.disk import rename_through

PACKAGES = ("hailong", "pygame", "pygame-ce", "gpiozero", "lgpio", "pyserial", "sqlite-utils", "click")
_TABLES = frozenset({"", "inputs", "gpio", "pad", "visit", "screen", "sound"})
"""The tables whose values are told."""


def default_name(machine: Machine) -> Path:
    """``hailong-doctor-20261122-080000.txt``, by the wall clock, UTC."""
    digits = rfc3339(machine.clock.wall_ns())[:19].replace("-", "").replace(":", "").replace("T", "-")
    return Path(f"hailong-doctor-{digits}.txt")


def report(
    examination: Examination,
    machine: Machine,
    settings: Mapping[str, Setting],
    languages: Sequence[Texts],
) -> str:
    """The text of the file."""
    return "\n".join(_lines(examination, machine, settings, languages)) + "\n"


def _lines(
    examination: Examination, machine: Machine, settings: Mapping[str, Setting], languages: Sequence[Texts]
) -> Iterator[str]:
    yield "hailong doctor"
    yield ""
    for finding in examination.findings:
        yield from lines_of(finding, languages)
    yield from (summary(examination, _) for _ in languages)
    yield from ("", "[machine]", *versions(machine), "", "[faults]")
    yield from (
        f"{fault.wall} {fault.code} {'began' if fault.active else 'ended'}" for fault in examination.faults
    )
    yield from ("", "[settings]")
    for option in OPTIONS:
        if option.table in _TABLES and option.key in settings:
            yield f"{option.key} = {as_toml(settings[option.key].value)}"


def versions(machine: Machine) -> Iterator[str]:
    """What this machine is made of, as far as it says."""
    yield f"time = {rfc3339(machine.clock.wall_ns())}"
    yield f"board = {machine.read('/proc/device-tree/model') or platform.machine()}"
    yield f"system = {platform.system()} {platform.release()}"
    yield f"python = {platform.python_version()}"
    yield f"sqlite = {sqlite3.sqlite_version}"
    for package in PACKAGES:
        try:
            yield f"{package} = {version(package)}"
        except PackageNotFoundError:
            yield f"{package} = -"


def write(path: Path, text: str) -> None:
    """Write the file whole or not at all, for its owner alone.

    Raises:
        OSError: It cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
            file.write(text)
            file.flush()
            os.fsync(fd)
        rename_through(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
