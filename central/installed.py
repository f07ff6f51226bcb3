"""A server that is installed as a service: the settings of its unit, and as whom the commands beside it run."""

import os
import pwd
import shlex
from pathlib import Path

SETTINGS = Path("/etc/hailong/central.env")
"""What the unit reads as EnvironmentFile (systemd.exec(5))."""


class BadSettings(ValueError):
    """A line of the settings file cannot be understood. The message names it."""


def read_settings(file: Path = SETTINGS) -> None:
    """Put the settings of the installed server into this environment; what is there already stays.

    A command that is told of no data folder means the installed server, so it must find the same database.

    Raises:
        BadSettings: A line is not NAME=value.
        OSError: The file may not be read.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for number, line in enumerate(lines, 1):
        try:
            words = shlex.split(line, comments=line.lstrip().startswith(("#", ";")))
            if not words or line.lstrip().startswith(";"):
                continue
            (word,) = words
            name, equals, value = word.partition("=")
            if not (equals and name.isidentifier()):
                raise ValueError(line)
        except ValueError:
            raise BadSettings(f"{file}, line {number}: one NAME=value is wanted") from None
        os.environ.setdefault(name, value)


def become_owner(folder: Path) -> None:
    """Root becomes the user whom a data folder belongs to: no file of root's may appear in it.

    Args:
        folder: The data folder; nothing happens where it is missing, or root's own.

    Raises:
        OSError: The folder cannot be looked at.
    """
    if os.geteuid() != 0 or not folder.exists():
        return
    facts = folder.stat()
    if facts.st_uid == 0:
        return
    try:
        groups = os.getgrouplist(pwd.getpwuid(facts.st_uid).pw_name, facts.st_gid)
    except KeyError:  # a number without a name
        groups = [facts.st_gid]
    os.setgroups(groups)
    os.setgid(facts.st_gid)
    os.setuid(facts.st_uid)
    os.umask(0o077)
