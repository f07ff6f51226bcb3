"""The room in which a technician sets a terminal up: the machine, a paper sheet, and somebody at the central server."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.codes import for_people
from tests.central import served
from tests.machine.central import Central, central
from tests.machine.fresh import fresh
from tests.machine.image import image
from tests.machine.vm import SIZE_PX, Machine, machine

PANEL_MM = (217, 136)
"""The picture on the panel; the panel itself says something else, as many do."""
TEXTS = """\
[texts]
unit = "UBND phường Sông Công"
department = "Trung tâm Phục vụ hành chính công"
counter = "Quầy 3"
field = "Đất đai – Xây dựng"
"""
"""As in the gallery's pictures."""
PLACE = ("--unit", "UBND phường Sông Công", "--counter", "Quầy 3")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed for the technician.

    Attributes:
        device: The terminal's number at central.
        url: The address of the server.
        code: In groups, as people type it.
        scanned: What a USB scanner types.
    """

    device: str
    url: str
    code: str
    scanned: str


@dataclass(frozen=True, slots=True)
class Room:
    """All of it; the machine is off."""

    machine: Machine
    central: Central
    sheet: Sheet

    def devices(self) -> list[dict[str, Any]]:
        """The terminals, as the administrator's list has them."""
        done = served.run("device", "list", data=self.central.data)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def accept(self) -> str:
        """The administrator accepts the terminal; its status then."""
        said = served.said("device", "accept", self.sheet.device, data=self.central.data)
        return str(said["status"])


def length_mm(length_px: float) -> float:
    """What a ruler on the panel says."""
    return length_px * PANEL_MM[0] / SIZE_PX[0]


@contextmanager
def room(*, accepted: bool = False) -> Iterator[Room]:
    """A machine that was just installed, from a card that has what concerns the whole agency, and a sheet for it.

    Args:
        accepted: Nobody needs to compare keys.
    """
    with central() as server, tempfile.TemporaryDirectory(prefix="hailong-new-") as folder:
        card = {"hailong-ca.pem": server.authority.pem, "hailong.toml": TEXTS}
        with machine(fresh(image(), Path(folder), card)) as found:
            yield Room(found, server, _sheet(server, accepted=accepted))


def _sheet(server: Central, *, accepted: bool) -> Sheet:
    added = served.said("device", "add", *PLACE, *["--accept"] * accepted, data=server.data)
    key = served.said("key", "list", data=server.data)["key_id"]
    code, url = str(added["code"]), str(added["url"])
    return Sheet(str(added["device"]), url, for_people(code), f"{url} {code} {key}")
