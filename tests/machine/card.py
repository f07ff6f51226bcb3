"""A card like one of Raspberry Pi OS, and a machine that starts from it as a board does.

Partitions, mount points, command line and the first start's own script are as there: a FAT partition with kernel,
initial file system and ``cmdline.txt``, and the system behind it, which at its first start gives the disk another
identity, and both files with it. Kernel and programs are Debian's for x86-64, and what a board's firmware does, reading
kernel and command line from the FAT partition at each start, is done here by mtools. No loop device is used.
"""

import os
import shutil
import subprocess
from pathlib import Path

from tests.machine.image import EMULATED, GUEST, UNUSED
from tests.machine.vm import Kernel, Machine

RASPIOS = Path(__file__).parent / "raspios"
SECTOR_BYTES, MIB = 512, 1 << 20
BOOT_MIB, BOOT_SIZE_MIB, ROOT_SIZE_MIB = 8, 256, 1_700
DISK_ID = "4e639091"
COMMAND_LINE = (
    f"console=serial0,115200 console=tty1 root=PARTUUID={DISK_ID}-02 rootfstype=ext4 fsck.repair=yes rootwait quiet "
    "init=/usr/lib/raspberrypi-sys-mods/firstboot"
)
_FOR_THE_TEST = " console=ttyS0 mitigations=off audit=0 apparmor=0"
_FSTAB = f"""proc /proc proc defaults 0 0
PARTUUID={DISK_ID}-01 /boot/firmware vfat defaults 0 2
PARTUUID={DISK_ID}-02 / ext4 defaults,noatime 0 1
"""
# What an update of the initial file system does there: the firmware's copy is on the FAT partition.
_HOOK = """#!/bin/sh
set -e
cp "$2" /boot/firmware/initramfs8.new
mv /boot/firmware/initramfs8.new /boot/firmware/initramfs8
"""


def new_card(folder: Path, debian: Path) -> Path:
    """An image as one downloads it, with nothing of ours.

    Args:
        folder: Where it is made.
        debian: An archive of Debian's files.
    """
    root, boot, system = folder / "root", folder / "boot.img", folder / "system.img"
    root.mkdir()
    _run("tar", "--extract", "--file", debian, "--directory", root)
    _furnish(root)
    _truncate(boot, BOOT_SIZE_MIB)
    _run("mkfs.vfat", "-F", "32", "-n", "bootfs", boot)
    for name, found in (("kernel8.img", "vmlinuz-*"), ("initramfs8", "initrd.img-*")):
        (path,) = (root / "boot").glob(found)
        _run("mcopy", "-i", boot, path, f"::/{name}")
    line = folder / "cmdline.txt"
    line.write_text(COMMAND_LINE + "\n", encoding="ascii")
    _run("mcopy", "-i", boot, line, "::/cmdline.txt")
    _run("mke2fs", "-q", "-t", "ext4", "-L", "rootfs", "-d", root, system, f"{ROOT_SIZE_MIB}M")
    shutil.rmtree(root)

    card = folder / "card.img"
    _truncate(card, BOOT_MIB + BOOT_SIZE_MIB + ROOT_SIZE_MIB)
    first, second = BOOT_MIB * MIB // SECTOR_BYTES, (BOOT_MIB + BOOT_SIZE_MIB) * MIB // SECTOR_BYTES
    size = BOOT_SIZE_MIB * MIB // SECTOR_BYTES
    table = (
        f"label: dos\nlabel-id: 0x{DISK_ID}\nstart={first}, size={size}, type=c\nstart={second}, type=83\n"
    )
    subprocess.run(["sfdisk", "--quiet", str(card)], input=table, text=True, check=True)
    for part, at_mib in ((boot, BOOT_MIB), (system, BOOT_MIB + BOOT_SIZE_MIB)):
        _run(
            "dd", f"if={part}", f"of={card}", "bs=1M", f"seek={at_mib}", "conv=notrunc,sparse", "status=none"
        )
        part.unlink()
    return card


