"""Checks a central server's statement of completeness (``hailong-central complete``) without that server.

One file, standard library and `cryptography`, nothing of ours imported: an auditor can read it in five minutes, copy it
to another computer and run ``python3 statements_verifier.py STATEMENT [KEY_ID]``. The form is that of docs/protocol.md,
written a second time on purpose. The statement names the public key that signed it; whether that is the server's key
is for a person to compare, by its id.
"""

import base64
import binascii
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADS = ("hailong/complete/1", "hailong/complete-unit/1")
GOOD, NOT_GOOD, CANNOT_READ = 0, 1, 2  # exit codes


class CannotRead(ValueError):
    """The text is not a statement of completeness."""


@dataclass(frozen=True)
class Statement:
    """What was found.

    Attributes:
        said: What the statement says.
        key_id: Of the key that it names.
        good: Whether that key signed exactly this, and it is the one that was wanted, where one was.
    """

    said: dict[str, Any]
    key_id: str
    good: bool


def is_statement(text: str) -> bool:
    """Whether a file is one of these."""
    return text.split("\n", 1)[0] in HEADS


def verify(note: str, wanted: str | None = None) -> Statement:
    """Check a statement.

    Args:
        note: The file.
        wanted: The id of the key that must have signed it, with dashes or without; None = the one that it names.

    Raises:
        CannotRead: It is none.
    """
    text, separator, lines = note.partition("\n\n")
    head, _, body = text.partition("\n")
    try:
        said = json.loads(body)
        raw = bytes.fromhex(said["central_key"])
        key = Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotRead("it is not a statement of completeness") from error
    if head not in HEADS or not separator:
        raise CannotRead("it is not a statement of completeness")
    key_id = hashlib.sha256(raw).hexdigest()[:16]
    is_wanted = wanted is None or wanted.replace("-", "").lower() == key_id
    return Statement(said, key_id, is_wanted and _is_signed(key, raw, key_id, text + "\n", lines))


def _is_signed(key: Ed25519PublicKey, raw: bytes, key_id: str, text: str, lines: str) -> bool:
    name = f"hailong-central-{key_id}"
    tag = hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
    for line in lines.splitlines():
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if (dash, signer) != ("—", name):
            continue
        try:
            blob = base64.b64decode(encoded, validate=True)
            key.verify(blob[4:], text.encode())
        except (binascii.Error, ValueError, InvalidSignature):
            continue
        if blob[:4] == tag:
            return True
    return False


def main(arguments: list[str]) -> int:
    """``python3 statements_verifier.py STATEMENT [KEY_ID]``: the exit code is 0, 1 or 2."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python3 statements_verifier.py STATEMENT [KEY_ID]\n")
        return CANNOT_READ
    try:
        note = Path(arguments[0]).read_text(encoding="utf-8")
        found = verify(note, arguments[1] if arguments[1:] else None)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot read: {error}\n")
        return CANNOT_READ
    verdict = "signed" if found.good else "NOT signed as it stands"
    sys.stdout.write(f"{verdict} by the key {found.key_id}, at {found.said.get('at')}\n")
    return GOOD if found.good else NOT_GOOD


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
