"""A real central server for a proof: its processes, its PostgreSQL, and what is in it."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from central.embedded import Cluster, EmbeddedError
from central.postmaster import postmaster
from central.runner import runner
from tests.central import served
from tests.system.program import PATIENCE_S, Program

_LONG_S = 1_800.0
UNIT = "UBND phường Sông Công"

Row = tuple[Any, ...]


class Central:
    """``hailong-central serve`` on a folder, with a public URL that leads through a proxy.

    Args:
        data: The data folder.
        port: Where it listens.
        public_url: What terminals are told.
    """

    def __init__(self, data: Path, port: int, public_url: str) -> None:
        self.data, self.port, self.public_url = data, port, public_url
        self._environ = served.surroundings(HAILONG_CENTRAL_URL=public_url, HAILONG_CENTRAL_PULL_EVERY="1")
        self._program: Program | None = None
        self._alone = threading.Lock()

    def start(self) -> None:
        """Until it answers."""
        command = ["serve", "--port", str(self.port), "--data-dir", str(self.data), "--url", self.public_url]
        self._program = Program(command, self._environ, command=(served.COMMAND,))
        self._program.until("listening")

    def kill(self) -> None:
        """The server and its web processes, at once; the database runs on. Then it is started again."""
        with self._alone:
            assert self._program is not None
            main = psutil.Process(self._program.process.pid)
            kill_all([main, *main.children(recursive=True)])
            self._program.close()
            self.start()

    def kill_worker(self) -> bool:
        """One of its web processes; the server starts another."""
        with self._alone:
            assert self._program is not None
            workers = psutil.Process(self._program.process.pid).children(recursive=True)
            web = [one for one in workers if "multiprocessing" in _command(one) and "spawn" in _command(one)]
            if web:
                kill_all(web[:1])
            return bool(web)

    def kill_database(self) -> bool:
        """PostgreSQL with all its processes; the server starts it again."""
        with self._alone:  # a server that is just starting would not survive it, and does not promise to
            found = served.database_processes(self.data)
            if found:
                kill_all([*found, *found[0].children(recursive=True)])
            return bool(found)

    def stop(self) -> int:
        """In good order; the exit code."""
        assert self._program is not None
        code = self._program.end(signal.SIGTERM)
        self._program.close()
        return code

    def close(self) -> None:
        """Whatever happened, nothing is left."""
        if self._program is not None:
            if self._program.process.poll() is None:
                main = psutil.Process(self._program.process.pid)
                kill_all([main, *main.children(recursive=True)])
            self._program.close()

    def healthy(self) -> bool:
        """Whether it takes entries."""
        try:
            url = f"http://127.0.0.1:{self.port}/api/v1/health"
            return requests.get(url, timeout=PATIENCE_S).status_code == 200
        except requests.RequestException:
            return False

    def wait_healthy(self) -> None:
        """Until it takes entries."""
        end_s = time.monotonic() + PATIENCE_S
        while not self.healthy():
            if time.monotonic() > end_s:
                raise AssertionError("central does not become healthy again")
            time.sleep(0.05)

    def device(self, counter: str) -> tuple[str, str]:
        """A new terminal that is accepted at once: its id and its code."""
        done = self._command("device", "add", "--unit", UNIT, "--counter", counter, "--accept")
        if done.returncode:
            raise AssertionError(f"no terminal can be added: {done.stderr}")
        said = json.loads(done.stdout)
        return said["device"], said["code"]

    @property
    def database_url(self) -> str:
        """Of the PostgreSQL that runs. Raises `EmbeddedError` where it does not answer yet, or any more."""
        cluster = Cluster(self.data / "postgresql", runner())
        found = postmaster(cluster.place / "data")
        if found is None or not found.is_ready:  # while it starts, its file does not name its socket
            raise EmbeddedError("the database does not answer yet")
        return cluster.url

    def connect(self) -> "psycopg.Connection[Row]":
        """A connection of an onlooker."""
        return psycopg.connect(self.database_url, autocommit=True)

    def recount(self) -> list[str]:
        """What ``recount --check`` finds: nothing, when every count is what the entries say."""
        done = self._command("recount", "--check")
        found = done.stdout.splitlines()
        return found or ([done.stderr] if done.returncode else [])

    def votes(self, device: str) -> list[tuple[int, int]]:
        """seq and level of each rating that ``votes`` prints."""
        done = self._command("votes", "--format", "jsonl", "--device", device)
        assert done.returncode == 0, done.stderr
        said = [json.loads(line) for line in done.stdout.splitlines()]
        return sorted((int(one["seq"]), int(one["level"])) for one in said)

    def _command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [served.COMMAND, *arguments, "--data-dir", str(self.data)]
        return subprocess.run(command, env=self._environ, capture_output=True, text=True, timeout=_LONG_S)


@contextmanager
def central(folder: Path, port: int, public_url: str) -> Iterator[Central]:
    """One, running, until the block ends."""
    found = Central(folder, port, public_url)
    try:
        found.start()
        yield found
    finally:
        found.close()


def kill_all(processes: list[psutil.Process]) -> None:
    """SIGKILL, at the same moment as far as that goes; returns when they have ended."""
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(processes, PATIENCE_S)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
