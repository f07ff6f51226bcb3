"""What the program costs while nobody presses: processor time, and how often anything in it wakes up."""

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.bench.measures import Usage, say, verdict
from tests.bench.program import WINDOW, running
from tests.prove.evidence import ON_DISK, Evidence, table
from tests.xdisplay import environment, xvfb

GOAL_CPU = 0.002
"""At most this share of one core."""
GOAL_WAKE_UPS = 2.0
"""At most so many a second, all threads together."""

_SETTLE_S = 3.0


def measure(seconds: float, data: Path) -> tuple[float, float, int]:
    """(share of a core, wake-ups a second, threads) of an idle program in a window.

    Begins when it has checked its chain and said so, and a moment has passed.
    """
    with xvfb() as display, running(data, WINDOW, environment(display)) as program:
        program.wait_ready()
        wait_verified(data / "ledger" / "ledger.db", 0)
        time.sleep(_SETTLE_S)
        began_s, before = time.monotonic(), Usage.of(program.pid)
        time.sleep(seconds)
        took_s, after = time.monotonic() - began_s, Usage.of(program.pid)
    spent = after.since(before)
    return spent.cpu_s / took_s, spent.wake_ups / took_s, len(after.threads)


def wait_verified(ledger: Path, after: int, patience_s: float = 120.0) -> float:
    """Wait for the `verified` entry after entry `after`; CLOCK_MONOTONIC in seconds when it was there.

    Raises:
        TimeoutError: It did not come.
    """
    end_s = time.monotonic() + patience_s
    while time.monotonic() < end_s:
        with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            found = connection.execute("SELECT 1 FROM entry WHERE seq > ? AND kind = 'verified'", (after,))
            if found.fetchone() is not None:
                return time.monotonic()
        time.sleep(0.05)
    raise TimeoutError(f"no `verified` entry came within {patience_s:.0f} s")


def run(seconds: float, evidence: bool) -> int:
    """Measure and report; 0 = the goals were reached."""
    with tempfile.TemporaryDirectory(prefix="hailong-idle-", dir=ON_DISK) as place:
        cpu, wake_ups, threads = measure(seconds, Path(place))
        good = cpu <= GOAL_CPU, wake_ups <= GOAL_WAKE_UPS
        goals = table(
            (f"over {seconds:g} s", "goal", "result", ""),
            [
                ("processor time", f"≤ {GOAL_CPU:.1%} of a core", f"{cpu:.3%}", verdict(good[0])),
                (
                    "wake-ups a second",
                    f"≤ {GOAL_WAKE_UPS:g}",
                    f"{wake_ups:.2f}",
                    verdict(good[1]),
                ),
            ],
        )
        say(goals)
        if evidence:
            page = Evidence(
                name="idle",
                title="What an idle terminal costs",
                story=(
                    "The real program in a window of 1280 × 800 on Xvfb, after it has checked its ledger, while"
                    f" nobody presses. User and kernel time of all its {threads} threads, and their voluntary"
                    " context switches, from `/proc`."
                ),
                tables=[goals],
                command=f"scripts/bench idle --seconds {seconds:g} --evidence",
                folder=Path(place),
            )
            say(f"written: {page.write()}")
    return 0 if all(good) else 1
