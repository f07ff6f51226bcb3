"""Small Debian systems to install the package in, made by mmdebstrap; what runs in them has no network.

A system holds what the package depends on and nothing of ours. It is kept in a cache outside the checkout, and
made again where it is missing there.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
PATIENCE_S = 900.0
"""How long anything may take on a busy machine; no test asserts on it."""

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "hailong" / "package"
# What the programs of those packages need when they run, and no test here runs them.
_UNUSED = (
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
    "usr/lib/*/dri",
    "usr/lib/*/libLLVM*",
    "usr/lib/*/libz3*",
)
_X = "/tmp/.X11-unix"  # noqa: S108 - where X servers have their sockets
ENVIRON = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "HOME": "/",
}
"""Of every command that runs in a system."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A Debian release.

    Attributes:
        name: Its code name.
        python: The version of its Python.
        mark: What the package's version ends with.
    """

    name: str
    python: str
    mark: str


BOOKWORM = Suite("bookworm", "3.11", "deb12")
TRIXIE = Suite("trixie", "3.13", "deb13")


def build(suite: Suite, output: Path, *more: str) -> Path:
    """Build the package of this checkout for a release."""
    command = [str(ROOT / "scripts/build-deb"), "--python", suite.python, "--output", str(output), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def dependencies() -> list[str]:
    """The names of what the package depends on."""
    control = (ROOT / "scripts/deb/control").read_text(encoding="utf-8")
    (line,) = re.findall(r"^Depends: (.*)$", control, flags=re.MULTILINE)
    return sorted({part.split()[0] for part in line.split(",")})


@dataclass(frozen=True, slots=True)
class System:
    """The root folder of a Debian system.

    Attributes:
        root: The folder.
    """

    root: Path

    def copy(self, target: Path) -> "System":
        """The same system once more, to be changed."""
        subprocess.run(["cp", "--archive", "--reflink=auto", self.root, target], check=True)
        return System(target)

    def run(
        self, *command: str | Path, user: str = "root", given: str = "", display: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it, without any network.

        Args:
            command: Program and arguments.
            user: As whom.
            given: Its standard input.
            display: An X display of this machine that it may use.
        """
        shown = {} if display is None else {"DISPLAY": display}
        return subprocess.run(
            [*_alone(self.root, shows=display is not None), *_as(user), *map(str, command)],
            env=ENVIRON | shown,
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def prefix(self, user: str) -> list[str]:
        """What runs a command in it that reaches this machine's own addresses, with `ENVIRON`; `end` ends it early."""
        return [*_alone(self.root, loopback=True), *_as(user)]

    def apt(self, *arguments: str | Path) -> str:
        """What a successful apt-get said."""
        done = self.run("apt-get", "--yes", "--no-install-recommends", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def install(self, package: Path) -> str:
        """Install a package file as a technician does, and return what apt said."""
        shutil.copy(package, self.root / "root")
        return self.apt("install", Path("/root") / package.name)

    def path(self, inside: str) -> Path:
        """Where an absolute path of the system is on this machine."""
        return self.root / inside.lstrip("/")


def end(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """Kill what a `System.prefix` runs: another user takes away that it ends with what has started it."""
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    process.kill()
    process.wait(PATIENCE_S)


def _alone(root: Path, *, shows: bool = False, loopback: bool = False) -> list[str]:
    """In name spaces of its own: what is mounted or left running there ends with the command."""
    mounts = f'mount -t proc proc "{root}/proc" && mount --bind /dev "{root}/dev"'
    if shows:
        mounts += f' && mkdir -p "{root}{_X}" && mount --bind {_X} "{root}{_X}"'
    script = f'{mounts} && exec chroot "{root}" "$@"'
    network = [] if loopback else ["--net"]
    return ["unshare", "--mount", *network, "--pid", "--fork", "--kill-child", "--", "sh", "-c", script, "-"]


def _as(user: str) -> Sequence[str]:
    return () if user == "root" else ("setpriv", f"--reuid={user}", "--regid=hailong", "--init-groups", "--")


@contextmanager
def unpacked(suite: Suite, folder: Path) -> Iterator[System]:
    """A system with what the package depends on and no source of packages, in a folder that is removed afterwards."""
    archive = _archive(suite)
    root = folder / suite.name
    root.mkdir()
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", root], check=True)
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    shutil.rmtree(root / "etc/apt/sources.list.d", ignore_errors=True)
    yield System(root)
    shutil.rmtree(root)


def _archive(suite: Suite) -> Path:
    """The release with our dependencies, from the cache or made now."""
    excluded = [f"--dpkgopt=path-exclude=/{pattern}/*" for pattern in _UNUSED if not pattern.endswith("*")]
    excluded += [f"--dpkgopt=path-exclude=/{pattern}" for pattern in _UNUSED if pattern.endswith("*")]
    command = [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Retries "5"',
        *excluded,
        f"--include={','.join(dependencies())}",
        suite.name,
    ]
    name = hashlib.sha256("\0".join(command).encode()).hexdigest()[:16]
    archive = _CACHE / f"{suite.name}-{name}.tar"
    if not archive.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        for outdated in _CACHE.glob(f"{suite.name}-*"):
            outdated.unlink()
        unfinished = archive.with_suffix(f".{os.getpid()}.tar")
        made = subprocess.run(
            [*command, unfinished], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert made.returncode == 0, made.stderr
        unfinished.rename(archive)
    return archive
