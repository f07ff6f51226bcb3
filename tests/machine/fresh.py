"""A machine as it comes out of an installation: our package as it was delivered, and nobody has set it up.

The image of the other tests is set up already. Of that, this one is a copy with the package's own configuration, an
empty data partition, and a network of NetworkManager's own making: whatever a cable brings.
"""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.machine.image import DATA_SIZE, Image

CONFIGURATION = "/etc/hailong/hailong.toml"
_DELIVERED = "/usr/share/hailong/hailong.toml"
_ALL_SET_UP = (
    "/etc/NetworkManager/system-connections/machine.nmconnection",
    "/etc/NetworkManager/conf.d/machine.conf",
)
_OWNERS = re.compile(r"User:\s+(\d+)\s+Group:\s+(\d+)")


def fresh(image: Image, folder: Path, card: Mapping[str, str]) -> Image:
    """One that was never switched on.

    Args:
        image: What it is made from; it stays as it is.
        folder: Where it is made; empty.
        card: Files that were put on the card's boot partition, by name.
    """
    made = Image(folder)
    for old, new in ((image.kernel, made.kernel), (image.initrd, made.initrd)):
        new.symlink_to(old)
    subprocess.run(["cp", "--sparse=always", str(image.root), str(made.root)], check=True)
    configuration = folder / "hailong.toml"
    _debugfs(made.root, f"dump {_DELIVERED} {configuration}")
    owners = _OWNERS.search(_debugfs(made.root, f"stat {CONFIGURATION}"))
    assert owners is not None
    changes = [f"rm {path}" for path in _ALL_SET_UP]
    changes += [f"rm {CONFIGURATION}", f"write {configuration} {CONFIGURATION}"]
    changes += [f"sif {CONFIGURATION} mode 0100640"]
    changes += [
        f"sif {CONFIGURATION} {of} {number}"
        for of, number in zip(("uid", "gid"), owners.groups(), strict=True)
    ]
    changes += ["mkdir /boot/firmware"]
    for number, (name, content) in enumerate(card.items()):
        brought = folder / f"card-{number}"
        brought.write_text(content, encoding="utf-8")
        changes += [f"write {brought} /boot/firmware/{name}"]
    _debugfs(made.root, *changes)
    subprocess.run(
        ["mke2fs", "-q", "-t", "ext4", "-L", "hailong-data", str(made.data), DATA_SIZE], check=True
    )
    return made


def _debugfs(file_system: Path, *requests: str) -> str:
    """What it prints. It ends well whatever goes wrong, but says so where it does not only read."""
    script = file_system.with_suffix(".debugfs")
    script.write_text("\n".join([*requests, ""]), encoding="utf-8")
    done = subprocess.run(
        ["debugfs", "-w", "-f", str(script), str(file_system)], capture_output=True, text=True, check=True
    )
    return done.stdout
