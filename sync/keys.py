"""Ed25519 keys in files that only their owner may read."""

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.ledger.disk import new_file
from kiosk.messages.notes import Note, PublicKey, cosignature_of, public_key_of, signature_of

MODE = 0o600


class KeyFileError(Exception):
    """A key file cannot be used. The message names it and the remedy."""


class SigningKey:
    """A key with its role, able to sign.

    Args:
        key: The private key.
        role: `device` or `central`.
    """

    def __init__(self, key: Ed25519PrivateKey, role: str) -> None:
        self.private = key
        self.role = role
        self.public: PublicKey = public_key_of(key, role)

    def __repr__(self) -> str:
        return f"<SigningKey {self.public.name}>"

    def sign(self, text: str) -> Note:
        """A note with this key's signature."""
        return Note(text, (signature_of(text, self.private, self.role),))

    def cosign(self, note: Note, at_s: int) -> Note:
        """The note with this key's cosignature (`at_s`: seconds since 1970 UTC) added."""
        return note.with_signature(cosignature_of(note.text, self.private, self.role, at_s))


def generate(role: str) -> SigningKey:
    """A new key, in memory only."""
    return SigningKey(Ed25519PrivateKey.generate(), role)


def load(path: Path, role: str) -> SigningKey:
    """The key in a file.

    Raises:
        FileNotFoundError: There is none.
        KeyFileError: It may be read by others, belongs to somebody else, or is no Ed25519 key.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KeyFileError(f"the key {path} cannot be opened: {error.strerror}") from error
    with os.fdopen(fd, "rb") as file:
        found = os.fstat(file.fileno())
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise KeyFileError(f"the key {path} may be read by others: chmod 600 {path}")
        if found.st_uid != os.geteuid():
            raise KeyFileError(f"the key {path} belongs to another user: chown it, or run as that user")
        content = file.read(1 << 16)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(
            f"{path} is not a private key in PEM: restore it, or remove it and enrol again"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} is not an Ed25519 key: restore it, or remove it and enrol again")
    return SigningKey(key, role)


def link_over(path: Path, other: Path) -> None:
    """Give a file a second name, which whatever had it before loses; it is never without. Raises `OSError`."""
    draft = other.with_name(other.name + ".new")
    draft.unlink(missing_ok=True)
    os.link(path, draft)
    draft.replace(other)


def load_or_make(path: Path, role: str) -> SigningKey:
    """The key in a file, made and kept there (0600, complete or not at all) where there is none.

    Raises:
        KeyFileError: As `load`.
        OSError: It cannot be written.
    """
    try:
        return load(path, role)
    except FileNotFoundError:
        key = generate(role)
    content = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        new_file(path, content, MODE)
    except FileExistsError:
        return load(path, role)  # another process has just made it
    return key
