"""Signed notes: a text and signatures by named keys, as C2SP's signed-note and tlog-cosignature describe them.

The one form in which central's word reaches a terminal, and a terminal's word central. Pure but for the arithmetic
of Ed25519, which is the library's. The library is loaded when the first signature is made or verified: a terminal
that nobody sends anything signed does without it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LONGEST_NOTE_BYTES = 16 * 1024
MOST_SIGNATURES = 8

_SIGNATURE = 0x01
_COSIGNATURE = 0x04
_DASH = "— "
_TIME = struct.Struct(">Q")
_KEY_BYTES, _SIGNATURE_BYTES, _HASH_BYTES = 32, 64, 4


class NoteError(ValueError):
    """The text is not a signed note, or not signed by the key that it should be signed by."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 key that signs notes.

    Attributes:
        role: `device` or `central`.
        raw: 32 bytes.

    Raises:
        ValueError: `raw` has another length.
    """

    role: str
    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != _KEY_BYTES:
            raise ValueError(f"an Ed25519 public key has {_KEY_BYTES} bytes, not {len(self.raw)}")

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits, by which people compare keys."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def name(self) -> str:
        """The name on its signature lines."""
        return f"hailong-{self.role}-{self.key_id}"

    def hash_of(self, kind: int) -> bytes:
        """The key hash of a signature line of that type."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes((kind,)) + self.raw).digest()[:_HASH_BYTES]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the Ed25519 signature is this key's over the message."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: `blob` is the key hash and what follows it."""

    name: str
    blob: bytes

    def line(self) -> str:
        """As it stands in a note."""
        return f"{_DASH}{self.name} {base64.b64encode(self.blob).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who signed it. `text` ends with a newline."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def render(self) -> str:
        """As it is sent and kept."""
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}"

    def with_signature(self, signature: Signature) -> Note:
        """One more signature."""
        return Note(self.text, (*self.signatures, signature))

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether a signature (type 1) of this key fits."""
        expected = key.hash_of(_SIGNATURE)
        return any(
            line.name == key.name
            and len(line.blob) == _HASH_BYTES + _SIGNATURE_BYTES
            and line.blob[:_HASH_BYTES] == expected
            and key.verifies(line.blob[_HASH_BYTES:], self.text.encode())
            for line in self.signatures
        )

    def cosigned_at(self, key: PublicKey) -> int | None:
        """When this key cosigned (type 4), seconds since 1970 UTC; None where it did not."""
        expected = key.hash_of(_COSIGNATURE)
        for line in self.signatures:
            if (
                line.name != key.name
                or len(line.blob) != _HASH_BYTES + _TIME.size + _SIGNATURE_BYTES
                or line.blob[:_HASH_BYTES] != expected
            ):
                continue
            at_s = int(_TIME.unpack_from(line.blob, _HASH_BYTES)[0])
            if key.verifies(line.blob[_HASH_BYTES + _TIME.size :], _cosigned(self.text, at_s)):
                return at_s
        return None


def load_library() -> None:
    """Load the library now, on a thread where nobody waits; the first signature would do it otherwise."""
    import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401


def public_key_of(key: Ed25519PrivateKey, role: str) -> PublicKey:
    """The public half of a key."""
    return PublicKey(role, key.public_key().public_bytes_raw())


def signature_of(text: str, key: Ed25519PrivateKey, role: str) -> Signature:
    """A type 1 signature over a text."""
    public = public_key_of(key, role)
    return Signature(public.name, public.hash_of(_SIGNATURE) + key.sign(text.encode()))


def cosignature_of(text: str, key: Ed25519PrivateKey, role: str, at_s: int) -> Signature:
    """A type 4 signature over a text and a time (seconds since 1970 UTC)."""
    public = public_key_of(key, role)
    signed = key.sign(_cosigned(text, at_s))
    return Signature(public.name, public.hash_of(_COSIGNATURE) + _TIME.pack(at_s) + signed)


def _cosigned(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def parse_note(rendered: str) -> Note:
    """A note from its text.

    Raises:
        NoteError: It is not one; nothing is said of whether its signatures are right.
    """
    if len(rendered.encode(errors="surrogatepass")) > LONGEST_NOTE_BYTES:
        raise NoteError(f"a note has at most {LONGEST_NOTE_BYTES} bytes")
    text, separator, lines = rendered.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise NoteError("a note is a text, an empty line, and lines of signatures that end with a newline")
    if any((c < " " and c != "\n") or "\ud800" <= c <= "\udfff" for c in rendered):
        raise NoteError("a note has no control characters and no lone surrogates")
    rows = lines[:-1].split("\n")
    if len(rows) > MOST_SIGNATURES:
        raise NoteError(f"a note has at most {MOST_SIGNATURES} signatures")
    return Note(text + "\n", tuple(_parse_line(row) for row in rows))


def _parse_line(row: str) -> Signature:
    name, space, encoded = row.removeprefix(_DASH).partition(" ")
    if not row.startswith(_DASH) or not space or not name or not name.isascii() or not encoded.isascii():
        raise NoteError("a line of a signature is a dash, a name and base64")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise NoteError(f"a signature is not base64: {error}") from error
    if len(blob) <= _HASH_BYTES:
        raise NoteError("a signature is longer than its key hash")
    return Signature(name, blob)
