"""The data folder of a central server and what lies in it: keys, the secret, the embedded database."""

import hmac
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.disk import new_file
from sync.keys import MODE, KeyFileError, SigningKey, load, load_or_make

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder.

    Attributes:
        folder: Absolute; made when it is first needed, readable by its owner only.
    """

    folder: Path

    @property
    def postgresql(self) -> Path:
        """What belongs to the embedded database."""
        return self.folder / "postgresql"

    @property
    def keys(self) -> Path:
        """The folder of the keys, 0700."""
        return self.folder / "keys"

    @property
    def secret_file(self) -> Path:
        """What secrets are derived from; never in a backup."""
        return self.keys / "secret"

    def make(self) -> None:
        """Make the folders where they are missing; what exists keeps its mode. Raises `OSError`."""
        self.folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)

    def signing_key(self) -> SigningKey:
        """Central's Ed25519 key, made where there is none. Raises `sync.keys.KeyFileError` and `OSError`."""
        self.make()
        return load_or_make(self.key_file, "central")

    @property
    def key_file(self) -> Path:
        """Central's key."""
        return self.keys / "central.key"

    @property
    def next_key_file(self) -> Path:
        """The key that is to take its place; there while `hailong-central key rotate` is at work."""
        return self.keys / "central.key.next"

    @property
    def former_key_file(self) -> Path:
        """The key before, which signs along until it is retired."""
        return self.keys / "central.key.former"

    @property
    def retired_file(self) -> Path:
        """The public keys that are retired, one a line: a database that is restored may be from their time."""
        return self.keys / "central.retired"

    def former_key(self) -> SigningKey | None:
        """The key before, until it is retired. Raises `sync.keys.KeyFileError` and `OSError`."""
        try:
            return load(self.former_key_file, "central")
        except FileNotFoundError:
            return None

    def secret(self, purpose: str) -> bytes:
        """32 secret bytes for one purpose, the same for every process of this folder.

        Raises:
            KeyFileError: The file may be read by others, or is not a secret.
            OSError: It cannot be read or made.
        """
        return hmac.digest(self._root_secret(), b"hailong/central/" + purpose.encode(), "sha256")

    def _root_secret(self) -> bytes:
        self.make()
        path = self.secret_file
        if not path.exists():
            with suppress(FileExistsError):  # another process has just made it
                new_file(path, secrets.token_bytes(SECRET_BYTES), MODE)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(f"{path} may be read by others: chmod 600 {path}")
        content = path.read_bytes()
        if len(content) != SECRET_BYTES:
            raise KeyFileError(f"{path} has not {SECRET_BYTES} bytes: restore the server from a backup")
        return content


def default_folder() -> Path:
    """Where a server keeps its data when nobody said so."""
    if os.geteuid() == 0:
        return Path("/var/lib/hailong-central")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "hailong-central"
