"""Writes what was measured to ``docs/evidence/``: with the date, the versions, the machine and how to repeat it."""

import os
import platform
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import distributions, version
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "evidence"

ON_DISK = "/var/tmp"  # noqa: S108 - every use makes a folder of its own in it
"""A folder that is on a disk, where ``/tmp`` may be in memory."""

NOT_ON_A_PI = "Not measured on a Raspberry Pi."

Row = Sequence[str | int | float]


def table(head: Row, rows: Sequence[Row]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


@dataclass(frozen=True)
class Evidence:
    """One page.

    Attributes:
        name: Of the file, without ``.md``.
        title: Of the page.
        story: What was done, in a few sentences.
        tables: Markdown.
        command: How to do it again.
        folder: Where the files of the measurement lay; its file system is named.
        extra: Further versions, such as strace's.
    """

    name: str
    title: str
    story: str
    tables: Sequence[str]
    command: str
    folder: Path
    extra: Sequence[tuple[str, str]] = ()

    def page(self) -> str:
        """The page's text."""
        rows = [*conditions(self.folder), *self.extra]
        parts = [
            f"# {self.title}",
            self.story,
            *(part.rstrip() for part in self.tables),
            f"Repeat it: `{self.command}`",
            table(("measured with", ""), rows).rstrip(),
            NOT_ON_A_PI,
        ]
        return "\n\n".join(parts) + "\n"

    def write(self) -> Path:
        """Write the page and say where it is."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{self.name}.md"
        path.write_text(self.page(), encoding="utf-8")
        return path


def conditions(folder: Path) -> list[tuple[str, str]]:
    """When, with what and on what something was measured."""
    return [
        ("date", time.strftime("%Y-%m-%d", time.gmtime())),
        ("hailong", version("hailong")),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("pygame", _pygame()),
        ("kernel", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("processor", f"{os.cpu_count()} × {_processor()}"),
        ("file system", _file_system(folder)),
        ("load (1 min)", f"{os.getloadavg()[0]:.1f}"),
    ]


def _pygame() -> str:
    """Which of the two is installed: they answer to the same import, and importing them prints a greeting."""
    names = {found.metadata["Name"]: found.version for found in distributions()}
    return ", ".join(f"{name} {names[name]}" for name in ("pygame", "pygame-ce") if name in names)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(("model name", "Model")):
            return line.partition(":")[2].strip()
    return platform.machine()


def _file_system(folder: Path) -> str:
    """The type of the file system that holds a folder: of all mount points above it, the nearest."""
    best, kind = "", "unknown"
    whole = os.fspath(folder.resolve())
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, point, found, *_ = line.split()
        if len(point) >= len(best) and (whole + "/").startswith(point.rstrip("/") + "/"):
            best, kind = point, found
    return kind
