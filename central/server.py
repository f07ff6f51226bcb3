"""Who this server is: its keys, its secrets, the address that terminals use. The same for all its processes."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings

from central.place import Place
from kiosk.messages.notes import Note, signature_of
from kiosk.messages.statements import CentralKeyRotation
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

    @property
    def keys(self) -> "Keys":
        """Its keys, as they lie there now: another process may have changed them.

        Raises:
            sync.keys.KeyFileError, OSError: They cannot be read.
        """
        return _keys(self.place, _stamp(self.place.key_file), _stamp(self.place.former_key_file))

    @property
    def key(self) -> SigningKey:
        """Its Ed25519 key. Raises `sync.keys.KeyFileError` and `OSError`."""
        return self.keys.present

    @cached_property
    def code_secret(self) -> bytes:
        """What proofs of enrolment codes are made with."""
        return self.place.secret("code")

    @cached_property
    def nonce_secret(self) -> bytes:
        """What nonces are made with."""
        return self.place.secret("nonce")


@dataclass(frozen=True)
class Keys:
    """The keys of a server.

    Attributes:
        present: Signs everything.
        former: Signs along until it is retired, for the terminals that have not heard of the present one; None = there
            is none.
    """

    present: SigningKey
    former: SigningKey | None

    @property
    def all(self) -> tuple[SigningKey, ...]:
        """Those that sign."""
        return (self.present,) if self.former is None else (self.present, self.former)

    def sign(self, text: str) -> Note:
        """A note with the signatures of all of them."""
        note = Note(text)
        for key in self.all:
            note = note.with_signature(signature_of(text, key.private, key.role))
        return note

    def cosign(self, note: Note, at_s: int) -> Note:
        """The note with the cosignatures of all of them (`at_s`: seconds since 1970 UTC)."""
        for key in self.all:
            note = key.cosign(note, at_s)
        return note

    def for_terminal(self, key_id: str) -> SigningKey:
        """The one that a terminal has pinned; the present one where it is neither."""
        return next((key for key in self.all if key.public.key_id == key_id), self.present)

    def hand_over(self, key_id: str | None) -> str | None:
        """The statement by which a terminal that has pinned the former key believes the present one, rendered."""
        if self.former is None or self.former.public.key_id != key_id:
            return None
        text = CentralKeyRotation(key_id, self.present.public).text()
        return self.sign(text).render()


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


@lru_cache(maxsize=8)
def _keys(place: Place, _present: tuple[int, int] | None, _former: tuple[int, int] | None) -> Keys:
    """Read anew whenever one of the files is another one."""
    present, former = place.signing_key(), place.former_key()
    return Keys(present, None if former is None or former.public == present.public else former)


def this() -> Server:
    """The server whose process this is.

    Raises:
        RuntimeError: There is none: Django was set up without a data folder.
    """
    found = settings.HAILONG
    if not isinstance(found, Server):
        raise RuntimeError("HAILONG_CENTRAL_DATA_DIR must name the data folder of the server")
    return found
