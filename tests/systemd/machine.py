"""A machine of its own for units: systemd as process 1 in namespaces, on a throw-away copy of this system's files.

What a unit may do is decided by the kernel and by systemd themselves, nothing is imitated. Root is needed.
"""

import errno
import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0

# Everything is mounted in the namespace, so it is gone with it.
_BOOT = r"""
set -eu
here=$1 base=$2 packages=$3 sources=$4
shift 4
cd "$here"
mount -t tmpfs tmpfs .
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
cd root
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for made in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs $made; done
chmod 1777 tmp
for device in null zero full random urandom tty; do cp -a /dev/$device dev/; done
mkdir dev/shm
mount -t tmpfs tmpfs dev/shm
ln -s /proc/self/fd dev/fd
ln -s pts/ptmx dev/ptmx
mkdir -p opt/hailong/python opt/hailong/packages opt/hailong/sources opt/hailong/bin
mount --bind "$base" opt/hailong/python
mount --bind "$packages" opt/hailong/packages
mount --bind "$sources" opt/hailong/sources
rm -rf var/lib/hailong* run/hailong*  # of this system, not of a new one
cp -a "$here.files"/. .
while [ $# -gt 0 ]; do
    mkdir -p "$1"
    mount --bind "$2" "$1"
    shift 2
done
ip link set lo up
: > etc/machine-id
chroot . systemd-sysusers  # not of this system
mkdir before
pivot_root . before
umount --lazy before
mount --make-rshared /  # as systemd itself does where it takes itself for the first of a machine
exec env -i container=hailong PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system \
    --unit=rescue-nothing.target --log-target=console --show-status=no
"""
# Where programs are found by an installed terminal or server; here it is this checkout, whatever folder it lies in.
_PROGRAM = """#!/bin/sh
export LD_LIBRARY_PATH=/opt/hailong/python/lib PYTHONPATH=/opt/hailong/sources:/opt/hailong/packages
export PYTHONDONTWRITEBYTECODE=1
exec /opt/hailong/python/bin/python3 {module} "$@"
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """One that runs.

    Attributes:
        pid: Of its systemd.
    """

    pid: int

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run something in it, to its end."""
        enter = (
            "nsenter",
            f"--target={self.pid}",
            "--all",
            "--root",
            "--wd",
            "env",
            "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        )
        return subprocess.run(
            [*enter, *command], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )

    def succeed(self, *command: str) -> str:
        """What it printed; it must end well."""
        done = self.run(*command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def value(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.succeed("systemctl", "show", "--value", f"--property={name}", unit).strip()


@contextmanager
def machine(files: Mapping[str, str], disks: Mapping[str, Path] | None = None) -> Iterator[Machine]:
    """Boot one; it is gone afterwards with everything that ran in it.

    Args:
        files: More files: their paths, and what they hold.
        disks: Folders of this system by where they are to be; all else is on an overlay file system.
    """
    above = Path(tempfile.mkdtemp(prefix="hailong-machine-"))
    group = _unified() / f"hailong-{secrets.token_hex(4)}"
    group.mkdir()
    try:
        _lay(above / "root.files", files)
        (above / "root").mkdir()
        with (above / "console").open("wb") as console:
            started = _start(above / "root", group, console.fileno(), disks or {})
            try:
                yield Machine(_ready(started, above / "console"))
            finally:
                (group / "cgroup.kill").write_text("1")
                started.wait(PATIENCE_S)
    finally:
        _remove(group)
        shutil.rmtree(above)


def _remove(group: Path) -> None:
    """The kernel needs a moment after the last process."""
    for _ in range(600):
        try:
            for folder, _, _ in os.walk(group, topdown=False):
                Path(folder).rmdir()
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"processes do not end in {group}")


def _unified() -> Path:
    """Where the control groups of version 2 are."""
    for place in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")):
        if (place / "cgroup.procs").exists() and (place / "cgroup.controllers").exists():
            return place
    raise AssertionError("this machine has no control groups of version 2")


def _lay(folder: Path, files: Mapping[str, str]) -> None:
    units = folder / "etc/systemd/system"
    units.mkdir(parents=True)
    nothing = "[Unit]\nDefaultDependencies=no\nWants=systemd-journald.service\n"
    (units / "rescue-nothing.target").write_text(nothing, encoding="utf-8")
    for name, module in (("hailong", "-m kiosk"), ("hailong-central", "-m central"), ("python", "")):
        program = folder / f"opt/hailong/bin/{name}"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(_PROGRAM.format(module=module), encoding="utf-8")
        program.chmod(0o755)
    for name, content in files.items():
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _start(root: Path, group: Path, console: int, disks: Mapping[str, Path]) -> "subprocess.Popen[bytes]":
    unshare = ("unshare", "--cgroup", "--pid", "--mount", "--uts", "--ipc", "--net", "--fork", "--kill-child")
    packages = sysconfig.get_path("platlib")
    pairs = [text for where, folder in disks.items() for text in (where.lstrip("/"), str(folder))]
    inner = ("bash", "-c", _BOOT, "boot", str(root), sys.base_prefix, packages, str(ROOT), *pairs)
    # The shell joins the control group, which is the root of the namespace's own then.
    join = f'echo $$ > "{group}/cgroup.procs"; exec "$@"'
    return subprocess.Popen(
        ["bash", "-c", join, "join", *unshare, *inner],
        stdin=subprocess.DEVNULL,
        stdout=console,
        stderr=console,
    )


def _ready(started: "subprocess.Popen[bytes]", console: Path) -> int:
    """The number of its systemd, once it takes commands."""
    parent = psutil.Process(started.pid)
    for _ in range(3_000):
        children = parent.children() if started.poll() is None else []
        if children and children[0].name() == "systemd":
            found = Machine(children[0].pid)
            if found.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"):
                return found.pid
        if started.poll() is not None:
            break
        psutil.wait_procs([parent], timeout=0.1)
    raise AssertionError(f"systemd did not start: {console.read_text(errors='replace')}")
