"""The evolving key: tags that nobody can make for entries of the past (docs/protocol.md, *Evolving key*).

Whoever takes the terminal finds the key of the next entry, and no earlier one. Pure; where the state is kept is
`kiosk.ledger.evolve_file`.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

KEY_BYTES = 32
NO_TAG = bytes(32)


@dataclass(frozen=True, slots=True)
class Evolving:
    """The state after entry `seq`.

    Attributes:
        seq: The last entry that is tagged; one before the first, where there is none yet.
        key: K(seq + 1), 32 bytes: secret.
        tag: tag(seq), 32 bytes; zeros before the first.
    """

    seq: int
    key: bytes
    tag: bytes = NO_TAG

    def __repr__(self) -> str:
        return f"<Evolving after entry {self.seq}>"  # a key must not reach a log

    def after(self, entry_hash: bytes) -> "Evolving":
        """The state after one more entry; the key before is not kept."""
        return self.after_all((entry_hash,))

    def after_all(self, hashes: Iterable[bytes]) -> "Evolving":
        """The state after further entries: the same as `after` for each, without the states between."""
        seq, key, tag = self.seq, self.key, self.tag
        for entry_hash in hashes:
            tag = hmac.digest(key, tag + entry_hash, "sha256")
            key = next_key(key)
            seq += 1
        return Evolving(seq, key, tag)

    def for_new_ledger(self, ledger_id: bytes) -> "Evolving":
        """The state before entry 1 of a ledger that replaces this one."""
        return Evolving(0, hmac.digest(self.key, b"hailong/new-ledger/1" + ledger_id, "sha256"))


def begin(first_key: bytes, enrolled_seq: int) -> Evolving:
    """The state before the `enrolled` entry.

    Raises:
        ValueError: The key has another length.
    """
    if len(first_key) != KEY_BYTES:
        raise ValueError(f"an evolving key has {KEY_BYTES} bytes, not {len(first_key)}")
    return Evolving(enrolled_seq - 1, first_key)


def next_key(key: bytes) -> bytes:
    """K(i + 1) from K(i)."""
    return hashlib.sha256(b"hailong/evolve/1" + key).digest()


def check_of(first_key: bytes) -> str:
    """What an `enrolled` entry says of the key: 16 hexadecimal digits, from which it cannot be found."""
    return hashlib.sha256(b"hailong/evolve-check/1" + first_key).hexdigest()[:16]
