"""The PIN of the service menu, and what the configuration keeps of it: a salted scrypt hash (RFC 7914).

A PIN has at most eight digits: who can read the hash can find it by trying. It keeps the public out of the menu; what
is behind it can alter no vote.
"""

import hashlib
import hmac
import re
import secrets

from kiosk.leaf import FEWEST_DIGITS, MOST_DIGITS

_COST, _BLOCK, _LANES = 1 << 14, 8, 1
"""OWASP's least for r = 8 where memory is short: 16 MB for a moment, 0.1 s on a PC."""
_MOST_MEMORY = 64 << 20

HASH = re.compile(r"scrypt\$(\d{1,6})\$(\d{1,2})\$(\d)\$([0-9a-f]{32})\$([0-9a-f]{64})")
"""``scrypt$n$r$p$salt$hash``."""

_PIN = re.compile(rf"[0-9]{{{FEWEST_DIGITS},{MOST_DIGITS}}}")


def is_pin(text: str) -> bool:
    """Whether this could be a PIN: four to eight digits."""
    return _PIN.fullmatch(text) is not None


def is_hash(text: str) -> bool:
    """Whether `matches` can make something of it."""
    found = HASH.fullmatch(text)
    if found is None:
        return False
    cost, block, lanes = (int(found[n]) for n in (1, 2, 3))
    return (
        cost >= 2 and cost & (cost - 1) == 0 and 1 <= block <= 16 and lanes == 1 and cost * block <= 1 << 18
    )


def hash_of(pin: str, cost: int = _COST) -> str:
    """What is kept of a PIN; another salt each time.

    Raises:
        ValueError: It is none.
    """
    if not is_pin(pin):
        raise ValueError(f"a PIN has {FEWEST_DIGITS} to {MOST_DIGITS} digits")
    salt = secrets.token_bytes(16)
    key = _derived(pin, salt, cost, _BLOCK, _LANES)
    return f"scrypt${cost}${_BLOCK}${_LANES}${salt.hex()}${key.hex()}"


def matches(pin: str, kept: str) -> bool:
    """Whether this is the PIN. Takes a tenth of a second on purpose; False where what was kept is no hash."""
    found = HASH.fullmatch(kept)
    if found is None or not is_hash(kept) or not is_pin(pin):
        return False
    cost, block, lanes = (int(found[n]) for n in (1, 2, 3))
    key = _derived(pin, bytes.fromhex(found[4]), cost, block, lanes)
    return hmac.compare_digest(key, bytes.fromhex(found[5]))


def _derived(pin: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        pin.encode("ascii"), salt=salt, n=cost, r=block, p=lanes, maxmem=_MOST_MEMORY, dklen=32
    )
