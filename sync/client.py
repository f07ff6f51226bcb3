"""The requests of a terminal (docs/protocol.md), each believed only when it is verified."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from kiosk.clock import Clock
from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from kiosk.messages.statements import Checkpoint, time_of
from sync import protocol
from sync.errors import Refused, Trouble, Unreachable
from sync.keys import SigningKey
from sync.plan import Planned
from sync.protocol import (
    BadReceipt,
    EnrolAnswer,
    EnrolRequest,
    HeartbeatAnswer,
    HeartbeatRequest,
    ProtocolError,
    Receipt,
    verified_receipt,
)
from sync.signing import signed_headers
from sync.transport import Channel
from sync.verdict import accepted

API = "/api/v1"
JSON = "application/json"
BAD_NONCE = "400.5"

_T = TypeVar("_T")


class Client:
    """What a terminal asks central.

    Args:
        channel: To it.
        key: The terminal's.
        clock: For what nobody believes: the `created` of a signature.
    """

    def __init__(self, channel: Channel, key: SigningKey, clock: Clock) -> None:
        self._channel = channel
        self._key = key
        self._clock = clock
        self._nonce: str | None = None

    def time(self, nonce: str, central: PublicKey) -> tuple[str, int]:
        """What time it is: the statement (rendered), and milliseconds since 1970 UTC.

        Args:
            nonce: 32 hexadecimal digits, made for this question.
            central: Whose word counts.

        Raises:
            Unreachable, Refused: There is no such statement.
        """
        reply = self._channel.request("GET", f"{API}/time?nonce={nonce}")
        rendered = _text(accepted(reply, "text/plain"))
        try:
            note = parse_note(rendered)
            said = time_of(note)
        except NoteError as error:
            raise Unreachable(Trouble.NOT_CENTRAL, f"not a time statement: {error}") from error
        if not note.is_signed_by(central):
            raise Unreachable(Trouble.NOT_CENTRAL, "the time is not signed by this terminal's central server")
        if said.nonce.hex() != nonce:
            raise Unreachable(Trouble.NOT_CENTRAL, "the time is the answer to another question")
        return rendered, said.utc_ms

    def push(self, batch: Planned, central: Sequence[PublicKey]) -> Note:
        """Send a batch; the receipt for it.

        Raises:
            Unreachable, Refused: There is no receipt, and so nothing is delivered.
        """
        path = f"{API}/ledgers/{batch.checkpoint.ledger_id.hex()}/entries"
        headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
        reply = self._channel.request("POST", path, protocol.compressed(batch.body), headers)
        self._nonce = reply.good_nonce or self._nonce
        answer = _decoded(accepted(reply, JSON), Receipt)
        return receipt_of(answer.receipt, batch.checkpoint, central)

    def heartbeat(self, request: HeartbeatRequest) -> HeartbeatAnswer:
        """Say that the terminal is alive, and hear what is new. Raises `Unreachable`, `Refused`."""
        body = msgspec.json.encode(request)
        try:
            return self._signed("/heartbeat", body, HeartbeatAnswer)
        except Refused as refusal:
            if refusal.problem.code != BAD_NONCE or self._nonce is None:
                raise
        return self._signed("/heartbeat", body, HeartbeatAnswer)  # with the nonce that came with the refusal

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Ask to be taken in. Raises `Unreachable`, `Refused`."""
        return self._signed("/enrol", msgspec.json.encode(request), EnrolAnswer)

    def _signed(self, path: str, body: bytes, kind: type[_T]) -> _T:
        url = f"{self._channel.url}{API}{path}"
        nonce, self._nonce = self._nonce or secrets.token_hex(16), None  # each is good once
        created = datetime.fromtimestamp(max(0, self._clock.wall_ns()) / 1e9, UTC)
        headers = {"Content-Type": JSON, **signed_headers("POST", url, body, self._key, nonce, created)}
        reply = self._channel.request("POST", f"{API}{path}", body, headers)
        self._nonce = reply.good_nonce or self._nonce
        return _decoded(accepted(reply, JSON), kind)


def receipt_of(rendered: str, checkpoint: Checkpoint, central: Sequence[PublicKey]) -> Note:
    """A receipt for exactly this checkpoint. Raises `Unreachable`: what is no receipt is no answer."""
    try:
        return verified_receipt(rendered, checkpoint, central)
    except BadReceipt as error:
        raise Unreachable(Trouble.NO_RECEIPT, str(error)) from error


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return protocol.decoded(body, kind)
    except ProtocolError as error:
        raise Unreachable(Trouble.NOT_CENTRAL, f"not an answer of central's: {error}") from error


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Unreachable(Trouble.NOT_CENTRAL, "an answer that is no text") from error
