"""Nonces for whoever pulls: nothing is kept of those that are given out, each one that came back is. Pure."""

import base64
import binascii
import hmac
import secrets
import struct
from collections.abc import Callable

GOOD_FOR_S = 120
MOST_USED = 20_000

_HEAD = struct.Struct(">Q8s")
_MAC_BYTES = 16
_S = 1_000_000_000


class BadNonce(Exception):
    """It was not given out here, or too long ago, or has been used."""


class Nonces:
    """The nonces of one process; those of an earlier one are unknown to it.

    Args:
        now_ns: Reads CLOCK_BOOTTIME, which nobody can set.
    """

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._secret = secrets.token_bytes(32)
        self._used: set[bytes] = set()
        self._oldest_ns = 0  # what was given out before is refused, used or not

    def make(self) -> str:
        """A new one."""
        head = _HEAD.pack(self._now_ns(), secrets.token_bytes(8))
        return base64.urlsafe_b64encode(head + self._mac(head)).decode().rstrip("=")

    def redeem(self, nonce: str) -> None:
        """Use it up, whatever is found of the signature over it. Raises `BadNonce`."""
        try:
            raw = base64.b64decode(nonce + "=" * (-len(nonce) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadNonce("it is none of this terminal's") from error
        head = raw[: _HEAD.size]
        if len(head) != _HEAD.size or not hmac.compare_digest(raw[_HEAD.size :], self._mac(head)):
            raise BadNonce("it is none that this program has given out")
        if _issued_ns(head) < max(self._oldest_ns, self._now_ns() - GOOD_FOR_S * _S):
            raise BadNonce(f"it is older than {GOOD_FOR_S} s")
        if head in self._used:
            raise BadNonce("it has been used")
        self._make_room()
        self._used.add(head)

    def _make_room(self) -> None:
        """Forget those that are too old; where these are not enough, half of all count as too old."""
        if len(self._used) < MOST_USED:
            return
        self._oldest_ns = max(
            self._now_ns() - GOOD_FOR_S * _S, sorted(map(_issued_ns, self._used))[MOST_USED // 2]
        )
        self._used = {head for head in self._used if _issued_ns(head) >= self._oldest_ns}

    def _mac(self, head: bytes) -> bytes:
        return hmac.digest(self._secret, head, "sha256")[:_MAC_BYTES]


def _issued_ns(head: bytes) -> int:
    issued_ns: int = _HEAD.unpack(head)[0]
    return issued_ns
