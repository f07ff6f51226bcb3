"""The terminal's certificate: made of its own key, so that whoever knows the key knows the certificate (ADR 15).

It says nothing else that anybody should believe, its times least of all: a terminal does not know what time it is.
"""

import logging
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sync.errors import LocalFault
from sync.keys import SigningKey

log = logging.getLogger(__name__)

_BEGINS = datetime(2000, 1, 1, tzinfo=UTC)
_ENDS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""No expiry (RFC 5280, 4.1.2.5)."""


def certificate_of(key: SigningKey) -> bytes:
    """A self-signed certificate of an Ed25519 key, PEM; the same each time."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, key.public.name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.private.public_key())
        .serial_number(int(key.public.key_id, 16) | 1)
        .not_valid_before(_BEGINS)
        .not_valid_after(_ENDS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key.private, None)
    )
    return made.public_bytes(Encoding.PEM)


class Certificate:
    """What connections are taken with; it follows the key that is in use.

    Args:
        key: In use now.
        in_use: Loads the one that is in use when somebody connects; another program may have replaced it. None =
            nobody does.

    Attributes:
        context: For the server.
    """

    def __init__(self, key: SigningKey, in_use: Callable[[], SigningKey] | None = None) -> None:
        self._key, self._in_use = key, in_use
        self.context = _context(key)
        # The library has no other moment at which a server may still choose; the name that is asked for means nothing.
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context_of: ssl.SSLContext) -> None:
        try:
            key = self._key if self._in_use is None else self._in_use()
        except LocalFault as fault:
            log.warning("the certificate stays as it is: %s", fault)
            return
        if key.public != self._key.public:
            self.follow(key)
            connection.context = _context(key)

    def follow(self, key: SigningKey) -> None:
        """Whoever connects from now on is shown the certificate of this key."""
        if key.public != self._key.public:
            self._key = key
            _show(self.context, key)


def _context(key: SigningKey) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    _show(context, key)
    return context


def _show(context: ssl.SSLContext, key: SigningKey) -> None:
    private = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fd = os.memfd_create("hailong-pull", os.MFD_CLOEXEC)  # OpenSSL takes files only; this one is on no disk
    try:
        os.write(fd, private + certificate_of(key))
        context.load_cert_chain(f"/proc/self/fd/{fd}")
    finally:
        os.close(fd)
