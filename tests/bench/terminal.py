"""Our terminal beside a browser in kiosk mode that shows the same five cards: on one X server, in one run, in turn.

Xvfb has two screens, one for each, both in full size. What is reached and missed is `tests.bench.terminal_report`'s.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hardware.events import Level
from hardware.fakes.pad import PtyPad
from tests.bench.installed import install
from tests.bench.measures import Memory, NotMeasured, Spent, say
from tests.bench.page import SIZE_PX, html, places
from tests.bench.panel import PATIENCE_S, Panel
from tests.bench.program import HAILONG
from tests.bench.rivals import Rival, Terminal
from tests.bench.stage import Stage, Visit
from tests.prove.evidence import ON_DISK
from tests.xdisplay import environment, x_server, xvfb_command

VOTES_BEFORE_MEMORY = 100

REST_S = 12.0
"""After the last visit: by then the sound card is closed again."""
_IN_MEMORY = ("tmpfs", "ramfs")
_DROP_CACHES = Path("/proc/sys/vm/drop_caches")


@dataclass
class Side:
    """What was measured of one of the two.

    Attributes:
        starts_s: From each start: of ours to ``ready``, of the browser until its page is painted; with the files of
            both in memory.
        cold_starts_s: The same with no file in memory, as after power-on.
        clicks: Visits by the pointer.
        buttons: Visits by the pad.
        memory: When it had the votes that it was to have before.
        idle: What it used while nobody pressed.
    """

    starts_s: list[float] = field(default_factory=list)
    cold_starts_s: list[float] = field(default_factory=list)
    clicks: list[Visit] = field(default_factory=list)
    buttons: list[Visit] = field(default_factory=list)
    memory: Memory | None = None
    idle: Spent | None = None


@dataclass
class Figures:
    """What was measured.

    Attributes:
        ours: Of our terminal.
        rival: Of the browser.
        votes: How many each had when its memory was looked at.
        idle_s: How long nobody pressed.
        load: Of the machine before anything was started.
    """

    load: float
    ours: Side = field(default_factory=Side)
    rival: Side = field(default_factory=Side)
    votes: int = 0
    idle_s: float = 0.0


@contextmanager
def both(
    folder: Path, page: str | None = None, patience_s: float = PATIENCE_S, hailong: Sequence[str] = HAILONG
) -> Iterator[tuple[Terminal, Rival]]:
    """Our terminal and its rival, not yet started, on two screens of one X server.

    Args:
        folder: For the ledger, the page and the browser's profile.
        page: What the browser shows; by default the equal page.
        patience_s: How long an answer to a press may take.
        hailong: The command of our terminal.
    """
    layout = places()
    file = folder / "page.html"
    file.write_text(page or html(layout), encoding="utf-8")
    width_px, height_px = SIZE_PX
    two_screens = [*xvfb_command(*SIZE_PX), "-screen", "1", f"{width_px}x{height_px}x24"]
    with (
        x_server(two_screens) as display,
        Panel(f"{display}.0") as panel,
        Panel(f"{display}.1") as rival_panel,
        PtyPad(folder) as pad,
    ):
        yield (
            Terminal(
                Stage(panel, layout, patience_s), folder / "data", pad, environment(panel.name), hailong
            ),
            Rival(
                Stage(rival_panel, layout, patience_s),
                file,
                folder / "profile",
                environment(rival_panel.name),
            ),
        )


def measure(folder: Path, presses: int, starts: int, idle_s: float) -> Figures:
    """Everything, in one run.

    Args:
        folder: On the disk that the ledger is to be on.
        presses: On our screen, and as many on our pad; the browser's screen gets twice as many.
        starts: Of each.
        idle_s: How long nobody presses.

    Raises:
        NotMeasured: One of the two did not do what it should.
    """
    figures = Figures(_load())
    with both(folder, hailong=[os.fspath(install(folder))]) as (terminal, rival):
        # The first start makes the ledger and the profile, and is not counted.
        for _ in range(starts + 1):
            with terminal.started():
                pass
            with rival.started():
                pass
        figures.ours.starts_s, figures.rival.starts_s = terminal.starts_s[1:], rival.starts_s[1:]
        for _ in range(starts):
            _forget_files()
            with terminal.started():
                pass
            _forget_files()
            with rival.started():
                pass
        figures.ours.cold_starts_s = terminal.starts_s[-starts:]
        figures.rival.cold_starts_s = rival.starts_s[-starts:]
        say(f"{starts} starts of each with their files in memory, and as many without")
        with terminal.started(), rival.started():
            _press(figures, terminal, rival, presses)
            time.sleep(REST_S)
            _leave_alone(figures, terminal, rival, idle_s)
    return figures


def _forget_files() -> None:
    """No file is in memory any more, as after power-on (proc(5), /proc/sys/vm/drop_caches).

    Raises:
        NotMeasured: Only root can do that.
    """
    os.sync()  # what is not on the disk yet would stay
    try:
        _DROP_CACHES.write_text("3\n", encoding="ascii")
    except PermissionError as error:
        raise NotMeasured("starts as after power-on: only root can empty the memory of files") from error


def _press(figures: Figures, terminal: Terminal, rival: Rival, presses: int) -> None:
    ours, theirs = figures.ours, figures.rival
    for number in range(presses):
        level = Level(1 + number % len(Level))
        ours.clicks.append(terminal.click(level))
        theirs.clicks.append(rival.click(level))
        ours.buttons.append(terminal.button(level))
        theirs.clicks.append(rival.click(level))
        if terminal.votes <= VOTES_BEFORE_MEMORY:
            figures.votes, ours.memory, theirs.memory = terminal.votes, terminal.memory(), rival.memory()
    say(f"{terminal.votes} votes on each")


def _leave_alone(figures: Figures, terminal: Terminal, rival: Rival, seconds: float) -> None:
    began_s = time.monotonic()
    before, rivals_before = terminal.usage(), rival.usage()
    time.sleep(seconds)
    figures.ours.idle = terminal.usage().since(before)
    figures.rival.idle = rival.usage().since(rivals_before)
    figures.idle_s = time.monotonic() - began_s


def _load() -> float:
    return float(Path("/proc/loadavg").read_text(encoding="ascii").split()[0])


def mount_of(folder: Path) -> str:
    """The disk that a folder is on, as ``findmnt`` tells it. Raises `NotMeasured` when it is none."""
    command = ["findmnt", "-no", "FSTYPE,SOURCE,OPTIONS", "-T", str(folder)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    if found[0] in _IN_MEMORY:
        raise NotMeasured(f"{folder} is in memory ({found[0]}): a ledger there would cost no disk")
    return " ".join(found)


def run(presses: int, starts: int, idle_s: float, evidence: bool) -> int:
    """Measure and report; 0 = the goals were reached."""
    from tests.bench.terminal_report import goals_of, tables_of, write_page

    with tempfile.TemporaryDirectory(prefix="hailong-terminal-", dir=ON_DISK) as place:
        folder = Path(place)
        disk = mount_of(folder)
        figures = measure(folder, presses, starts, idle_s)
        goals = goals_of(figures)
        say("\n".join(tables_of(figures, goals)))
        if evidence:
            command = f"scripts/bench terminal --presses {presses} --starts {starts} --seconds {idle_s:g}"
            say(f"written: {write_page(figures, goals, folder, disk, command)}")
    return 0 if all(goal.reached for goal in goals) else 1
