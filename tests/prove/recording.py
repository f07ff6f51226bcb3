"""What is kept of some runs of the program: strace's logs, and what the harness itself did to the files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.prove.disk import Content, Tree
from tests.prove.strace_log import Call, calls

TRACED = (
    "openat,open,creat,close,close_range,dup,dup2,dup3,fcntl,lseek,write,writev,pwrite64,pwritev,pwritev2,"
    "sendfile,copy_file_range,splice,ftruncate,truncate,fallocate,fsync,fdatasync,sync,syncfs,sync_file_range,"
    "msync,mmap,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,"
    "clone,clone3,fork,vfork"
)
"""Everything that can change a file or say which one is meant, and what would make a second process."""

_LINES_A_RUN = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Intrusion:
    """What somebody else did to a file while or between the program's runs; durable at once.

    Attributes:
        path: Below the root.
        content: What the file holds from then on; None = it is gone.
        at_us: CLOCK_REALTIME, microseconds.
        excuses: Whether votes acknowledged before may be lost by it (until `Recovered`).
    """

    path: str
    content: Content | None
    at_us: int
    excuses: bool


@dataclass(frozen=True, slots=True)
class Recovered:
    """From here on the votes that an intrusion had excused were seen to be kept, and must stay so."""

    at_us: int


Outside = Intrusion | Recovered


@dataclass(frozen=True, slots=True)
class Recording:
    """Some runs of the program on one disk.

    Attributes:
        name: Of the scenario.
        root: The folder that was the disk.
        start: What it held, durably.
        logs: One of strace for each run.
        outside: What the harness did, in order.
        may_replace: Whether the ledger was damaged, so that the product may begin a new one.
        promised: Votes on the disk that had been acknowledged before: seq by hash.
    """

    name: str
    root: Path
    start: Tree
    logs: Sequence[Path]
    outside: Sequence[Outside] = ()
    may_replace: bool = False
    promised: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Begun:
    """A run of the program begins: no file is open."""


def ordered(recording: Recording) -> Iterator[tuple[int, int, Call | Outside | Begun]]:
    """(moment at which it counts, moment at which it began, what happened), in order.

    Where two threads were in the kernel at once, the order that promises least is taken: a change counts from
    its end, and an acknowledgement from its beginning.
    """
    outside = list(recording.outside)
    for run, log in enumerate(recording.logs):
        base = (run + 1) * _LINES_A_RUN
        yield base, base, Begun()
        for call in sorted(calls(log), key=_line):
            while outside and outside[0].at_us < call.at_us:
                yield base + _line(call), base + _line(call), outside.pop(0)
            yield base + _line(call), base + call.begun, call
    last = (len(recording.logs) + 1) * _LINES_A_RUN
    for event in outside:
        yield last, last, event


def is_line(call: Call) -> bool:
    """Whether a call wrote to standard output."""
    return call.name == "write" and call.args[0] == "1"


def _line(call: Call) -> int:
    return call.begun if is_line(call) else call.ended
