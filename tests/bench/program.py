"""Runs the real program, in a window or without one, and notes when it says something."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_READY_S = 120.0
_END_S = 60.0


class NotReady(Exception):
    """The program did not become ready."""


class Program:
    """One run, begun when this is made.

    Args:
        data: The data folder.
        display: X display for a window; None = headless.
        environ: The environment without any display.
    """

    def __init__(self, data: Path, display: str | None, environ: Mapping[str, str]) -> None:
        how = ["--headless"] if display is None else ["--windowed", "1280x800"]
        shown = {} if display is None else {"DISPLAY": display}
        self.began_s = time.monotonic()
        # The keys of a terminal are read to the end at once: without a terminal there is nothing to wait for.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "run", *how, "--events", "--data-dir", os.fspath(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environ, **shown},
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait_ready(self) -> float:
        """Wait for ``ready``; seconds since it was started. Raises `NotReady`."""
        assert self._process.stdout is not None
        if select.select([self._process.stdout], [], [], _READY_S)[0]:
            line = self._process.stdout.readline()
            if line and json.loads(line).get("event") == "ready":
                return time.monotonic() - self.began_s
        raise NotReady(f"the program did not become ready within {_READY_S:.0f} s")

    def end(self) -> None:
        """End it in good order."""
        self._process.send_signal(signal.SIGTERM)
        with self._process:
            self._process.wait(_END_S)


@contextmanager
def running(data: Path, display: str | None, environ: Mapping[str, str]) -> Iterator[Program]:
    """A run that is ended when the block is left."""
    program = Program(data, display, environ)
    try:
        yield program
    finally:
        program.end()
