"""The machine as the checks see it: a tree of files that tests can fake, and the few things that are not files."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hardware.gpiochip import ChipLibrary, load_lgpio
from kiosk.clock import Clock, SystemClock

_ANSWER_S = 10.0


def firmware_says() -> str:
    """What a Raspberry Pi's firmware says of its power supply; empty where there is no such program."""
    program = shutil.which("vcgencmd")
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - found on the path, no arguments from outside
            [program, "get_throttled"], capture_output=True, text=True, timeout=_ANSWER_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""  # the caller then says that it was not told
    return done.stdout.strip()


def load_lgpio_aside() -> ChipLibrary:
    """The module lgpio, loaded where its notification files are in nobody's way. Raises `GpioUnavailable`."""
    # On import it makes files in its working folder, which need not be writable for whoever runs the doctor.
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    return load_lgpio()


@dataclass(frozen=True)
class Machine:
    """Where the checks look.

    Attributes:
        root: What stands for ``/`` when ``/sys``, ``/proc``, ``/dev``, ``/etc`` are read.
        environ: The variables of this process.
        clock: For the wall clock.
        load_lgpio: Gives the GPIO library.
        firmware: Gives the firmware's answer about the power supply.
    """

    root: Path = Path("/")
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    clock: Clock = field(default_factory=SystemClock)
    load_lgpio: Callable[[], ChipLibrary] = load_lgpio_aside
    firmware: Callable[[], str] = firmware_says

    def path(self, absolute: str | Path) -> Path:
        """A system path, such as ``/sys/class/thermal``, within `root`."""
        return self.root / str(absolute).lstrip("/")

    def read(self, absolute: str | Path) -> str | None:
        """A small system file without its line end; None where it is not there or not for us."""
        try:
            return self.path(absolute).read_text(encoding="utf-8", errors="replace").strip("\0\n ")
        except OSError:
            return None

    def glob(self, pattern: str) -> list[Path]:
        """System paths that fit a pattern such as ``/dev/input/event*``, sorted."""
        return sorted(self.root.glob(pattern.lstrip("/")))
