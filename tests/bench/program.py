"""Runs the real program, in a window, on the whole screen or without one, and listens to its event lines."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.measures import NotMeasured

HEADLESS = ("--headless",)
WINDOW = ("--windowed", "1280x800")
WHOLE_SCREEN = ()
HAILONG = (sys.executable, "-m", "kiosk")

_READY_S = 120.0
_END_S = 60.0


class NotReady(NotMeasured):
    """The program did not become ready."""


class Silent(NotMeasured):
    """The program did not say what it should have said, or has ended."""


class Program:
    """One run, begun when this is made.

    Args:
        data: The data folder.
        how: What it shows itself on: `HEADLESS`, `WINDOW` or `WHOLE_SCREEN`.
        environ: The environment, with the display if one is used.
        hailong: The command; by default that of this checkout.
    """

    def __init__(
        self, data: Path, how: Sequence[str], environ: Mapping[str, str], hailong: Sequence[str] = HAILONG
    ) -> None:
        self._unread = b""
        self.began_s = time.monotonic()
        # The keys of a terminal are read to the end at once: without a terminal there is nothing to wait for.
        self._process = subprocess.Popen(
            [*hailong, "run", *how, "--events", "--data-dir", os.fspath(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            bufsize=0,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait_ready(self) -> float:
        """Wait for ``ready``; seconds since it was started. Raises `NotReady`."""
        try:
            self.until("ready", _READY_S)
        except Silent as error:
            raise NotReady(f"the program did not become ready within {_READY_S:.0f} s") from error
        return time.monotonic() - self.began_s

    def until(self, event: str, patience_s: float) -> dict[str, Any]:
        """The next line of that event; others are dropped. Raises `Silent`."""
        assert self._process.stdout is not None
        end_s = time.monotonic() + patience_s
        while True:
            while b"\n" in self._unread:
                text, _, self._unread = self._unread.partition(b"\n")
                line: dict[str, Any] = json.loads(text)
                if line.get("event") == event:
                    return line
            left_s = max(0.0, end_s - time.monotonic())
            if not select.select([self._process.stdout], [], [], left_s)[0]:
                raise Silent(f"no {event!r} came within {patience_s:.0f} s")
            said = self._process.stdout.read(65536)
            if not said:
                raise Silent(f"the program ended before it said {event!r}")
            self._unread += said

    def end(self) -> None:
        """End it in good order."""
        self._process.send_signal(signal.SIGTERM)
        with self._process:
            self._process.wait(_END_S)


@contextmanager
def running(
    data: Path, how: Sequence[str], environ: Mapping[str, str], hailong: Sequence[str] = HAILONG
) -> Iterator[Program]:
    """A run that is ended when the block is left."""
    program = Program(data, how, environ, hailong)
    try:
        yield program
    finally:
        program.end()
