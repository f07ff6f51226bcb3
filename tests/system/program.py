"""The real program as a process of its own, read by its event lines."""

import json
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PYTHON = (sys.executable, "-m", "kiosk")

PATIENCE_S = 60.0
"""How long a loaded machine may take for anything; no test asserts on it."""

Line = dict[str, Any]


class Program:
    """A running ``hailong``.

    Args:
        arguments: Of the command, such as ``run --headless``.
        environ: Its environment.
        keys: Give it a pipe as standard input, for keys 1 to 5.
        command: Runs the program; by default the installed one.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        keys: bool = False,
        command: Sequence[str] = PYTHON,
    ) -> None:
        self.process = subprocess.Popen(
            [*command, *arguments],
            env=dict(environ),
            stdin=subprocess.PIPE if keys else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[Line] = []
        self.log = ""
        self._new: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
        self._readers = [
            threading.Thread(target=self._read_lines, daemon=True),
            threading.Thread(target=self._read_log, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read_lines(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            self._new.put(json.loads(text))
        self._new.put(None)

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for text in self.process.stderr:
            self.log += text

    def until(self, event: str, timeout_s: float = PATIENCE_S) -> Line:
        """The next line of that event; earlier ones are kept in `lines`."""
        while True:
            try:
                line = self._new.get(timeout=timeout_s)
            except queue.Empty:
                raise AssertionError(f"no {event!r} came; log:\n{self.log}") from None
            if line is None:
                raise AssertionError(f"the program ended before {event!r}; log:\n{self.log}")
            self.lines.append(line)
            if line.get("event") == event:
                return line

    def stored(self, number: int = 1) -> list[Line]:
        """The next stored entries."""
        return [self.until("rating_stored") for _ in range(number)]

    def nothing_stored(self, for_s: float) -> None:
        """Nothing comes for a while."""
        try:
            line = self._new.get(timeout=for_s)
        except queue.Empty:
            return
        raise AssertionError(f"unexpected {line}")

    def key(self, keys: str) -> None:
        """Type keys into its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(keys)
        self.process.stdin.flush()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signal it, and return its exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Its exit code; everything it said is in `lines` and `log` afterwards."""
        code = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        while not self._new.empty():
            line = self._new.get()
            if line is not None:
                self.lines.append(line)
        return code

    def close(self) -> None:
        """Whatever happened, no process is left behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue  # what was typed last was never read


@contextmanager
def hailong(
    *arguments: str,
    data: Path,
    environ: Mapping[str, str] | None = None,
    keys: bool = False,
    command: Sequence[str] = PYTHON,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """Run ``hailong`` on a data folder.

    Args:
        arguments: The command and its arguments.
        data: The data folder.
        environ: The environment; by default this one without displays.
        keys: Whether keys can be typed.
        command: Runs the program.
        settings: Configuration, as ``visit_repeat_interval_s="1"``.
    """
    surroundings = dict(environ) if environ is not None else without_display()
    surroundings |= {f"HAILONG_{name.upper()}": value for name, value in (settings or {}).items()}
    program = Program([*arguments, "--data-dir", str(data)], surroundings, keys=keys, command=command)
    try:
        yield program
    finally:
        program.close()


def without_display() -> dict[str, str]:
    """This environment, as on a machine without a screen; silent, for most tests are about something else."""
    silent = {"HAILONG_SOUND_ENABLED": "false"}
    return silent | {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY") and not name.startswith(("SDL_", "HAILONG_"))
    }


def entries(data: Path) -> list[tuple[int, str, Line]]:
    """(seq, kind, payload) of every entry, read as an auditor would."""
    sql = "SELECT seq, kind, CAST(payload AS TEXT) FROM entry ORDER BY seq"
    path = data / "ledger" / "ledger.db"
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)
    try:
        return [(seq, kind, json.loads(payload)) for seq, kind, payload in connection.execute(sql)]
    finally:
        connection.close()


def kinds(data: Path) -> list[str]:
    """The kinds of all entries."""
    return [kind for _, kind, _ in entries(data)]
