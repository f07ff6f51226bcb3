"""Programs that provisioning runs, and what they answer."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

OURS: tuple[str, ...] = (sys.executable, "-m", "kiosk")
"""Our own command, of this very installation."""

TOO_LONG = -1
"""Instead of an exit code: the time was up, and the program was ended."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a program.

    Attributes:
        code: Its exit code.
        out: Its standard output.
        err: Its standard error.
    """

    code: int
    out: str
    err: str


def lines_of(said: str) -> list[str]:
    """What was said, without empty lines."""
    return [line.rstrip() for line in said.splitlines() if line.strip()]


def for_people(said: str) -> list[str]:
    """The same without the lines of a log."""
    return [line for line in lines_of(said) if not line.startswith(("INFO ", "WARNING ", "ERROR "))]


Run = Callable[[Sequence[str], str, float], Ran]
"""Runs a program with a text for its standard input, for so many seconds at most. Raises `OSError`."""


def run(
    arguments: Sequence[str], text: str, timeout_s: float, environ: Mapping[str, str] | None = None
) -> Ran:
    """Run a program to its end.

    Args:
        arguments: The program and its arguments; nothing secret, for everybody on the machine can read them.
        text: For its standard input; a secret may be in it.
        timeout_s: So long at most.
        environ: Its environment; by default ours, and English.

    Raises:
        OSError: It cannot be run.
    """
    surroundings = {**os.environ, "LC_ALL": "C.UTF-8"} if environ is None else environ
    try:
        ran = subprocess.run(  # noqa: S603 - no shell; the callers name the programs
            arguments,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            env=surroundings,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ran(TOO_LONG, "", "")
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def run_live(arguments: Sequence[str], timeout_s: float, environ: Mapping[str, str]) -> Ran:
    """The same on this terminal: its keys, its lines, and its Ctrl-C, which ends the program and not this one.

    Raises:
        OSError: It cannot be run.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ran = subprocess.run(arguments, timeout=timeout_s, env=environ, check=False)  # noqa: S603 - as above
    except subprocess.TimeoutExpired:
        return Ran(TOO_LONG, "", "")
    else:
        return Ran(ran.returncode, "", "")
    finally:
        signal.signal(signal.SIGINT, before)
