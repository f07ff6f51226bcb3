"""A USB stick with FAT on it, in the socket of the machine under test or in somebody's hand."""

import os
import subprocess
from pathlib import Path

from tests.machine.qmp import Json, QmpError
from tests.machine.vm import Machine

SOCKET = ("-device", "qemu-xhci,id=sticks")
"""Arguments for QEMU: where a stick can be plugged in."""
_SIZE = 32 << 20
_PATIENCE_S = 120.0


class Stick:
    """One, out of the socket at first.

    Args:
        machine: Has `SOCKET`.
        image: The file that it is; made here.
    """

    def __init__(self, machine: Machine, image: Path) -> None:
        self._machine, self._image = machine, image
        image.touch()
        os.truncate(image, _SIZE)
        _run("mkfs.vfat", "-n", "USB", image)

    def plug_in(self, most_bytes_s: int = 0) -> None:
        """Into the socket.

        Args:
            most_bytes_s: It writes no faster; 0 = as fast as it can.
        """
        pace: dict[str, Json] = {
            "qom-type": "throttle-group",
            "id": "pace",
            "limits": {"bps-write": most_bytes_s},
        }
        file: dict[str, Json] = {"driver": "file", "filename": str(self._image)}
        raw: dict[str, Json] = {"driver": "raw", "file": file}
        slow: dict[str, Json] = {
            "node-name": "stick",
            "driver": "throttle",
            "throttle-group": "pace",
            "file": raw,
        }
        self._machine.qmp("object-add", **pace)
        self._machine.qmp("blockdev-add", **slow)
        self._machine.qmp("device_add", driver="usb-storage", id="stick", drive="stick")

    def pull_out(self) -> None:
        """Whatever is being written."""
        self._machine.qmp("device_del", id="stick")
        self._machine.until("the stick to be out", self._is_out, _PATIENCE_S, every_s=0.2)
        self._machine.qmp("object-del", id="pace")

    def _is_out(self) -> bool:
        try:
            self._machine.qmp("blockdev-del", **{"node-name": "stick"})
        except QmpError:  # it is still held by the device, or what was being written has not ended
            return False
        return True

    def names(self) -> set[str]:
        """What lies on it, seen on another computer."""
        done = subprocess.run(
            ["mdir", "-b", "-i", str(self._image), "::/"], capture_output=True, text=True, check=False
        )
        return {line.removeprefix("::/") for line in done.stdout.splitlines() if line}

    def read(self, name: str, into: Path) -> Path:
        """Take a file of it to another computer."""
        _run("mcopy", "-n", "-i", self._image, f"::/{name}", into / name)
        return into / name

    def write(self, path: Path) -> None:
        """Put a file on it by another computer."""
        _run("mcopy", "-o", "-i", self._image, path, f"::/{path.name}")


def _run(*command: str | Path) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
