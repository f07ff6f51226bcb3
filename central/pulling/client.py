"""What is asked of a terminal: signed with this server's key over the terminal's nonces."""

import time
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from central import clock
from central.pulling.connection import Connection
from central.pulling.guard import Target
from central.pulling.pin import pinned
from kiosk.messages.notes import PublicKey
from sync.errors import Trouble, Unreachable
from sync.keys import SigningKey
from sync.protocol import MOST_BYTES, MOST_ENTRIES, Batch, ProtocolError, Receipt, Taken, Told, decoded
from sync.signing import signed_headers
from sync.transport import Limits
from sync.verdict import Reply, accepted

JSON = "application/json"
PATIENCE = Limits(connect_s=5.0, read_s=10.0, total_s=30.0, most_bytes=MOST_BYTES + 4096)

_TRIES = 3
_LONGEST_WAIT_S = 5.0
_UNAUTHORIZED, _TOO_OFTEN = 401, 429

_T = TypeVar("_T", bound=msgspec.Struct)


class DeviceClient:
    """A conversation with one terminal.

    Args:
        target: Checked.
        keys: Which the terminal may have.
        key: This server's.
        sleep: Other than the usual one in tests.
    """

    def __init__(
        self,
        target: Target,
        keys: Collection[PublicKey],
        key: SigningKey,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._key, self._sleep = target.url, key, sleep
        self._connection = Connection(target, pinned(keys), PATIENCE)
        self._nonce: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def status(self) -> Told:
        """Where its ledger ends. Raises `Unreachable`, `Refused`."""
        return _decoded(self._ask("GET", "/v1/status"), Told)

    def entries(self, ledger_id: bytes, after: int, most: int = MOST_ENTRIES) -> tuple[Batch, bytes]:
        """A batch, and what it was decoded from. Raises `Unreachable`, `Refused`."""
        body = self._ask("GET", f"/v1/entries?after={after}&limit={most}&ledger={ledger_id.hex()}")
        batch = _decoded(body, Batch)
        if batch.after != after:
            raise Unreachable(Trouble.NOT_CENTRAL, f"entries after {batch.after} instead of {after}")
        return batch, body

    def receipt(self, rendered: str) -> Taken:
        """Hand over a receipt. Raises `Unreachable`, `Refused`."""
        return _decoded(self._ask("POST", "/v1/receipts", msgspec.json.encode(Receipt(rendered))), Taken)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        refused = 0
        while True:
            signs = self._nonce is not None
            reply = self._once(method, path, body)
            if reply.status == _TOO_OFTEN:
                self._sleep(_wait_s(reply.retry_after))
            elif reply.status != _UNAUTHORIZED or self._nonce is None:
                return accepted(reply, JSON)
            refused += signs or reply.status == _TOO_OFTEN
            if refused >= _TRIES:
                return accepted(reply, JSON)

    def _once(self, method: str, path: str, body: bytes | None) -> Reply:
        headers: Mapping[str, str] = {}
        if self._nonce is not None:
            nonce, self._nonce = self._nonce, None  # each is good once
            headers = signed_headers(method, self._url + path, body or b"", self._key, nonce, clock.now())
        if body is not None:
            headers = {**headers, "Content-Type": JSON}
        reply = self._connection.request(method, path, body, headers)
        self._nonce = reply.good_nonce
        return reply


def _wait_s(asked: str | None) -> float:
    """How long a terminal wants to be left alone."""
    return min(_LONGEST_WAIT_S, float(asked)) if asked is not None and asked.isdecimal() else 1.0


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return decoded(body, kind)
    except ProtocolError as error:
        raise Unreachable(Trouble.NOT_CENTRAL, f"not an answer of a terminal's: {error}") from error
