"""Whose rights are looked at: the kiosk's, not those of the technician who asks.

Users and groups are read from the files, so that the unit's supplementary groups can be counted in: they are
nowhere else while the kiosk is stopped.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.doctor.machine import Machine

KIOSK_USER = "hailong-kiosk"
UNIT = "hailong-kiosk.service"
_UNIT_FOLDERS = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)


@dataclass(frozen=True, slots=True)
class Account:
    """A user with all groups.

    Attributes:
        name: As in ``/etc/passwd``; the number where it has none.
        uid: The number.
        gids: Every group, the first one too.
    """

    name: str
    uid: int
    gids: frozenset[int]

    def may(self, facts: os.stat_result, bits: int) -> bool:
        """Whether the mode of a file allows this user `bits` (4 read, 2 write, 1 enter); root may everything."""
        if self.uid == 0:
            return True
        mode = stat.S_IMODE(facts.st_mode)
        if facts.st_uid == self.uid:
            mode >>= 6
        elif facts.st_gid in self.gids:
            mode >>= 3
        return mode & bits == bits


def choose(machine: Machine, wanted: str | None, pid: int | None) -> Account:
    """The account that the kiosk has, or would have.

    Args:
        machine: Where to look.
        wanted: A name from the command line, before everything else.
        pid: The kiosk's process, if it runs.

    Raises:
        LookupError: There is no user of the wanted name.
    """
    if wanted is not None:
        return _named(machine, wanted)
    running = None if pid is None else _of_process(machine, pid)
    if running is not None:
        return running
    try:
        return _named(machine, KIOSK_USER)
    except LookupError:  # not an installed terminal: whoever asks is who would run it
        return Account(
            _user_name(machine, os.geteuid()), os.geteuid(), frozenset({os.getegid(), *os.getgroups()})
        )


def group_id(machine: Machine, name: str) -> int | None:
    """The number of a group; None where there is no such group."""
    return next((int(fields[2]) for fields in _table(machine, "/etc/group", 4) if fields[0] == name), None)


def group_name(machine: Machine, gid: int) -> str:
    """The name of a group; its number where it has none."""
    return next((fields[0] for fields in _table(machine, "/etc/group", 4) if int(fields[2]) == gid), str(gid))


def _user_name(machine: Machine, uid: int) -> str:
    return next(
        (fields[0] for fields in _table(machine, "/etc/passwd", 7) if int(fields[2]) == uid), str(uid)
    )


def _named(machine: Machine, name: str) -> Account:
    for fields in _table(machine, "/etc/passwd", 7):
        if fields[0] == name:
            groups = {
                int(group[2]) for group in _table(machine, "/etc/group", 4) if name in group[3].split(",")
            }
            extra = _groups_of_unit(machine) if name == KIOSK_USER else set()
            return Account(name, int(fields[2]), frozenset({int(fields[3]), *groups, *extra}))
    raise LookupError(name)


def _of_process(machine: Machine, pid: int) -> Account | None:
    status = machine.read(f"/proc/{pid}/status")
    if status is None:
        return None
    facts = {name: value.split() for name, _, value in (line.partition(":") for line in status.splitlines())}
    try:
        uid, gid = int(facts["Uid"][1]), int(facts["Gid"][1])
        return Account(_user_name(machine, uid), uid, frozenset({gid, *map(int, facts.get("Groups", []))}))
    except (KeyError, IndexError, ValueError):  # not a process as Linux describes one
        return None


def _groups_of_unit(machine: Machine) -> set[int]:
    """The groups that systemd adds when it starts the kiosk."""
    for folder in _UNIT_FOLDERS:
        text = machine.read(Path(folder) / UNIT)
        if text is not None:
            lines = (line.partition("=") for line in text.splitlines())
            names = [
                name for key, _, value in lines if key == "SupplementaryGroups" for name in value.split()
            ]
            return {gid for name in names if (gid := group_id(machine, name)) is not None}
    return set()


def _table(machine: Machine, file: str, columns: int) -> Iterator[list[str]]:
    """The usable lines of ``passwd`` and ``group``."""
    for line in (machine.read(file) or "").splitlines():
        fields = line.split(":")
        if len(fields) == columns and fields[2].isdecimal():
            yield fields
