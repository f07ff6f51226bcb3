"""How an embedded cluster is made, where, and with which configuration."""

import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from central.runner import ELSEWHERE, Runner

USER = "hailong"
# Terse, and without statements: rows of ratings must not reach a log.
SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_SOCKET = re.compile("^unix_socket_directories = '(.*)'$", re.MULTILINE)


def place(folder: Path) -> Path:
    """Where the cluster of a folder lies: there, or where a file in it says."""
    named = folder / "place"
    return Path(named.read_text(encoding="utf-8").strip()) if named.exists() else folder


def found(folder: Path, runner: Runner) -> None:
    """Make a cluster, complete or not at all: one that was not made to its end is made again.

    Raises:
        EmbeddedError: initdb fails.
        OSError: A folder cannot be made or written.
    """
    if not runner.reaches(folder):
        elsewhere = ELSEWHERE / secrets.token_hex(8)
        elsewhere.mkdir(mode=0o711, parents=True)
        (elsewhere / "belongs-to").write_text(f"{folder}\n", encoding="utf-8")
        (folder / "place").write_text(f"{elsewhere}\n", encoding="utf-8")
    lies = place(folder)
    for unfinished in lies.glob("data.*.new"):
        shutil.rmtree(unfinished)
    draft = lies / f"data.{secrets.token_hex(4)}.new"
    runner.give(draft)
    options = ("--auth=trust", "--encoding=UTF8", "--no-locale", "--data-checksums")
    runner.succeed("initdb", "--pgdata", str(draft), "--username", USER, *options)
    draft.rename(lies / "data")


def configure(lies: Path, runner: Runner, settings: Mapping[str, str]) -> None:
    """Write the whole configuration. The folder of the socket stays the same while it is there: processes know it.

    Raises:
        OSError: It cannot be written.
    """
    path = lies / "postgresql.conf"
    before = _SOCKET.search(path.read_text(encoding="utf-8")) if path.exists() else None
    socket = Path(before[1]) if before else None
    if socket is None or not runner.owns(socket):
        socket = runner.socket_folder()
    lines = {**SETTINGS, **settings, "unix_socket_directories": str(socket)}.items()
    quoted = ("{} = '{}'\n".format(name, value.replace("'", "''")) for name, value in lines)
    path.write_text("".join(quoted), encoding="utf-8")
