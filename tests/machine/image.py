"""The disk of the machine under test: Debian as it is, our package in it, and the hand of the test.

Two parts are kept outside the checkout, each under the hash of what decides it: Debian itself, and the disk with our
package. Without the cache both are made anew. No loop device is used: ``mke2fs -d`` fills a file system from a folder.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUEST = Path(__file__).parent / "guest"

SUITE = "bookworm"
PACKAGES = ("dbus", "initramfs-tools", "kmod", "linux-image-amd64", "systemd-sysv")
"""A machine, beside what our package depends on."""
MODULES = ("virtio_pci", "virtio_blk", "ext4")
"""What the kernel needs to find its disk; a list keeps the initial file system small."""
NOT_AT_FIRST = ("hooks/udev", "scripts/init-bottom/udev", "scripts/init-top/udev")
"""Nor does it look for others there: Debian's udev starts with Debian, not before."""
ROOT_SIZE, DATA_SIZE = "2G", "128M"
EMULATED = {
    "hailong-display.service": "[Service]\nTimeoutStartSec=600\n",
    "hailong-kiosk.service": "[Service]\nTimeoutStartSec=600\nWatchdogSec=300\n",
}
"""An emulated processor on a busy host is ten to fifty times as slow as a board."""
PATIENCE = """[Manager]
DefaultTimeoutStartSec=600
DefaultDeviceTimeoutSec=600
RuntimeWatchdogSec=60
"""
"""The same of Debian's own units, of disks, and of the watchdog that a machine may have."""
UNUSED = (
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "modprobe@configfs.service",
    "modprobe@dm_mod.service",
    "modprobe@efi_pstore.service",
    "modprobe@fuse.service",
    "modprobe@loop.service",
    "proc-sys-fs-binfmt_misc.automount",
    "serial-getty@ttyS0.service",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-binfmt.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
)
"""What Debian does, nothing of ours asks for, and would take a third of the time that an emulated machine starts in."""
NO_DRIVERS = (
    *("aesni_intel", "crc32_pclmul", "crct10dif_pclmul", "ghash_clmulni_intel", "sha1_ssse3", "sha256_ssse3"),
    *("sha512_ssse3", "kvm", "kvm_amd", "kvm_intel", "ahci", "i2c_i801", "lpc_ich", "pcspkr", "psmouse"),
    *("joydev", "serio_raw", "iTCO_wdt", "efi_pstore"),
)
"""Nor are these loaded for parts of an emulated processor and board that no terminal has. The board's own watchdog is
among them; that of the machine is another (`vm.WATCHDOG`)."""
_KEPT = 8
"""So many images stay in the cache."""
_IN_USE_S = 2 * 3600.0
"""An image that somebody took so lately may still be under a running machine: it is left alone."""


@dataclass(frozen=True, slots=True)
class Image:
    """A machine that was never switched on.

    Attributes:
        folder: Where its files are. Nobody writes there; a machine writes into layers of its own.
    """

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    @property
    def root(self) -> Path:
        """Debian with our package."""
        return self.folder / "root.img"

    @property
    def data(self) -> Path:
        """The data partition."""
        return self.folder / "data.img"


def image() -> Image:
    """The one of this checkout, made when it is not kept.

    Raises:
        PermissionError: Not root: Debian's files have many owners.
        CalledProcessError: A step failed; it has said why.
    """
    if os.geteuid():
        raise PermissionError("the machine's image is made by root: sudo scripts/test tests/machine")
    cache = _cache()
    folder = cache / f"image-{_hash(*_sources())}"
    with (cache / f"lock-{folder.name}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # who comes second takes what the first has made
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=cache, prefix="making-") as made:
                _make(Path(made), _debian(cache, NOT_AT_FIRST))
                (Path(made) / "done").rename(folder)
        os.utime(folder)
        _forget(cache, folder.stat().st_mtime - _IN_USE_S)
    return Image(folder)


def debian() -> Path:
    """An archive of Debian's files, with what our package depends on and nothing of ours; it looks for its disks as
    Debian does, by udev."""
    return _debian(_cache(), ())


