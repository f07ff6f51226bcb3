"""QEMU's machine protocol: one command, one answer (QEMU, docs/interop/qmp-spec)."""

import json
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

PATIENCE_S = 120.0


class QmpError(Exception):
    """QEMU refused a command, or is gone."""


class Qmp:
    """A connection to a running QEMU.

    Args:
        path: Its socket; waited for, since QEMU makes it after it was started.

    Raises:
        QmpError: Nobody answers there.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_S)
        end_s = time.monotonic() + PATIENCE_S
        while True:
            with suppress(FileNotFoundError, ConnectionRefusedError):
                self._socket.connect(str(path))
                break
            if time.monotonic() > end_s:
                raise QmpError(f"nobody answers at {path}")
            time.sleep(0.05)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()  # the greeting
        self.execute("qmp_capabilities")

    def execute(self, command: str, **arguments: Json) -> Json:
        """What a command returns. Raises `QmpError` with QEMU's own words."""
        try:
            self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
            while line := self._lines.readline():
                said = json.loads(line)
                if "error" in said:
                    raise QmpError(f"{command}: {said['error']['desc']}")
                if "return" in said:  # else an event, which nobody waits for
                    found: Json = said["return"]
                    return found
        except OSError as error:
            raise QmpError(f"{command}: {error}") from error
        raise QmpError(f"{command}: QEMU has ended")

    def close(self) -> None:
        """End the connection."""
        self._lines.close()
        self._socket.close()
