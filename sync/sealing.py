"""The form of a sealed export: what a stick carries to central, for whom, and that it is whole (docs/protocol.md).

Ahead stands, in the clear and signed by the terminal, whose it is and how much it holds. Behind it are batches, the
very ones that a push would send, each sealed to central's key: whoever carries the stick can tell that it is whole, and
cannot read what anybody pressed.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader
from typing import Annotated

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey as Seed
from nacl.signing import VerifyKey

from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from sync.keys import SigningKey
from sync.protocol import MOST_BYTES, compressed, decompressed

HEAD = "hailong/sealed/1\n"
SUFFIX = ".sealed"

_LENGTH_BYTES = 4
_OVERHEAD_BYTES = 48  # of a sealed box: the key of the moment (32) and the authenticator (16)
_LONGEST_HEADER = 16 * 1024
_U63 = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
_Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class NotSealed(ValueError):
    """The file is no sealed export, or not the one that the terminal has signed. The message says which."""


class NotForThisKey(ValueError):
    """A box cannot be opened with this key."""


class Header(msgspec.Struct, frozen=True):
    """What stands in the clear.

    Attributes:
        device: The terminal's id at central.
        device_key: Its public key, 32 bytes in hexadecimal; it has signed this.
        ledger: 32 hexadecimal digits.
        after: The seq before the first entry in the file.
        size: The seq of the last one.
        head: Its hash, in hexadecimal.
        central: The id of the key of central's that it is sealed to.
        boxes: How many batches there are.
        sha256: Of everything behind the header.
    """

    device: Annotated[str, msgspec.Meta(pattern="^[0-9A-HJKMNP-TV-Z]{10}$")]
    device_key: _Digest
    ledger: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    after: _U63
    size: _U63
    head: _Digest
    central: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    boxes: Annotated[int, msgspec.Meta(ge=1, lt=1 << 31)]
    sha256: _Digest

    def text(self) -> str:
        """What is signed."""
        return f"{HEAD}{msgspec.json.encode(self).decode()}\n"


def file_name(device: str, size: int) -> str:
    """What a sealed export is called."""
    return f"hailong-{device}-{size}{SUFFIX}"


def sealed(batches: Sequence[bytes], central: PublicKey) -> bytes:
    """Batches as they lie behind the header, each in a box of its own.

    Args:
        batches: JSON, in the order of their entries.
        central: Whoever shall open them.
    """
    box = SealedBox(VerifyKey(central.raw).to_curve25519_public_key())
    closed = (box.encrypt(compressed(batch)) for batch in batches)
    return b"".join(len(one).to_bytes(_LENGTH_BYTES, "big") + one for one in closed)


def signed_header(header: Header, sign: Callable[[str], Note]) -> bytes:
    """The beginning of a file, with the empty line that ends it."""
    return f"{sign(header.text()).render()}\n".encode()


def header_of(file: BufferedReader) -> Header:
    """The header of a sealed export; the file then stands at the first box.

    Raises:
        NotSealed: It is none, or its terminal has not signed it so.
        OSError: It cannot be read.
    """
    content = file.read(_LONGEST_HEADER)
    text, _, rest = content.partition(b"\n\n")
    signatures, end, _ = rest.partition(b"\n\n")
    if not content.startswith(HEAD.encode()) or not end:
        raise NotSealed("it is not a sealed export of a terminal")
    rendered = text + b"\n\n" + signatures + b"\n"
    try:
        note = parse_note(rendered.decode())
        header = msgspec.json.decode(note.text[len(HEAD) :], type=Header)
    except (NoteError, ValueError) as error:
        raise NotSealed(f"the beginning of the file is damaged: {error}") from error
    # Base64 has several spellings of some bytes; a file has one form.
    if note.render().encode() != rendered or not note.is_signed_by(
        PublicKey("device", bytes.fromhex(header.device_key))
    ):
        raise NotSealed(
            "the beginning of the file is not as the terminal has signed it: it was changed or damaged"
        )
    file.seek(len(rendered) + 1)
    return header


def check_whole(file: BufferedReader, header: Header) -> None:
    """Whether what is behind the header is what was written there; the file then stands where it stood.

    Raises:
        NotSealed: It is not: cut off, or changed.
        OSError: It cannot be read.
    """
    start = file.tell()
    if hashlib.file_digest(file, "sha256").hexdigest() != header.sha256:
        raise NotSealed("the file is not whole, or was changed: please copy it from the stick again")
    file.seek(start)


def boxes(file: BufferedReader, header: Header) -> Iterator[bytes]:
    """The boxes of a file that is whole, one after the other.

    Raises:
        NotSealed: They are not as the form says.
        OSError: It cannot be read.
    """
    for _ in range(header.boxes):
        length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
        if not _OVERHEAD_BYTES < length <= MOST_BYTES + _OVERHEAD_BYTES:
            raise NotSealed("the lengths of the boxes are not as they should be")
        box = file.read(length)
        if len(box) < length:
            raise NotSealed("a box is cut off")
        yield box
    if file.read(1):
        raise NotSealed("there is something behind the last box")


def opened(box: bytes, central: SigningKey) -> bytes:
    """The batch in a box, as JSON.

    Raises:
        NotForThisKey: It was not sealed to this key, or was changed.
        sync.protocol.ProtocolError: What is in it is not packed as it should be.
    """
    key = Seed(central.private.private_bytes_raw()).to_curve25519_private_key()
    try:
        packed = SealedBox(key).decrypt(box)
    except CryptoError as error:
        raise NotForThisKey("a box cannot be opened with this server's key") from error
    return decompressed(packed)
