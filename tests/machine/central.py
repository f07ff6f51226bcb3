"""The central server of the checkout, on the host, as the machine under test reaches it."""

import base64
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk.clock import SystemClock
from tests.central import served
from tests.machine.vm import BOOT_S, Machine
from tests.sync.certificates import Authority
from tests.system.program import Program

HOST = "10.0.2.2"
"""The host's loopback, as QEMU shows it to the guest."""
_PORTS = range(20_000, 30_000)
"""Below those that the kernel gives to whoever asks for any."""
_TRIES = 5


def now() -> datetime:
    """The host's time."""
    return datetime.fromtimestamp(SystemClock().wall_ns() / 1e9, UTC)


def year_ago() -> str:
    """A machine's clock that stopped a year ago, as QEMU takes it."""
    return (now() - timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class Central:
    """A running server with TLS.

    Attributes:
        data: Its data folder.
        url: What the machine is told.
        authority: Who signed its certificate, which began a month ago.
    """

    data: Path
    url: str
    authority: Authority

    def enrol(self, machine: Machine) -> str:
        """Let a machine in, by the commands of an administrator and a technician; its id."""
        added = served.said(
            *("device", "add", "--unit", "UBND phường Sông Công", "--counter", "Quầy 3", "--accept"),
            data=self.data,
        )
        pem = base64.b64encode(self.authority.pem.encode()).decode()
        machine.run(f"echo {pem} | base64 -d > /etc/hailong/ca.pem")
        machine.run(f"hailong enrol --ca /etc/hailong/ca.pem {self.url} {added['code']}")
        return str(added["device"])

    def votes(self, device: str) -> list[dict[str, Any]]:
        """What is counted of a terminal, oldest first."""
        done = served.run("votes", "--format", "jsonl", "--device", device, data=self.data)
        assert done.returncode == 0, done.stderr
        return sorted(
            (json.loads(line) for line in done.stdout.splitlines()), key=lambda vote: int(vote["seq"])
        )


@contextmanager
def central() -> Iterator[Central]:
    """One, running."""
    with served.data_folder("central") as data:
        authority = Authority()
        authority.context(data.parent, HOST, now() - timedelta(days=30), now() + timedelta(days=30))
        pair = ["--certificate", str(data.parent / "server.pem"), "--key", str(data.parent / "server.key")]
        for last in [False] * (_TRIES - 1) + [True]:
            port = random.choice(_PORTS)  # noqa: S311 - no secret
            url = f"https://{HOST}:{port}"
            program = Program(
                ["serve", "--port", str(port), "--data-dir", str(data), "--url", url, *pair],
                served.surroundings(),
                command=(served.COMMAND,),
            )
            try:
                program.until("listening", BOOT_S)
                yield Central(data, url, authority)
                return
            except AssertionError:
                if last or program.process.poll() is None:  # else somebody else had the port
                    raise
            finally:
                program.close()
