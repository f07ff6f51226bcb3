"""Certificates, judged by the time that is known and not by what the machine's clock happens to say.

A terminal without a clock battery starts at the time its image was made; a certificate is younger than that. So
OpenSSL is told not to look at times (chain, name and authority are checked as ever), and the times are compared here
with the time that central's own signed statement has given. Before there is one, a server may only be asked for it: the
pinned authority's, or, where central's key is known and its statement can be verified, any that the machine trusts.
Verification is never switched off.
"""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from sync.errors import Fault, LocalFault, Trouble, Unreachable

NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python has no name for."""

PARTIAL_CHAIN = 0x80000
"""X509_V_FLAG_PARTIAL_CHAIN: what is pinned may also be the certificate of an authority below another, or the
server's own."""


class CertificateTime(ssl.SSLError):
    """A certificate of the chain is not valid at the time that is known."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to believe, and when.

    Attributes:
        pinned: The certificates (PEM) of the only authority that is trusted; None = those of the machine.
        now_ms: The time that is known when it is asked, milliseconds since 1970 UTC; None = it is not known.
        is_key_known: Whether what the server says is verified with a key of central's that is known, so that it can be
            asked for the time without a clock.
    """

    pinned: str | None
    now_ms: Callable[[], int | None]
    is_key_known: bool = False


def context_for(trust: Trust) -> ssl.SSLContext:
    """What a connection is made with.

    Raises:
        Unreachable: Without a clock, without a pinned authority, and without a known key of the server's.
        LocalFault: What is pinned is no certificate.
    """
    if trust.pinned is None and not trust.is_key_known and trust.now_ms() is None:
        raise Unreachable(
            Trouble.CLOCK, "no clock vouches for the time, and neither an authority nor a key is known"
        )
    context = _JudgingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.now_ms = trust.now_ms
    context.verify_flags |= NO_CHECK_TIME
    if trust.pinned is None:
        context.load_default_certs()
        return context
    try:
        context.load_verify_locations(cadata=trust.pinned)
    except (ssl.SSLError, ValueError) as error:
        raise LocalFault(Fault.CA, f"what is pinned is no certificate in PEM: {error}") from error
    context.verify_flags |= PARTIAL_CHAIN
    return context


class _JudgingContext(ssl.SSLContext):
    """A context that looks at the times of the chain when OpenSSL has verified it."""

    now_ms: Callable[[], int | None]

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:  # noqa: ANN401 - handed on as it is
        """As the library's; the handshake is done on return. Raises `CertificateTime`."""
        wrapped = super().wrap_socket(*args, **kwargs)
        try:
            now_ms = self.now_ms()
            if now_ms is not None:
                judge(verified_chain(wrapped), now_ms)
        except BaseException:
            wrapped.close()
            raise
        return wrapped


def verified_chain(connection: ssl.SSLSocket) -> list[bytes]:
    """The chain that was verified, the server's own certificate first, DER."""
    if hasattr(connection, "get_verified_chain"):  # Python 3.13
        return [bytes(found) for found in connection.get_verified_chain()]
    # Until then the method exists on the inner object alone.
    inner: Any = connection._sslobj  # type: ignore[attr-defined]
    return [ssl.PEM_cert_to_DER_cert(found.public_bytes()) for found in inner.get_verified_chain()]


def judge(chain: Sequence[bytes], now_ms: int) -> None:
    """Whether every certificate is valid at this time.

    Args:
        chain: DER.
        now_ms: Milliseconds since 1970 UTC.

    Raises:
        CertificateTime: One is not.
    """
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    for content in chain:
        found = x509.load_der_x509_certificate(content)
        if now < found.not_valid_before_utc:
            raise CertificateTime(
                f"the certificate is not valid before {found.not_valid_before_utc}; it is {now}"
            )
        if now > found.not_valid_after_utc:
            raise CertificateTime(f"the certificate has expired at {found.not_valid_after_utc}; it is {now}")
