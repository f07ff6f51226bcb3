"""Nonces for signed requests: nothing is kept of those given out, each is accepted once (docs/protocol.md).

A nonce is its time of issue, random bytes and a MAC over both. Freshness of a request is this, never a clock of the
terminal.
"""

import base64
import binascii
import hmac
import secrets
import struct
from datetime import UTC, datetime, timedelta

from django.db import connection

from central import clock, server
from central.api.problems import Refusal

GOOD_FOR = timedelta(minutes=10)

_HEAD = struct.Struct(">Q8s")
_MAC_BYTES = 16


def make() -> str:
    """A nonce, good for one request from now on."""
    head = _HEAD.pack(clock.now_ms(), secrets.token_bytes(8))
    return base64.urlsafe_b64encode(head + _mac(head)).decode().rstrip("=")


def redeem(nonce: str) -> datetime:
    """Use a nonce up; return when it was given out.

    Raises:
        Refusal: It is not one of this server, too old, or used (400.5).
        django.db.Error: That it was used could not be kept.
    """
    head = _verified(nonce)
    issued = datetime.fromtimestamp(_HEAD.unpack(head)[0] / 1000, tz=UTC)
    now = clock.now()
    # One that comes from the future was given out by another process whose clock goes ahead.
    if now - issued > GOOD_FOR:
        raise Refusal("400.5", "the nonce is older than ten minutes")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM central_usednonce WHERE expires_at < %s", (now,))
        cursor.execute(
            "INSERT INTO central_usednonce (nonce, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (head, issued + 2 * GOOD_FOR),
        )
        if cursor.rowcount == 0:
            raise Refusal("400.5", "the nonce has been used")
    return issued


def _verified(nonce: str) -> bytes:
    try:
        raw = base64.b64decode(nonce + "=" * (-len(nonce) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("400.5", "the nonce is not one of this server") from error
    head, mac = raw[: _HEAD.size], raw[_HEAD.size :]
    if len(head) != _HEAD.size or not hmac.compare_digest(mac, _mac(head)):
        raise Refusal("400.5", "the nonce is not one of this server")
    return head


def _mac(head: bytes) -> bytes:
    return hmac.digest(server.this().nonce_secret, head, "sha256")[:_MAC_BYTES]
