"""Buttons and lights on pins: what is wired to a machine, and who presses there.

A kernel module of ours stands for the chip of a Raspberry Pi's pins, and ``/proc/cpuinfo`` names such a board. All
else is what a terminal has: the kernel's GPIO, udev, gpiozero, lgpio, and the units as they are shipped.
"""

import base64
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from hardware.events import Level
from hardware.fakes.bounce import BounceTrace, load_traces
from tests.machine.citizen import Citizen
from tests.machine.image import Image
from tests.machine.kernel import BOARD, module
from tests.machine.screen import IDLE
from tests.machine.vm import Machine, Power, machine

BUTTONS: Mapping[Level, int] = dict(zip(Level, (5, 6, 13, 19, 26), strict=True))
"""The pins that are built in."""
LIGHTS = (25, 12, 16, 20, 21)
CONTACTS: Mapping[str, BounceTrace] = {trace.contact: trace for trace in load_traces()}
PATIENCE_S = 120.0
"""Longer than an emulated machine takes to keep a rating."""

WIRED = f"""
[gpio]
enabled = true
leds = {list(LIGHTS)}

[pad]
enabled = true
port = "/dev/hailong-pad"

[visit]  # every press is a rating
repeat_interval_s = 0
correction_window_s = 0
thanks_s = 1
"""
CONFIG = "/etc/hailong/hailong.toml"
_OWN_CONFIG = f"{CONFIG}.own"
_FOLDER = "/run/board"
_DROP_IN = "/run/systemd/system/hailong-kiosk.service.d/board.conf"
_BOARD = f"[Service]\nBindReadOnlyPaths={_FOLDER}/cpuinfo:/proc/cpuinfo\n"
_REVISION = "c03112"
"""Raspberry Pi 4 Model B 1.2."""

EXACT = Power(more=("-icount", "shift=1,sleep=on"))
"""Its time is that of its instructions, two nanoseconds each, so it knows no pause when its host is busy: a contact
that bounces for 14 ms does so however slowly that is computed."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of a press.

    Attributes:
        level: Of the button.
        contact: Its kind.
        blinks: How often the lights blinked: three times when a rating is stored, fewer where the program was busy.
        open_ms: The longest time that the contact was open within the press, as it was really made.
    """

    level: Level
    contact: str
    blinks: int
    open_ms: float


class Breadboard:
    """The pins of a machine. `wired` makes one."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def press(
        self,
        presses: Sequence[tuple[Level, str]],
        *,
        contacts: Mapping[str, BounceTrace] = CONTACTS,
        pins: Mapping[Level, int] = BUTTONS,
        patience_s: float = PATIENCE_S,
    ) -> list[Pressed]:
        """One after the other, each once the one before is kept.

        Args:
            presses: Levels, and names of contacts.
            contacts: What these do.
            pins: Where a finger looks for the button of a level.
            patience_s: Who waits longer for a press to be kept goes on.
        """
        plan = {
            "lights": LIGHTS,
            "patience_s": patience_s,
            "presses": [(pins[level], contact) for level, contact in presses],
            "traces": {name: contacts[name].edges for name in {contact for _, contact in presses}},
        }
        said = self._machine.run(
            f"{_piped(json.dumps(plan).encode())} | chrt --fifo 10 python3 {_FOLDER}/fingers.py",
            timeout_s=600 + len(presses) * (2 * patience_s + 5),
        )
        return [
            Pressed(level, contact, told["blinks"], told["open_ms"])
            for (level, contact), told in zip(presses, json.loads(said), strict=True)
        ]


@contextmanager
def wired(image: Image) -> Iterator[tuple[Machine, "Breadboard"]]:
    """A machine that is on and waits for the next citizen, and what is wired to it."""
    board = module(image)
    with machine(image) as found:
        found.switch_on(EXACT)
        # The hand is there before the kiosk starts; if it were not, the kiosk would be started again.
        place(found, f"{_FOLDER}/breadboard.ko", board)
        place(found, f"{_FOLDER}/fingers.py", (BOARD / "fingers.py").read_bytes())
        found.run(f"insmod {_FOLDER}/breadboard.ko && cp {CONFIG} {_OWN_CONFIG}")
        found.run(f"(cat /proc/cpuinfo; echo 'Revision\t: {_REVISION}') > {_FOLDER}/cpuinfo")
        place(found, _DROP_IN, _BOARD.encode())
        configure(found, WIRED)
        Citizen(found).waits_for(IDLE)
        yield found, Breadboard(found)


def configure(machine: Machine, more: str, *, waits: bool = True) -> None:
    """Give the kiosk the image's configuration and some more; if it runs, it is started again.

    Args:
        machine: Where.
        more: Text in TOML.
        waits: Until it takes votes; with a wrong configuration it never does.
    """
    machine.run(f"(cat {_OWN_CONFIG}; {_piped(more.encode())}) > {CONFIG}")
    how = "" if waits else "--no-block"
    machine.run(f"systemctl daemon-reload && systemctl try-restart {how} hailong-kiosk.service")


def place(machine: Machine, path: str, content: bytes) -> None:
    """Make a file in the machine, and the folders above it."""
    where = shlex.quote(path)
    machine.run(f'mkdir -p "$(dirname {where})" && {_piped(content)} > {where}')


def _piped(content: bytes) -> str:
    """A command that says it: a shell takes up to 128 KiB."""
    return f"echo {base64.b64encode(content).decode()} | base64 -d"
