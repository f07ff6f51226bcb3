"""HTTP message signatures (RFC 9421) of the requests that carry no checkpoint (docs/protocol.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519

from sync.keys import SigningKey
from sync.protocol import SIGNATURE_LABEL, SIGNATURE_TAG, SIGNED_COMPONENTS


@dataclass
class _Request:
    """A request as the library wants to see one."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:  # noqa: ARG002 - the library's signature
        return self._key


def signed_headers(
    method: str, url: str, body: bytes, key: SigningKey, nonce: str, created: datetime
) -> Mapping[str, str]:
    """The headers that sign a request: Content-Digest, Signature-Input, Signature.

    Args:
        method: In upper case.
        url: Whole; it begins with central's public URL.
        body: As it is sent.
        key: Of the terminal.
        nonce: Central's (`Hailong-Nonce`); for an enrolment any.
        created: What the clock says. Nobody believes it.
    """
    request = _Request(method, url)
    signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_OneKey(key.private))
    signer.sign(
        request,
        key_id=key.public.name,
        created=created,
        nonce=nonce,
        label=SIGNATURE_LABEL,
        tag=SIGNATURE_TAG,
        covered_component_ids=SIGNED_COMPONENTS,
        body=body,
    )
    return request.headers
