"""The link by which a terminal's key reaches the telephone of whoever confirms it at central. Pure.

It carries the terminal's public key and nothing that has to be kept from anybody: a photograph of it lets nobody in.
Whoever follows it must be logged in at central, and confirms exactly this key.
"""

import base64
import binascii

_PATH = "/admin/k/"
_KEY_BYTES = 32


class BadLink(ValueError):
    """What is no key of a terminal."""


def link(url: str, public_key: bytes) -> str:
    """Where a terminal is confirmed.

    Args:
        url: Central's public URL, in its one form.
        public_key: The terminal's, 32 bytes.
    """
    return f"{url}{_PATH}{written(public_key)}"


def written(public_key: bytes) -> str:
    """A key as the link has it: 43 characters that need no escape in a path."""
    return base64.urlsafe_b64encode(public_key).decode().rstrip("=")


def read(text: str) -> bytes:
    """The key in a link.

    Raises:
        BadLink: It is none.
    """
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadLink(f"not the key of a terminal: {error}") from error
    if len(key) != _KEY_BYTES or written(key) != text:
        raise BadLink("the key of a terminal has 32 bytes")
    return key
