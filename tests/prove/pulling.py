"""The other way, beside the delivery: central fetches from the same terminals, through a proxy that hurts that, too.

Each terminal has a `hailong sync run --pull --no-push` of its own, a process of the product. The proxy has the
terminal's key, so that it can open what passes and hurt it as it hurts a push; nobody else could.
"""

import socket
import ssl
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from sync.keys import SigningKey
from sync.place import Place
from sync.pull.certificate import Certificate
from tests.central import served
from tests.prove import chaos
from tests.prove.chaos import ChaosProxy
from tests.prove.served_central import Row
from tests.system.program import PYTHON, Program, without_display

CHANCE = 0.3
"""A pull is several requests in a row, and a request that is not signed well may come once a second."""

# The two that change what a push carries find nothing to change in a request that fetches. And an answer of the past
# comes from nobody but the terminal itself, or a copy of it with its key: which is what central then says, rightly.
FAULTS = tuple(
    one for one in chaos.FAULTS if one not in (chaos.flip_entry, chaos.wrong_tag, chaos.old_answer)
)


@dataclass
class PullProxy(ChaosProxy):
    """Stands before a terminal; `central_port` is where the terminal listens.

    Attributes:
        key: The terminal's.
        taken: Receipts that the terminal has taken.
    """

    faults: tuple[chaos.Fault, ...] = FAULTS
    key: SigningKey | None = None
    taken: int = 0
    batches: int = 0
    _outward: ssl.SSLContext = field(default_factory=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    def __post_init__(self) -> None:
        assert self.key is not None
        self._inward = Certificate(self.key).context
        self._outward.check_hostname = False
        self._outward.verify_mode = ssl.CERT_NONE
        super().__post_init__()
        self.url = f"https://127.0.0.1:{self.port}"

    def upstream(self) -> socket.socket:
        """An encrypted connection to the terminal. Raises `OSError`."""
        return self._outward.wrap_socket(super().upstream())

    def ask(self, request: bytes) -> bytes:
        """The terminal's answer."""
        answer = super().ask(request)
        good = answer.startswith(b"HTTP/1.1 200 ")
        self.taken += good and request.startswith(b"POST /v1/receipts ")
        self.batches += good and request.startswith(b"GET /v1/entries?")
        return answer

    def _talk(self, client: socket.socket) -> None:
        client.settimeout(chaos.PATIENCE_S)
        with suppress(OSError):
            super()._talk(self._inward.wrap_socket(client, server_side=True))


class Pulled:
    """A terminal that central fetches from.

    Args:
        data: Its data folder.
        device: Its id.
        seed: For every decision.
    """

    def __init__(self, data: Path, device: str, seed: str) -> None:
        self.device = device
        port = served.free_port()
        self.proxy = PullProxy(port, f"{seed}/pull", key=Place(data).key())
        self._program = Program(
            ("sync", "run", "--pull", f"127.0.0.1:{port}", "--no-push", "--data-dir", str(data)),
            {**without_display(), "HAILONG_PULL_URL": self.proxy.url},
            command=PYTHON,
        )
        self._program.until("listening")

    def begin(self, database: "psycopg.Connection[Row]") -> None:
        """Central is to fetch from it, at this address, from now on."""
        self.proxy.chance = CHANCE
        values = (self.proxy.url, self.device)
        database.execute(
            "UPDATE central_device SET pull_wanted = true, pull_url = %s, pull_due_at = NULL WHERE id = %s",
            values,
        )

    def end(self, database: "psycopg.Connection[Row]") -> tuple[Counter[str], str]:
        """No more; the faults there were, and what the program said that it should not have."""
        database.execute("UPDATE central_device SET pull_wanted = false WHERE id = %s", (self.device,))
        self.proxy.chance = 0.0
        self.proxy.quiet()
        code = self._program.end()
        before, found, mistake = self._program.log.partition("Traceback")
        wrong = f"a mistake of the pull API's: {before[-300:]}{found}{mistake[:3_000]}" if found else ""
        return self.proxy.counts, wrong or ("" if code == 0 else f"the pull API ended with {code}")

    def close(self) -> None:
        """Whatever happened, nothing is left."""
        self._program.close()
        self.proxy.close()
