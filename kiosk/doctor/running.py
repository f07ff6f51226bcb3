"""Whether a kiosk runs on this data folder, found without touching its lock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.codes import CODES, named
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.machine import Machine
from kiosk.faults import ProgramCode
from kiosk.ledger.lock import LOCKS, holder
from kiosk.starts import TOO_MANY, WITHIN_NS

NAME = Phrase("Kiosk")


@dataclass(frozen=True, slots=True)
class RunningKiosk:
    """The program that holds the right to write the ledger.

    Attributes:
        pid: Its process; 0 where the kernel does not name it to us (another container).
        environ: Its variables, as far as they may be read.
        arguments: Its command line.
    """

    pid: int
    environ: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()


def find_kiosk(machine: Machine, lock: Path) -> RunningKiosk | None:
    """The holder of a lock file; None when nobody holds it, or nothing can be seen of it."""
    pid = holder(lock, machine.read(str(LOCKS)) or "")
    return None if pid is None else RunningKiosk(pid, _environ(machine, pid), _arguments(machine, pid))


def check(kiosk: RunningKiosk | None, starts: list[int], now_ns: int) -> Finding:
    """Not a judgement where it is stopped, which may be meant; but one where it is started again and again.

    Args:
        kiosk: The one that runs.
        starts: When it was started, as it remembers; CLOCK_BOOTTIME in nanoseconds, as `now_ns`.
        now_ns: Now.
    """
    recent = [at_ns for at_ns in starts if 0 <= now_ns - at_ns < WITHIN_NS]
    if len(recent) >= TOO_MANY:
        code = ProgramCode.CRASH_LOOP
        seen = Phrase("{code}, {count} times.", {"code": named(code), "count": len(recent)})
        return Finding(NAME, Verdict.ERROR, seen, CODES[code].remedy)
    if kiosk is None:
        return Finding(NAME, Verdict.NOTE, Phrase("No kiosk is running on this data folder."))
    return Finding(NAME, Verdict.OK, Phrase("A kiosk is running, process {pid}.", {"pid": kiosk.pid}))


def _environ(machine: Machine, pid: int) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in (machine.read(f"/proc/{pid}/environ") or "").split("\0"))
    return {name: value for name, equals, value in pairs if equals}


def _arguments(machine: Machine, pid: int) -> tuple[str, ...]:
    return tuple(filter(None, (machine.read(f"/proc/{pid}/cmdline") or "").split("\0")))
