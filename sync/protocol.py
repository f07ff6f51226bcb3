"""What travels between a terminal and central (docs/protocol.md), and what both sides compute from it."""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec

from kiosk.ledger.chain import GENESIS, Entry, link
from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from kiosk.messages.statements import Checkpoint, checkpoint_of

MOST_ENTRIES = 500
MOST_BYTES = 1 << 20
NONCE_HEADER = "Hailong-Nonce"
ACCEPTED, PENDING, REVOKED = "accepted", "pending", "revoked"
"""What central says of a terminal; the last one by problem 403.2."""

SIGNATURE_TAG = "hailong/1"
SIGNATURE_LABEL = "hailong"
SIGNED_COMPONENTS = ("@method", "@target-uri", "content-digest")

_T = TypeVar("_T")
_LARGEST = (1 << 63) - 1
KIND = r"^[!-~]{1,255}\Z"
"""What the kind of an entry looks like: printable ASCII (a database keeps no zero bytes in a text)."""

_U63 = Annotated[int, msgspec.Meta(ge=0, le=_LARGEST)]
_FaultCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][0-9]{1,3}\Z")]


class ProtocolError(ValueError):
    """A body that is not what docs/protocol.md says. `code` is the problem's."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class SentEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of a batch; its seq is its place, its hash is computed."""

    boot_n: Annotated[int, msgspec.Meta(ge=1, le=_LARGEST)]
    boottime_ns: _U63
    kind: Annotated[str, msgspec.Meta(pattern=KIND)]
    payload: str | None = None
    payload_base64: str | None = None

    def stored(self) -> bytes:
        """The payload's bytes. Raises `ProtocolError`."""
        if (self.payload is None) == (self.payload_base64 is None):
            raise ProtocolError("400.2", "an entry has either payload or payload_base64")
        if self.payload_base64 is None:
            return str(self.payload).encode()
        try:
            return base64.b64decode(self.payload_base64, validate=True)
        except ValueError as error:
            raise ProtocolError("400.2", "payload_base64 is not base64") from error


class Batch(msgspec.Struct, frozen=True):
    """Consecutive entries and the checkpoint at their end."""

    after: _U63
    entries: Annotated[list[SentEntry], msgspec.Meta(max_length=MOST_ENTRIES)]
    checkpoint: Annotated[str, msgspec.Meta(max_length=4096)]
    tag: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None


class Receipt(msgspec.Struct, frozen=True):
    """Central's answer to a batch: `receipt` is a rendered note."""

    receipt: str


class Problem(msgspec.Struct, frozen=True):
    """An error, RFC 9457. `size`, `head` come with 409.1, `receipt` with 409.2."""

    status: int
    code: str
    title: str = ""
    detail: str = ""
    size: int | None = None
    head: str | None = None
    receipt: str | None = None


class CentralKey(msgspec.Struct, frozen=True):
    """Central's key: its name, and 32 bytes in hexadecimal."""

    name: str
    public_key: str


class EnrolRequest(msgspec.Struct, frozen=True):
    """See docs/protocol.md."""

    code: Annotated[str, msgspec.Meta(min_length=12, max_length=12)] | None
    public_key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    ledger_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    checkpoint: Annotated[str, msgspec.Meta(max_length=4096)]
    board_serial: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    program: Annotated[str, msgspec.Meta(max_length=100)] = ""


class EnrolAnswer(msgspec.Struct, frozen=True):
    """See docs/protocol.md."""

    device: str
    status: str
    central: CentralKey
    url: str
    first_key: str
    receipt: str
    config: str | None = None
    central_key: str | None = None


class RefusedConfig(msgspec.Struct, frozen=True):
    """A configuration that the terminal does not use, and why."""

    revision: Annotated[int, msgspec.Meta(ge=1, lt=1 << 31)]
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Health(msgspec.Struct, frozen=True):
    """How a terminal is; None = the machine does not tell. See docs/protocol.md."""

    disk_free: _U63 | None = None
    disk_size: _U63 | None = None
    temperature_c: Annotated[float, msgspec.Meta(ge=-100, le=200)] | None = None
    undervoltage: bool | None = None
    faults: Annotated[list[_FaultCode], msgspec.Meta(max_length=32)] | None = None
    clock: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{1,16}\Z")] | None = None
    oldest_s: _U63 | None = None
    uptime_s: _U63 | None = None
    board_serial: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class HeartbeatRequest(msgspec.Struct, frozen=True):
    """See docs/protocol.md."""

    checkpoint: Annotated[str, msgspec.Meta(max_length=4096)]
    config_revision: Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)] = 0
    program: Annotated[str, msgspec.Meta(max_length=100)] = ""
    waiting: _U63 = 0
    pull: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    refused: RefusedConfig | None = None
    health: Health | None = None
    central: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")] | None = None