def _cache() -> Path:
    above = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = above / "hailong" / "machine"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _forget(cache: Path, unused_since: float) -> None:
    """Delete the images beyond the newest ones, if nobody took them since that time (seconds of the epoch)."""
    kept = sorted(cache.glob("image-*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in kept[_KEPT:]:
        if folder.stat().st_mtime < unused_since:
            shutil.rmtree(folder)


def _hash(*parts: bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()[:16]


def _sources() -> list[bytes]:
    """Everything of the checkout that reaches the disk."""
    named = ["assets", "hardware", "kiosk", "sync", "systemd", "setup.py", "pyproject.toml", "README.md"]
    named += [
        "scripts/build-deb",
        "scripts/card/install.sh",
        "scripts/deb",
        str(GUEST.relative_to(ROOT)),
        str(Path(__file__).relative_to(ROOT)),
    ]
    listed = _run(
        "git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", *named
    )
    paths = sorted({ROOT / name for name in listed.split("\0") if name})
    return [
        part
        for path in paths
        if path.is_file()
        for part in (str(path.relative_to(ROOT)).encode(), path.read_bytes())
    ]


def _debian(cache: Path, without: Sequence[str]) -> Path:
    """Debian's files, with nothing of ours and without these parts of initramfs-tools, as an archive."""
    packages = ",".join([*PACKAGES, *_depends()])
    decides = [SUITE, packages, *MODULES, *without]
    archive = cache / f"debian-{_hash(*(word.encode() for word in decides))}.tar"
    if archive.exists():
        return archive
    initramfs = "$1/etc/initramfs-tools"
    modules = "\\n".join(MODULES)
    hook = f'mkdir -p "{initramfs}/conf.d"; echo MODULES=list > "{initramfs}/conf.d/machine"; '
    hook += f'printf "{modules}\\n" >> "{initramfs}/modules"'
    with tempfile.TemporaryDirectory(dir=cache, prefix="making-") as made:
        unfinished = Path(made) / "debian.tar"
        _run(
            *("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--architectures=amd64"),
            f"--include={packages}",
            *('--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Retries "5"'),
            *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "info", "locale", "man")),
            *(f"--dpkgopt=path-exclude=/usr/share/initramfs-tools/{name}" for name in without),
            f"--essential-hook={hook}",
            *(SUITE, str(unfinished), *_mirror()),
        )
        unfinished.rename(archive)
    return archive


def _mirror() -> list[str]:
    """Where this machine's own apt gets that release from; nothing where it has another one, which means Debian's."""
    said = _run(
        "apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"
    )
    lines = (line.split(maxsplit=2) for line in said.splitlines())
    return [uri for release, component, uri in lines if (release, component) == (SUITE, "main")][:1]


def _make(made: Path, debian: Path) -> None:
    root, done = made / "root", made / "done"
    root.mkdir()
    done.mkdir()
    _run("tar", "--extract", "--file", str(debian), "--directory", str(root))
    _install(root, made)
    _prepare(root)
    for name, found in (("vmlinuz", "vmlinuz-*"), ("initrd", "initrd.img-*")):
        (kernel,) = (root / "boot").glob(found)
        shutil.copyfile(kernel, done / name)
    _file_system(done / "root.img", ROOT_SIZE, "root", "-d", str(root))
    data = made / "data"
    data.mkdir()
    (data / "provisioned").touch()
    _file_system(done / "data.img", DATA_SIZE, "hailong-data", "-d", str(data))


def _install(root: Path, made: Path) -> None:
    """Our package, by dpkg, without a network: what it depends on is there."""
    package = Path(_run(str(ROOT / "scripts/build-deb"), "--arch", "amd64", "--output", str(made)).strip())
    shutil.copyfile(package, root / package.name)
    inside = 'mount -t proc proc "$1/proc" && exec chroot "$1" dpkg --install "/$2"'  # systemd-tmpfiles wants /proc
    _run("unshare", "--mount", "sh", "-c", inside, "sh", str(root), package.name)
    (root / package.name).unlink()


def _depends() -> list[str]:
    """The packages that ours depends on or recommends, those that a version of it names apart."""
    control = (ROOT / "scripts/deb/control").read_text(encoding="utf-8")
    fields = re.findall(r"^(?:Depends|Recommends): (.*)$", control, re.MULTILINE)
    names = [re.sub(r"@\w+@|\(.*?\)", "", name).strip() for field in fields for name in field.split(",")]
    return sorted({name for name in names if name})


def _prepare(root: Path) -> None:
    """What this one machine needs: its disks, its network, its configuration, and the hand."""
    data = re.search(
        r"LABEL=hailong-data .* 2", (ROOT / "scripts/card/install.sh").read_text(encoding="utf-8")
    )
    assert data is not None
    _write(root / "etc/fstab", f"/dev/vda / ext4 noatime 0 1\n{data[0]}\n")
    _write(root / "etc/hostname", "quay-3\n")
    _write(root / "etc/machine-id", f"{'3':0>32}\n")  # it is no first boot, which would make one
    (root / "var/lib/hailong").mkdir(parents=True, exist_ok=True)
    _write(root / "etc/hailong/hailong.toml", (GUEST / "hailong.toml").read_text(encoding="utf-8"))
    connection = root / "etc/NetworkManager/system-connections/machine.nmconnection"
    _write(connection, (GUEST / "machine.nmconnection").read_text())
    connection.chmod(0o600)  # else NetworkManager leaves it alone
    _write(root / "etc/NetworkManager/conf.d/machine.conf", "[main]\nno-auto-default=*\n")
    _write(root / "etc/systemd/system.conf.d/zz-emulated.conf", PATIENCE)
    for unit, patience in EMULATED.items():
        _write(root / f"etc/systemd/system/{unit}.d/emulated.conf", patience)
    for name in ("finger.py", "hand.py"):
        _write(root / "usr/local/lib" / name, (GUEST / name).read_text(encoding="utf-8"))
    _write(root / "etc/systemd/system/hand.service", (GUEST / "hand.service").read_text())
    _run("systemctl", f"--root={root}", "enable", "--quiet", "hand.service")
    _run("systemctl", f"--root={root}", "mask", "--quiet", *UNUSED)
    _write(
        root / "etc/modprobe.d/machine.conf", "".join(f"install {name} /bin/true\n" for name in NO_DRIVERS)
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _file_system(path: Path, size: str, label: str, *more: str) -> None:
    _run("mke2fs", "-q", "-t", "ext4", "-L", label, *more, str(path), size)


def _run(*command: str) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout
