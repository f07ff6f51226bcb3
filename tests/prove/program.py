"""Runs the real program, headless, and feeds it presses: one visit each, the next when the last is stored."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
"""The repository: where ``tests`` can be imported from."""

EACH_PRESS_A_VISIT = {
    "HAILONG_VISIT_REPEAT_INTERVAL_S": "0",
    "HAILONG_VISIT_CORRECTION_WINDOW_S": "0",
    "HAILONG_VISIT_THANKS_S": "1",
}
_START_S = 60.0
_STORED_S = 20.0
_AGAIN_S = 1.0
_END_S = 60.0


class ProgramMisbehaved(Exception):
    """It did not start, store or end as it should."""


def environment() -> dict[str, str]:
    """The environment for a run: nothing configured but that every press is a visit, and is silent."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAILONG_")}
    return kept | EACH_PRESS_A_VISIT | {"HAILONG_SOUND_ENABLED": "false"}


def command(data: Path, mutant: str | None = None) -> list[str]:
    """The command line of the unmodified program, or of a mutant of it."""
    what = ["kiosk"] if mutant is None else ["tests.prove.mutants", mutant]
    return [sys.executable, "-m", *what, "run", "--headless", "--events", "--data-dir", os.fspath(data)]


class Program:
    """One run.

    Args:
        data: The data folder.
        mutant: Name of a mutant to run instead of the program.
        wrapper: A command that runs it and is its parent (strace).
        log: Where standard error goes.

    Attributes:
        acknowledged: seq of each entry that was acknowledged, by hash.
    """

    def __init__(
        self, data: Path, mutant: str | None = None, wrapper: Sequence[str] = (), log: IO[bytes] | None = None
    ) -> None:
        self.acknowledged: dict[str, int] = {}
        self.ready = False
        self._wrapped = bool(wrapper)
        self._waiting = b""
        self._process = subprocess.Popen(
            [*wrapper, *command(data, mutant)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log or subprocess.DEVNULL,
            cwd=ROOT,
            env=environment(),
            bufsize=0,
        )

    def wait_ready(self) -> None:
        """Until a press would be kept. Raises `ProgramMisbehaved`."""
        end_s = time.monotonic() + _START_S
        while not self.ready:
            if not self.listen(end_s - time.monotonic()):
                raise ProgramMisbehaved("it does not become ready")

    def press(self, level: int) -> None:
        """Press a key; a program that has just been killed does not take it."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(b"%d" % level)

    def vote(self, levels: Sequence[int]) -> None:
        """Press, and wait until it is acknowledged, again and again. Raises `ProgramMisbehaved`."""
        for level in levels:
            before = len(self.acknowledged)
            end_s = time.monotonic() + _STORED_S
            while len(self.acknowledged) == before:
                if time.monotonic() > end_s:
                    raise ProgramMisbehaved("a press was not acknowledged")
                self.press(level)  # again, where the one before came while something was being saved
                self.listen(_AGAIN_S)

    def listen(self, patience_s: float) -> bool:
        """Read event lines that are there or come within that time; False when none does."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], max(0.0, patience_s))[0]:
            return False
        data = os.read(self._process.stdout.fileno(), 65536)
        *lines, self._waiting = (self._waiting + data).split(b"\n")
        for line in lines:
            event = json.loads(line)
            if event.get("event") == "ready":
                self.ready = True
            elif event.get("event") == "rating_stored":
                self.acknowledged[event["hash"]] = event["seq"]
        return bool(data)

    def end(self, number: signal.Signals) -> int:
        """Send a signal, read what is left, and return the exit code."""
        with suppress(ProcessLookupError):  # it ended by itself; the exit code tells how
            os.kill(self._pid(), number)
        while self.listen(_END_S):
            pass
        with self._process:
            return self._process.wait(_END_S)

    def _pid(self) -> int:
        pid = self._process.pid
        if not self._wrapped:
            return pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        if not children:
            raise ProcessLookupError(pid)
        return int(children[0])