class Told(HeartbeatRequest, frozen=True, kw_only=True):
    """What a terminal that is pulled from says of itself; `device` is null before an enrolment."""

    device: str | None = None
    public_key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Taken(msgspec.Struct, frozen=True):
    """A terminal's answer to a receipt: it counts everything up to there as delivered."""

    ledger: str
    size: int
    head: str


class HeartbeatAnswer(msgspec.Struct, frozen=True):
    """See docs/protocol.md."""

    status: str
    config: str | None = None
    receipt: str | None = None
    size: _U63 | None = None
    head: str | None = None
    rotate: str | None = None
    central_key: str | None = None


def decoded(body: bytes, kind: type[_T]) -> _T:
    """A body as one of the structures above.

    Raises:
        ProtocolError: Not JSON (400.1), or another structure (400.2).
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise ProtocolError("400.2", str(error)) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # also of text that is not UTF-8, and of lists in lists in lists
        raise ProtocolError("400.1", f"the body is not JSON: {error}") from error


def sent(entry: Entry) -> SentEntry:
    """An entry as it travels."""
    try:
        return SentEntry(entry.boot_n, entry.boottime_ns, entry.kind, payload=entry.payload.decode())
    except UnicodeDecodeError:
        encoded = base64.b64encode(entry.payload).decode()
        return SentEntry(entry.boot_n, entry.boottime_ns, entry.kind, payload_base64=encoded)


def chained(batch: Batch, ledger_id: bytes, prev: bytes) -> list[Entry]:
    """The entries of a batch with seq, prev and hash, computed from the hash before them.

    Args:
        batch: As received.
        ledger_id: 16 bytes.
        prev: Hash of entry `batch.after`; `kiosk.ledger.chain.GENESIS` for 0.

    Raises:
        ProtocolError: An entry cannot be one (400.2).
    """
    entries = []
    for seq, item in enumerate(batch.entries, batch.after + 1):
        payload = item.stored()
        try:
            digest = link(prev, ledger_id, seq, item.boot_n, item.boottime_ns, item.kind, payload)
        except ValueError as error:  # a kind that is not ASCII
            raise ProtocolError("400.2", f"entry {seq}: {error}") from error
        entries.append(Entry(seq, item.boot_n, item.boottime_ns, item.kind, payload, prev, digest))
        prev = digest
    return entries


def compressed(body: bytes) -> bytes:
    """A body for ``Content-Encoding: gzip``."""
    packer = zlib.compressobj(level=6, wbits=31)
    return packer.compress(body) + packer.flush()


def decompressed(body: bytes, most: int = MOST_BYTES) -> bytes:
    """A gzip body in the clear; never more than `most` bytes of it, whatever it would become.

    Raises:
        ProtocolError: Not gzip (400.1), or too large (413.1).
    """
    if len(body) > most:
        raise ProtocolError("413.1", f"a body has at most {most} bytes")
    opener = zlib.decompressobj(wbits=31)
    try:
        clear = opener.decompress(body, most + 1)
    except zlib.error as error:
        raise ProtocolError("400.1", f"the body is not gzip: {error}") from error
    if len(clear) > most:
        raise ProtocolError("413.1", f"a body has at most {most} bytes when it is unpacked")
    if not opener.eof or opener.unused_data:
        raise ProtocolError("400.1", "the body is not one complete gzip stream")
    return clear


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the note that it came in."""

    checkpoint: Checkpoint
    note: Note


def signed_checkpoint(rendered: str) -> SignedCheckpoint:
    """A checkpoint as received; its signatures are not verified here. Raises `ProtocolError` (400.2)."""
    try:
        note = parse_note(rendered)
        return SignedCheckpoint(checkpoint_of(note), note)
    except NoteError as error:
        raise ProtocolError("400.2", f"checkpoint: {error}") from error


class BadReceipt(ValueError):
    """Not a receipt for what was sent: whatever was sent is not delivered."""


def verified_receipt(rendered: str, sent_checkpoint: Checkpoint, central: Sequence[PublicKey]) -> Note:
    """The receipt for a checkpoint.

    Args:
        rendered: As received.
        sent_checkpoint: What was sent.
        central: The keys that are trusted.

    Raises:
        BadReceipt: It is for another checkpoint, or not by one of these keys.
    """
    try:
        note = parse_note(rendered)
    except NoteError as error:
        raise BadReceipt(f"not a note: {error}") from error
    if note.text != sent_checkpoint.text():
        raise BadReceipt("the receipt is for another checkpoint")
    if all(note.cosigned_at(key) is None for key in central):
        raise BadReceipt("the receipt is not signed by the central server of this terminal")
    return note


__all__ = ["GENESIS", "Checkpoint", "Entry", "Note", "NoteError", "PublicKey", "link", "parse_note"]
