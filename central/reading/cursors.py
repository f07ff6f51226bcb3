"""Cursors: where a reader of the feed of changes has come to. Opaque to readers, checked when they come back. Pure."""

import base64
import binascii
from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=-(1 << 62), le=(1 << 62))]
LONGEST = 1_000


class BadCursor(ValueError):
    """The text is not a cursor that this server has given."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """After which change to go on.

    Attributes:
        life: Of the feed.
        about: What was asked for; a cursor goes on with the same question only.
        seen: All changes before this stamp were there when the page was made: what moved since is found by it.
        stamp: Of the last change; with the rest its place in the order.
        kind: Order among changes of one row: 0 = it went, 1 = it is.
    """

    life: Text
    about: Text
    seen: Number
    stamp: Number
    device: Text = ""
    ledger: bytes = b""
    seq: Number = 0
    hash: bytes = b""
    kind: Number = 0

    @property
    def place(self) -> tuple[int, str, bytes, int, bytes, int]:
        """Where it is in the order of the feed."""
        return self.stamp, self.device, self.ledger, self.seq, self.hash, self.kind


def render(cursor: Cursor) -> str:
    """As a reader gets it: letters, digits, `-` and `_`."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def parse(text: str) -> Cursor:
    """What a reader has brought back. Raises `BadCursor`."""
    try:
        if len(text) > LONGEST:
            raise BadCursor("it is too long")
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found = msgspec.msgpack.decode(raw, type=Cursor)
    except (binascii.Error, UnicodeError, msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadCursor("it is not one that this server has given") from error
    if "\0" in found.device:
        raise BadCursor("it is not one that this server has given")
    return found
