"""What the terminal bench found, as goals and tables, and as the page ``docs/evidence/terminal.md``."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.browser import chromium_version
from tests.bench.measures import Memory, Spent, quantile, verdict
from tests.bench.terminal import Figures, Side
from tests.prove.evidence import Evidence, table

MB = 1e6

FIRST_PIXEL_RATIO = 0.25
FIRST_PIXEL_MS = 100.0
THANKS_CLICK_MS = 100.0
THANKS_BUTTON_MS = 150.0
START_RATIO = 0.5
MEMORY_RATIO = 0.2
MEMORY_MB = 75.0
IDLE_CPU = 0.002
IDLE_WAKE_UPS = 2.0


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing that was promised.

    Attributes:
        name: What.
        found: The figure.
        most: The most that it may be.
        unit: Of both, as a format: ``{:.0f} ms``.
    """

    name: str
    found: float
    most: float
    unit: str

    @property
    def reached(self) -> bool:
        """Whether it was kept."""
        return self.found <= self.most

    @property
    def row(self) -> tuple[str, str, str, str]:
        """For a table."""
        return (
            self.name,
            "≤ " + self.unit.format(self.most),
            self.unit.format(self.found),
            verdict(self.reached),
        )


def goals_of(figures: Figures) -> list[Goal]:
    """Every goal with its figure."""
    ours, rival = figures.ours, figures.rival
    memory, rivals_memory, idle = _memory(ours), _memory(rival), _idle(ours)
    first = [visit.first_s for visit in ours.clicks]
    return [
        Goal(
            "press → first changed pixel, median ÷ Chromium's",
            quantile(first, 0.5) / quantile([visit.first_s for visit in rival.clicks], 0.5),
            FIRST_PIXEL_RATIO,
            "{:.2f}",
        ),
        Goal("press → first changed pixel, 99 %", _ms(first, 0.99), FIRST_PIXEL_MS, "{:.1f} ms"),
        Goal(
            "press → thank-you, stored, by pointer, 99 %",
            _ms([visit.thanked_s for visit in ours.clicks], 0.99),
            THANKS_CLICK_MS,
            "{:.1f} ms",
        ),
        Goal(
            "press → thank-you, stored, by button, 99 %",
            _ms([visit.thanked_s for visit in ours.buttons], 0.99),
            THANKS_BUTTON_MS,
            "{:.1f} ms",
        ),
        Goal(
            "start as after power-on → `ready`, median ÷ Chromium's page painted",
            quantile(ours.cold_starts_s, 0.5) / quantile(rival.cold_starts_s, 0.5),
            START_RATIO,
            "{:.2f}",
        ),
        Goal(
            f"memory (PSS) after {figures.votes} votes ÷ Chromium's",
            memory.pss / rivals_memory.pss,
            MEMORY_RATIO,
            "{:.2f}",
        ),
        Goal(f"memory (PSS) after {figures.votes} votes", memory.pss / MB, MEMORY_MB, "{:.1f} MB"),
        Goal("idle: processor", 100 * idle.cpu_s / figures.idle_s, 100 * IDLE_CPU, "{:.2f} % of a core"),
        Goal("idle: wake-ups a second", idle.wake_ups / figures.idle_s, IDLE_WAKE_UPS, "{:.2f}"),
    ]


