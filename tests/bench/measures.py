"""What the benches share: quantiles, and what the kernel knows of a running process."""

import math
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


@dataclass(frozen=True, slots=True)
class Usage:
    """What all threads of a process have used since they began.

    Attributes:
        cpu_s: Time on a processor, in user and kernel mode.
        wake_ups: Voluntary context switches: how often a thread went to sleep and was woken.
        threads: How many there are.
    """

    cpu_s: float
    wake_ups: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> "Usage":
        """Read it from ``/proc``. A thread that ends takes its wake-ups with it: measure when none does."""
        wake_ups = threads = 0
        for task in Path(f"/proc/{pid}/task").iterdir():
            threads += 1
            for line in (task / "status").read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition(":")
                if name == "voluntary_ctxt_switches":
                    wake_ups += int(value)
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        return cls(ticks / os.sysconf("SC_CLK_TCK"), wake_ups, threads)


def verdict(good: bool) -> str:
    """A word for a table."""
    return "reached" if good else "MISSED"


def say(text: str) -> None:
    """Print it now, also when the output is a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