def _furnish(root: Path) -> None:
    _write(root / "etc/fstab", _FSTAB)
    _write(root / "etc/hostname", "raspberrypi\n")
    _write(root / "etc/machine-id", "uninitialized\n")
    (root / "boot/firmware").mkdir()
    first = root / "usr/lib/raspberrypi-sys-mods/firstboot"
    _write(first, (RASPIOS / "firstboot.sh").read_text(encoding="utf-8"))
    hook = root / "etc/initramfs/post-update.d/z50-firmware"
    _write(hook, _HOOK)
    for script in (first, hook):
        script.chmod(0o755)
    # And what the emulated machine of the other tests has, too.
    connection = root / "etc/NetworkManager/system-connections/machine.nmconnection"
    _write(connection, (GUEST / "machine.nmconnection").read_text(encoding="utf-8"))
    connection.chmod(0o600)
    _write(root / "etc/NetworkManager/conf.d/machine.conf", "[main]\nno-auto-default=*\n")
    for unit, patience in EMULATED.items():
        _write(root / f"etc/systemd/system/{unit}.d/emulated.conf", patience)
    _write(root / "etc/systemd/system.conf.d/emulated.conf", "[Manager]\nDefaultDeviceTimeoutSec=120\n")
    for name in ("finger.py", "hand.py"):
        _write(root / "usr/local/lib" / name, (GUEST / name).read_text(encoding="utf-8"))
    _write(root / "etc/systemd/system/hand.service", (GUEST / "hand.service").read_text(encoding="utf-8"))
    _run("systemctl", f"--root={root}", "enable", "--quiet", "hand.service")
    _run("systemctl", f"--root={root}", "mask", "--quiet", *UNUSED)


class Card(Machine):
    """A machine without any disk but a card.

    Args:
        card: What was written to it.
        folder: For its disk, sockets and logs.
    """

    def __init__(self, card: Path, folder: Path) -> None:
        super().__init__({"card": card}, self._firmware, folder)

    def _firmware(self) -> Kernel:
        """What is on the boot partition now."""
        found = Kernel(self.folder / "kernel8.img", self.folder / "initramfs8", self.read("cmdline.txt"))
        for path in (found.kernel, found.initrd):
            _run("mcopy", "-n", "-o", "-i", self.boot_partition(), f"::/{path.name}", path)
        line = found.line.strip().removeprefix("console=serial0,115200 ")
        return Kernel(found.kernel, found.initrd, line + _FOR_THE_TEST)

    def boot_partition(self) -> Path:
        """The boot partition as a power cut at this moment leaves it."""
        part = self.folder / "boot.img"
        self._cut_out(part, MIB, BOOT_MIB, BOOT_SIZE_MIB)
        return part

    def data_start(self) -> int:
        """Where the third partition begins, in bytes."""
        return self._data_sectors()[0] * SECTOR_BYTES

    def copy_data(self, into: Path) -> None:
        """See `Machine`: here it is the third partition."""
        start, size = self._data_sectors()
        sectors_a_mib = MIB // SECTOR_BYTES
        self._cut_out(into, MIB, start // sectors_a_mib, size // sectors_a_mib)

    def _data_sectors(self) -> tuple[int, int]:
        """Start and size of the third partition, as the disk's first sector says."""
        first = self.folder / "first.img"
        self._cut_out(first, SECTOR_BYTES, 0, 1)
        entry = first.read_bytes()[446 + 2 * 16 :]
        return int.from_bytes(entry[8:12], "little"), int.from_bytes(entry[12:16], "little")

    def _cut_out(self, into: Path, block: int, first: int, count: int) -> None:
        """Blocks of the card, of so many bytes."""
        into.unlink(missing_ok=True)
        # This dd counts from the beginning of its input, what it skips included.
        where = (f"bs={block}", f"skip={first}", f"count={first + count}")
        _run(
            *("qemu-img", "dd", "-U", "-f", "qcow2", "-O", "raw"),
            *where,
            f"if={self.disk('card')}",
            f"of={into}",
        )

    def names(self) -> set[str]:
        """What lies in the top folder of the boot partition."""
        done = subprocess.run(
            ["mdir", "-b", "-i", str(self.boot_partition()), "::/"],
            capture_output=True,
            text=True,
            check=True,
        )
        return {line.removeprefix("::/").rstrip("/") for line in done.stdout.splitlines() if line}

    def read(self, name: str) -> str:
        """A text on the boot partition."""
        command = ["mtype", "-i", str(self.boot_partition()), f"::/{name}"]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8-sig")


def _truncate(path: Path, size_mib: int) -> None:
    path.touch()
    os.truncate(path, size_mib * MIB)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _run(*command: str | Path) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
