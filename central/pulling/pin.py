"""Encryption with a terminal: its certificate must have its own key, and nothing else of it counts."""

import ssl
from collections.abc import Collection
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.messages.notes import PublicKey


class OtherKey(ssl.SSLError):
    """Somebody else answers, or the terminal has another key than it enrolled with."""


class PinnedContext(ssl.SSLContext):
    """A context that takes these keys and no authority's word.

    That no authority is asked is no switching off: TLS itself proves that the other end holds the certificate's key,
    and it must be one of these.
    """

    keys: Collection[PublicKey]

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:  # noqa: ANN401 - handed on as it is
        """As the library's; the handshake is done on return. Raises `OtherKey`."""
        wrapped = super().wrap_socket(*args, **kwargs)
        try:
            self._check(wrapped.getpeercert(binary_form=True))
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    def _check(self, certificate: bytes | None) -> None:
        if certificate is None:
            raise OtherKey("there is no certificate")
        try:
            key = x509.load_der_x509_certificate(certificate).public_key()
        except ValueError as error:
            raise OtherKey(f"the certificate cannot be read: {error}") from error
        raw = key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else b""
        if raw not in {known.raw for known in self.keys}:
            shown = PublicKey("device", raw).key_id if raw else "of another kind"
            raise OtherKey(f"the key of the certificate ({shown}) is none of this terminal's")


def pinned(keys: Collection[PublicKey]) -> PinnedContext:
    """A context for a terminal with these keys."""
    context = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # `PinnedContext` verifies
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.keys = keys
    return context
