"""Reads what strace wrote: one finished system call after the other, with the moments it began and ended.

Strings are expected in hexadecimal (``-xx``): then no byte of a payload can look like strace's own syntax.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r"(\d+) +(\d+)\.(\d{6}) (.*)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?)")
_UNFINISHED = " <unfinished ...>"
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class LogNotUnderstood(Exception):
    """The log holds something this reader does not know: no conclusion may be drawn from it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that came back.

    Attributes:
        name: Such as ``pwrite64``.
        args: As strace printed them, split at commas.
        result: What it returned; negative = failed.
        begun: Line of the log on which it began.
        ended: Line on which it came back; the same where nothing came between.
        at_us: CLOCK_REALTIME when it began, microseconds.
    """

    name: str
    args: tuple[str, ...]
    result: int
    begun: int
    ended: int
    at_us: int

    def number(self, index: int) -> int:
        """An argument that is a number."""
        return int(self.args[index], 0)

    def text(self, index: int) -> str:
        """An argument that is a path."""
        return unquoted(self.args[index]).decode()


def unquoted(argument: str) -> bytes:
    """The bytes of one quoted string.

    Raises:
        LogNotUnderstood: It is none, or strace has shortened it.
    """
    found = _STRING.fullmatch(argument.strip())
    if found is None:
        raise LogNotUnderstood(f"not a whole string: {argument[:80]}")
    return bytes.fromhex(found[1].replace("\\x", ""))


def strings(arguments: str) -> Iterator[bytes]:
    """Every quoted string in a piece of the log, in order (vectors of writes)."""
    for found in _STRING.finditer(arguments):
        yield bytes.fromhex(found[1].replace("\\x", ""))


def calls(path: Path) -> Iterator[Call]:
    """Every call that came back, in the order in which they did.

    One that never came back (the program was killed in it) is not told: a recording kills only when it is quiet.
    """
    begun: dict[str, tuple[int, int, str]] = {}
    with path.open(encoding="ascii") as log:
        for number, line in enumerate(log):
            parts = _LINE.match(line)
            if parts is None:
                raise LogNotUnderstood(f"line {number + 1}: {line[:80]}")
            pid, rest = parts[1], parts[4]
            at_us = int(parts[2]) * 1_000_000 + int(parts[3])
            if rest.startswith(("---", "+++")):
                continue
            first = number
            if rest.endswith(_UNFINISHED):
                begun[pid] = number, at_us, rest.removesuffix(_UNFINISHED)
                continue
            resumed = _RESUMED.match(rest)
            if resumed is not None:
                first, at_us, before = begun.pop(pid)
                rest = before + rest[resumed.end() :]
            call = _CALL.match(rest)
            if call is None:
                raise LogNotUnderstood(f"line {number + 1}: {rest[:80]}")
            if call[3] != "?":
                yield Call(call[1], _split(call[2]), int(call[3], 0), first, number, at_us)


def _split(arguments: str) -> tuple[str, ...]:
    return tuple(arguments.split(", ")) if arguments else ()
