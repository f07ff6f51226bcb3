"""Who this server is: its keys, its secrets, the address that terminals use. The same for all its processes."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from central.place import Place
from sync.keys import SigningKey

DEFAULT_URL = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Server:
    """One central server.

    Attributes:
        place: Its data folder.
        public_url: Without a slash at its end. Signatures and links are built from it, never from a Host header.
    """

    place: Place
    public_url: str

    @cached_property
    def key(self) -> SigningKey:
        """Its Ed25519 key. Raises `sync.keys.KeyFileError` and `OSError`."""
        return self.place.signing_key()

    @cached_property
    def code_secret(self) -> bytes:
        """What proofs of enrolment codes are made with."""
        return self.place.secret("code")

    @cached_property
    def nonce_secret(self) -> bytes:
        """What nonces are made with."""
        return self.place.secret("nonce")


def this() -> Server:
    """The server whose process this is.

    Raises:
        RuntimeError: There is none: Django was set up without a data folder.
    """
    found = settings.HAILONG
    if not isinstance(found, Server):
        raise RuntimeError("HAILONG_CENTRAL_DATA_DIR must name the data folder of the server")
    return found