def tables_of(figures: Figures, goals: Sequence[Goal]) -> list[str]:
    """The goals, and the figures of both."""
    ours, rival = figures.ours, figures.rival
    rows = [
        (
            "press → first changed pixel, by pointer",
            *(_three([v.first_s for v in s.clicks]) for s in (ours, rival)),
        ),
        ("press → thank-you, by pointer", *(_three([v.thanked_s for v in s.clicks]) for s in (ours, rival))),
        ("press → first changed pixel, by button", _three([v.first_s for v in ours.buttons]), ""),
        ("press → thank-you, by button", _three([v.thanked_s for v in ours.buttons]), ""),
        ("start as after power-on → `ready` or painted", *(_three(s.cold_starts_s) for s in (ours, rival))),
        ("start with all files in memory → `ready` or painted", *(_three(s.starts_s) for s in (ours, rival))),
        ("memory, PSS", *(f"{_memory(s).pss / MB:.1f} MB" for s in (ours, rival))),
        ("memory, RSS", *(f"{_memory(s).rss / MB:.1f} MB" for s in (ours, rival))),
        ("processes", *(str(_memory(s).processes) for s in (ours, rival))),
        ("idle: processor", *(f"{_idle(s).cpu_s / figures.idle_s:.2%} of a core" for s in (ours, rival))),
        ("idle: wake-ups a second", *(f"{_idle(s).wake_ups / figures.idle_s:.1f}" for s in (ours, rival))),
    ]
    return [
        table(("", "goal", "result", ""), [goal.row for goal in goals]),
        table(("median / 99 % / worst", "our terminal", "Chromium's page"), rows),
    ]


def write_page(figures: Figures, goals: Sequence[Goal], folder: Path, disk: str, command: str) -> Path:
    """Write the evidence; returns where."""
    return Evidence(
        name="terminal",
        title="The terminal beside a browser in kiosk mode",
        story=_STORY.format(
            starts=len(figures.ours.starts_s),
            presses=len(figures.ours.clicks),
            clicks=len(figures.rival.clicks),
            idle_s=figures.idle_s,
        ),
        tables=tables_of(figures, goals),
        command=f"{command} --evidence",
        folder=folder,
        extra=(
            ("browser", chromium_version()),
            ("disk of the ledger", disk),
            ("load before the run (1 min)", f"{figures.load:.1f}"),
            ("priority of the run", _priority()),
        ),
    ).write()


def _priority() -> str:
    """How the run, with both programs and the X server, was preferred to what else the machine did."""
    group = Path("/proc/self/autogroup")
    of_group = group.read_text(encoding="ascii").split()[-1] if group.exists() else "0"
    return f"nice {os.getpriority(os.PRIO_PROCESS, 0)}, its session {of_group}"


def _three(values_s: Sequence[float]) -> str:
    return " / ".join(f"{_ms(values_s, share):.1f}" for share in (0.5, 0.99, 1.0)) + " ms"


def _ms(values_s: Sequence[float], share: float) -> float:
    return 1000 * quantile(values_s, share)


def _memory(side: Side) -> Memory:
    assert side.memory is not None
    return side.memory


def _idle(side: Side) -> Spent:
    assert side.idle is not None
    return side.idle


_STORY = """\
The real program, installed as on a terminal into an environment of its own (without the tools of development and
without pip), on the whole of one screen of Xvfb (1280 × 800), and on the whole of another screen of the same server
Debian's Chromium in kiosk mode, with a page that shows the same five cards: the same faces, words, letters, colours
and places. Neither has a graphics processor. Everything was measured in one run and in turn, by the same code:
{starts} starts of each as after power-on, with no file in memory (Linux was told to forget them all), and as many
with all files in memory, {presses} presses of the pointer (XTest) on our screen and as many frames of a button
written to a pad (a pseudo-terminal), {clicks} presses of the pointer on the page, and {idle_s:.0f} s in which
nobody pressed, for both at once. Whenever the server reports that something was drawn (DAMAGE), the pixels are read
back (XGetImage): the card that was pressed, for its first change, and the middle of the thank-you's check. The time
is that of the report before the reading that showed it, for both; the reading is in none.

Ours stores each vote and thanks after COMMIT; after every thank-you the entry was looked for in the ledger, and
there were as many ratings as presses in the end. A button's time holds the 50 ms for which the program waits
whether a second button follows. Sound is on, into SDL's silent driver, and a pad is connected, with its heartbeat
each second. The page is kinder to its browser than a real one: it acts when the button goes down, stores nothing,
waits for nothing and is silent. Chromium runs without its sandbox (root cannot have it), extensions, translation
and background connections; its first start, which makes its profile, is not counted, and neither are its two crash
handlers. Xvfb has no monitor whose frames Chromium would wait for. The disk is a server's, many times faster than a
memory card, which would favour the program with the fewer files still more.
Memory is that of all processes of each, the X server's not included."""
