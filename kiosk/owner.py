"""Root becomes the user to whom the data folder belongs, so that nothing in it ever belongs to root.

On an installed terminal the folder belongs to the service's user, and a technician's commands run by `sudo`. A file of
root's in there would be one that the kiosk cannot write: the terminal would stop taking votes.
"""

import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_UMASK = 0o027
"""As the units have it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """To whom a folder belongs.

    Attributes:
        uid: The user.
        gid: The folder's group.
    """

    uid: int
    gid: int

    def groups(self) -> list[int]:
        """Every group of the user, the folder's among them."""
        try:
            return os.getgrouplist(pwd.getpwuid(self.uid).pw_name, self.gid)
        except KeyError:  # a number without a name
            return [self.gid]


def owner_of(folder: Path) -> Owner | None:
    """To whom a folder belongs; None where it is not there."""
    try:
        facts = folder.stat()
    except FileNotFoundError:
        return None
    return Owner(facts.st_uid, facts.st_gid)


def stands_for_another(folder: Path) -> Owner | None:
    """The owner of a folder, where root asks and it belongs to somebody else; None otherwise."""
    owner = owner_of(folder) if os.geteuid() == 0 else None
    return None if owner is None or owner.uid == 0 else owner


def become_owner(folder: Path) -> None:
    """Root becomes the owner of this folder, for good. Others, and root in a folder of its own, stay who they are.

    Args:
        folder: The data folder; it need not exist.
    """
    owner = stands_for_another(folder)
    if owner is not None:
        become(owner)


def become(owner: Owner) -> None:
    """Root becomes this user, with the user's groups, for good."""
    os.setgroups(owner.groups())
    os.setgid(owner.gid)
    os.setuid(owner.uid)
    os.umask(_UMASK)


@contextmanager
def acting_as_owner(folder: Path) -> Iterator[None]:
    """As `become_owner`, until the block ends: what root writes afterwards may go where the owner cannot."""
    owner = stands_for_another(folder)
    if owner is None:
        yield
        return
    groups, gid, umask = os.getgroups(), os.getegid(), os.umask(_UMASK)
    try:
        os.setgroups(owner.groups())
        os.setegid(owner.gid)
        os.seteuid(owner.uid)
        yield
    finally:
        os.seteuid(0)
        os.setegid(gid)
        os.setgroups(groups)
        os.umask(umask)


def hand_over(folder: Path, to: Owner, of: int) -> None:
    """Give the files in a folder, and the folder, to another user. Only root may.

    Args:
        folder: Holds no other folders.
        to: Who gets them.
        of: The user whose files they are now. Those of others stay theirs: a link to one of root's gives nothing away.

    Raises:
        OSError: It is no folder, or they cannot be given.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for name in os.listdir(fd):  # noqa: PTH208 - of the folder that is open, whatever has its name by now
            facts = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISREG(facts.st_mode) and facts.st_uid == of:
                os.chown(name, to.uid, to.gid, dir_fd=fd, follow_symlinks=False)
        if os.fstat(fd).st_uid == of:
            os.fchown(fd, to.uid, to.gid)
    finally:
        os.close(fd)
