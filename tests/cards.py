"""What a card is prepared from: an image with the partitions of Raspberry Pi OS, and packages with nothing in them."""

import os
import subprocess
from pathlib import Path

MIB = 1 << 20
CMDLINE = "console=tty1 root=PARTUUID=1234-02 rootfstype=ext4 fsck.repair=yes rootwait quiet"
BOOT = f"@@{2048 * 512}"
"""Where mtools find the boot partition: this, behind the image's name."""


def said(*command: str | Path, given: str | None = None) -> str:
    """What a program printed; it must end well."""
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout


def raspios(path: Path) -> Path:
    """An image: FAT, and behind it the place of the system."""
    boot = path.with_name("boot.img")
    boot.touch()
    os.truncate(boot, 48 * MIB)
    said("mkfs.vfat", "-F", "32", "-s", "1", boot)
    with path.open("wb") as file:
        file.seek(MIB)
        file.write(boot.read_bytes())
        file.truncate(96 * MIB)
    said(
        "sfdisk", "--quiet", path, given="label: dos\nstart=2048, size=98304, type=c\nstart=100352, type=83\n"
    )
    said("mcopy", "-i", f"{path}{BOOT}", "-", "::/cmdline.txt", given=CMDLINE + "\n")
    return path


def package(folder: Path, name: str) -> Path:
    """``NAME.deb``, which installs nothing."""
    tree = folder / f"{name}-tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: arm64\nMaintainer: x <x@localhost>\nDescription: x\n"
    )
    said("dpkg-deb", "--root-owner-group", "--build", tree, folder / f"{name}.deb")
    return folder / f"{name}.deb"
