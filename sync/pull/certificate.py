"""The terminal's certificate: made of its own key, so that whoever knows the key knows the certificate (ADR 15).

It says nothing else that anybody should believe, its times least of all: a terminal does not know what time it is.
"""

import os
import ssl
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sync.keys import SigningKey

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

    Attributes:
        context: For the server.
    """

    def __init__(self, key: SigningKey) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._key = key
        self._show()

    def follow(self, key: SigningKey) -> None:
        """Whoever connects from now on is shown the certificate of this key."""
        if key.public != self._key.public:
            self._key = key
            self._show()

    def _show(self) -> None:
        private = self._key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        fd = os.memfd_create(
            "hailong-pull", os.MFD_CLOEXEC
        )  # OpenSSL takes files only; this one is on no disk
        try:
            os.write(fd, private + certificate_of(self._key))
            self.context.load_cert_chain(f"/proc/self/fd/{fd}")
        finally:
            os.close(fd)
