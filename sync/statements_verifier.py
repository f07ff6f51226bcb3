"""Checks what a central server states of completeness without that server, and a sealed export without its key.

The one is what ``hailong-central complete`` prints. Of the other (``hailong ledger export --sealed``) can be known
whose it is, how much it holds and that it is whole; what citizens pressed cannot.

One file, standard library and `cryptography`, nothing of ours imported: an auditor can read it in five minutes, copy it
to another computer and run ``python3 statements_verifier.py FILE [KEY_ID]``. The form is that of docs/protocol.md,
written a second time on purpose. The statement names the public key that signed it; whether that is the server's (or
the terminal's) is for a person to compare, by its id.
"""

import base64
import binascii
import hashlib
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADS = ("hailong/complete/1", "hailong/complete-unit/1")
SEALED = "hailong/sealed/1"
GOOD, NOT_GOOD, CANNOT_READ = 0, 1, 2  # exit codes


class CannotRead(ValueError):
    """The file is neither of them."""


@dataclass(frozen=True)
class Statement:
    """What was found.

    Attributes:
        said: What the statement says.
        key_id: Of the key that it names: central's, or of a sealed export the terminal's.
        good: Whether that key signed exactly this, and it is the one that was wanted, where one was; of a sealed export
            also whether what is behind the statement is what was written there.
    """

    said: dict[str, Any]
    key_id: str
    good: bool


def is_statement(text: str) -> bool:
    """Whether a file is one of these."""
    return text.split("\n", 1)[0] in (*HEADS, SEALED)


def verify_file(path: Path, wanted: str | None = None) -> Statement:
    """Check a file: a statement of completeness, or a sealed export.

    Args:
        path: It.
        wanted: As `verify`; of a sealed export the id of the terminal's key.

    Raises:
        CannotRead: It is neither.
        OSError: It cannot be read.
    """
    content = path.read_bytes()
    text, separator, rest = content.partition(b"\n\n")
    lines, end, behind = rest.partition(b"\n\n")
    is_sealed = content.startswith(SEALED.encode() + b"\n")
    note = text + separator + lines + b"\n" if is_sealed else content
    try:
        found = verify(note.decode(), wanted)
    except UnicodeDecodeError as error:
        raise CannotRead("it is not a statement of completeness, and not a sealed export") from error
    if not is_sealed:
        return found
    is_whole = bool(end) and hashlib.sha256(behind).hexdigest() == found.said.get("sha256")
    return replace(found, good=found.good and is_whole)


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
    role = "device" if head == SEALED else "central"
    try:
        said = json.loads(body)
        raw = bytes.fromhex(said[f"{role}_key"])
        key = Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotRead("it is not a statement of completeness, and not a sealed export") from error
    if head not in (*HEADS, SEALED) or not separator:
        raise CannotRead("it is not a statement of completeness, and not a sealed export")
    key_id = hashlib.sha256(raw).hexdigest()[:16]
    is_wanted = wanted is None or wanted.replace("-", "").lower() == key_id
    return Statement(
        said, key_id, is_wanted and _is_signed(key, raw, f"hailong-{role}-{key_id}", text + "\n", lines)
    )


def _is_signed(key: Ed25519PublicKey, raw: bytes, name: str, text: str, lines: str) -> bool:
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
    """``python3 statements_verifier.py FILE [KEY_ID]``: the exit code is 0, 1 or 2."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python3 statements_verifier.py FILE [KEY_ID]\n")
        return CANNOT_READ
    try:
        found = verify_file(Path(arguments[0]), arguments[1] if arguments[1:] else None)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot read: {error}\n")
        return CANNOT_READ
    verdict = "signed" if found.good else "NOT signed as it stands"
    what = {
        name: found.said.get(name)
        for name in ("device", "ledger", "after", "size", "at")
        if name in found.said
    }
    sys.stdout.write(f"{verdict} by the key {found.key_id}: {what}\n")
    return GOOD if found.good else NOT_GOOD


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
