"""What the benches share: quantiles, and what the kernel knows of running processes."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class NotMeasured(Exception):
    """What was to be measured did not do what it should: there is no figure."""


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def family(pid: int) -> list[int]:
    """A process and all that descend from it. One that ends meanwhile is left out."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, task.read_text(encoding="ascii").split())
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used between two readings.

    Attributes:
        cpu_s: Time on a processor, in user and kernel mode.
        wake_ups: Voluntary context switches: how often a thread went to sleep and was woken.
    """

    cpu_s: float
    wake_ups: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What the threads of some processes have used since they began.

    Attributes:
        threads: Of each, by its number.
    """

    threads: Mapping[int, Spent]

    @classmethod
    def of(cls, *pids: int) -> "Usage":
        """Read it from ``/proc``, where processor time is counted in nanoseconds for each thread."""
        threads = {}
        for pid in pids:
            for task in Path(f"/proc/{pid}/task").glob("*"):
                try:
                    ran_ns, *_ = (task / "schedstat").read_text(encoding="ascii").split()
                    status = (task / "status").read_text(encoding="utf-8", errors="replace")
                except (FileNotFoundError, ProcessLookupError):
                    continue  # it has just ended
                switches = status.partition("\nvoluntary_ctxt_switches:")[2].split()[0]
                threads[int(task.name)] = Spent(int(ran_ns) / 1e9, int(switches))
        return cls(threads)

    def since(self, before: "Usage") -> Spent:
        """What was used after an earlier reading. A thread that has ended since takes what it used with it."""
        nothing = Spent(0.0, 0)
        then = [before.threads.get(number, nothing) for number in self.threads]
        now = self.threads.values()
        return Spent(
            sum(spent.cpu_s for spent in now) - sum(spent.cpu_s for spent in then),
            sum(spent.wake_ups for spent in now) - sum(spent.wake_ups for spent in then),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """What some processes have in memory, in bytes.

    Attributes:
        processes: How many they are.
        pss: What is shared with others counts in equal parts.
        rss: What is shared counts whole, for each process.
    """

    processes: int
    pss: int
    rss: int

    @classmethod
    def of(cls, *pids: int) -> "Memory":
        """Read it from ``/proc``."""
        texts = []
        for pid in pids:
            try:
                texts.append(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended
        pss, rss = (
            sum(1024 * int(text.partition(f"\n{name}:")[2].split()[0]) for text in texts)
            for name in ("Pss", "Rss")
        )
        return cls(len(texts), pss, rss)


def verdict(good: bool) -> str:
    """A word for a table."""
    return "reached" if good else "MISSED"


def say(text: str) -> None:
    """Print it now, also when the output is a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
