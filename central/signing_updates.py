"""Signs a package for the terminals of this server: they install no other (docs/protocol.md, *Updates*)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from central import audit, server
from kiosk.ledger.disk import replace_file
from kiosk.update.debs import deb_of
from kiosk.update.staging import NAME, SIGNATURE_SUFFIX, Signed


class NotAPackage(ValueError):
    """The file is nothing for a terminal. The message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A signature, and what it is for."""

    path: Path
    signed: Signed
    architecture: str


def sign(file: Path, actor: str) -> Made:
    """Write the signature beside the package, by all keys that sign.

    Args:
        file: The package.
        actor: For the log of changes.

    Raises:
        NotAPackage: It is none of this program.
        OSError: A file cannot be read or written, or there is no dpkg on this machine.
    """
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    deb = deb_of(file)
    if deb is None or deb.name != NAME:
        raise NotAPackage(f"{file} is not a Debian package of {NAME}")
    signed = Signed(deb.version, digest)
    path = file.with_name(file.name + SIGNATURE_SUFFIX)
    replace_file(path, server.this().keys.sign(signed.text()).render().encode())
    facts: dict[str, audit.Json] = {"file": file.name, "version": deb.version, "sha256": digest}
    audit.record(actor, "sign", "update", None, facts | {"architecture": deb.architecture})
    return Made(path, signed, deb.architecture)
