"""``hailong-central`` as processes, and a terminal that talks to it over HTTP."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests

from kiosk.ledger.chain import GENESIS
from kiosk.messages.statements import Checkpoint
from sync import keys
from sync.protocol import NONCE_HEADER
from sync.signing import signed_headers
from tests.central.terminal import ANY_TIME, LEDGER
from tests.system.program import PATIENCE_S, Program

SOCKET = re.compile("unix_socket_directories = '(.*)'")
COMMAND = str(Path(sys.executable).with_name("hailong-central"))


@contextmanager
def data_folder(name: str = "dữ liệu một cửa") -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach; gone afterwards, with every process that lives in it."""
    above = Path(tempfile.mkdtemp(prefix="hailong-served-"))
    above.chmod(0o711)
    folder = above / name
    try:
        yield folder
    finally:
        for process in database_processes(folder):
            process.kill()
            process.wait(PATIENCE_S)
        configuration = folder / "postgresql" / "postgresql.conf"
        if configuration.exists() and (found := SOCKET.search(configuration.read_text())):
            shutil.rmtree(found[1], ignore_errors=True)  # left by a killed one
        shutil.rmtree(above)


def copy(prepared: Path, folder: Path) -> None:
    """A data folder from one that nobody uses, owners and all."""
    subprocess.run(["cp", "--archive", str(prepared), str(folder)], check=True)


def database_processes(folder: Path) -> list[psutil.Process]:
    """The postmaster of a data folder, if it runs."""
    path = folder / "postgresql" / "data" / "postmaster.pid"
    if not path.exists():
        return []
    try:
        return [psutil.Process(int(path.read_text().split()[0]))]
    except psutil.NoSuchProcess:
        return []


def surroundings(**more: str) -> dict[str, str]:
    """This environment without what would change the server."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("HAILONG_", "DJANGO_"))}
    ours.pop("DATABASE_URL", None)
    return ours | more


@contextmanager
def serving(
    data: Path, *arguments: str, port: int = 0, environ: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """A running server; what it announced is `lines[0]`."""
    command = ["serve", "--port", str(port), "--data-dir", str(data), *arguments]
    program = Program(command, environ or surroundings(), command=(COMMAND,))
    try:
        program.until("listening")
        yield program
    finally:
        program.close()


def url(program: Program) -> str:
    """Where it listens."""
    return str(program.lines[0]["url"])


def run(
    *arguments: str, data: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command, to its end."""
    return subprocess.run(
        [COMMAND, *arguments, "--data-dir", str(data)],
        env=dict(environ or surroundings()),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def said(*arguments: str, data: Path, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The one line of JSON that a command prints."""
    done = run(*arguments, data=data, environ=environ)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class RemoteTerminal:
    """A terminal at a server's address.

    Args:
        public_url: What it signs for.
        at: Where it sends to, where that is another place.
    """

    def __init__(self, public_url: str, at: str | None = None) -> None:
        self.key = keys.generate("device")
        self.public_url, self.at = public_url, at or public_url
        self.more: Mapping[str, str] = {}

    def checkpoint(self) -> str:
        """Of an empty ledger."""
        return self.key.sign(Checkpoint(LEDGER, 0, GENESIS).text()).render()

    def nonce(self) -> str:
        """A fresh one."""
        return requests.get(f"{self.at}/api/v1/nothing", timeout=PATIENCE_S).headers[NONCE_HEADER]

    def post(self, path: str, said: Mapping[str, object], nonce: str = "any") -> requests.Response:
        """A signed request."""
        body = json.dumps(said).encode()
        headers = signed_headers("POST", self.public_url + path, body, self.key, nonce, ANY_TIME)
        headers = {**headers, **self.more, "Content-Type": "application/json"}
        return requests.post(self.at + path, data=body, headers=headers, timeout=PATIENCE_S)

    def enrol(self, code: str) -> requests.Response:
        """Use a code."""
        said = {"code": code, "public_key": self.key.public.raw.hex(), "ledger_id": LEDGER.hex()}
        return self.post("/api/v1/enrol", said | {"checkpoint": self.checkpoint()})

    def heartbeat(self, nonce: str | None = None) -> requests.Response:
        """Say that it is alive."""
        return self.post("/api/v1/heartbeat", {"checkpoint": self.checkpoint()}, nonce or self.nonce())
