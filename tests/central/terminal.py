"""A terminal as central sees one: a key, a ledger, and requests signed as docs/protocol.md says."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from central import server
from kiosk.ledger.chain import GENESIS
from kiosk.messages.statements import Checkpoint
from sync import keys
from sync.protocol import NONCE_HEADER
from sync.signing import signed_headers

LEDGER = bytes(range(16))
ANY_TIME = datetime(1971, 1, 1, tzinfo=UTC)
"""What the clock of a terminal says is nobody's business."""


class Terminal:
    """One, which talks to the application in this process.

    Args:
        address: Where its requests come from.
    """

    def __init__(self, address: str = "192.0.2.1") -> None:
        self.key = keys.generate("device")
        self.client = Client(REMOTE_ADDR=address, raise_request_exception=False)

    def checkpoint(self, size: int = 0, head: bytes = GENESIS, ledger_id: bytes = LEDGER) -> str:
        """A signed checkpoint."""
        return self.key.sign(Checkpoint(ledger_id, size, head).text()).render()

    def nonce(self) -> str:
        """A fresh one."""
        return self.client.get("/api/v1/health").headers[NONCE_HEADER]

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """A request, unsigned unless `headers` sign it."""
        found = self.client.post(path, body, content_type="application/json", headers=dict(headers or {}))
        assert isinstance(found, HttpResponse)
        return found

    def signed(self, path: str, body: bytes, nonce: str) -> Mapping[str, str]:
        """Headers that sign a request for this server's public URL."""
        return signed_headers("POST", server.this().public_url + path, body, self.key, nonce, ANY_TIME)

    def enrol_confirmed(self, **changes: object) -> HttpResponse:
        """Ask to be enrolled without a code."""
        return self.enrol(None, **changes)

    def enrol(self, code: str | None, **changes: object) -> HttpResponse:
        """Ask to be enrolled."""
        said: dict[str, object] = {
            "code": code,
            "public_key": self.key.public.raw.hex(),
            "ledger_id": LEDGER.hex(),
            "checkpoint": self.checkpoint(),
            "board_serial": "10000000abcdef01",
            "program": "hailong 0.1.0",
        }
        body = json.dumps(said | changes).encode()
        return self.post("/api/v1/enrol", body, self.signed("/api/v1/enrol", body, "any"))

    def heartbeat(self, nonce: str | None = None, **changes: object) -> HttpResponse:
        """Say that it is alive."""
        said: dict[str, object] = {
            "checkpoint": self.checkpoint(),
            "config_revision": 0,
            "program": "hailong 0.1.0",
        }
        body = json.dumps(said | changes).encode()
        path = "/api/v1/heartbeat"
        return self.post(path, body, self.signed(path, body, self.nonce() if nonce is None else nonce))


def problem(answer: HttpResponse) -> str:
    """The code of a problem, after a look at its form."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    found: dict[str, Any] = json.loads(answer.content)
    assert found["status"] == answer.status_code == int(found["code"].partition(".")[0])
    assert found["title"]
    assert answer.headers[NONCE_HEADER]
    return str(found["code"])


def enrolled(terminal: Terminal, *, accept: bool = True) -> dict[str, Any]:
    """A terminal's answer when it was enrolled."""
    from central import codes
    from central.models import DeviceStatus
    from tests.central import makers

    device = makers.device(status=DeviceStatus.RESERVED)
    answer = terminal.enrol(codes.make(device, accept=accept).text)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = json.loads(answer.content)
    return found
