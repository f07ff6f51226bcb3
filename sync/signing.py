"""HTTP message signatures (RFC 9421) of the requests that carry no checkpoint (docs/protocol.md).

What is verified is the request at the *configured* address: what a Host or a forwarded header says is nobody's word.
When it was signed is not looked at either, because clocks of terminals may be wrong by years: freshness is the nonce's
matter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from kiosk.messages.notes import PublicKey
from sync.keys import SigningKey
from sync.protocol import SIGNATURE_LABEL, SIGNATURE_TAG, SIGNED_COMPONENTS

_KEY_NAME = re.compile(r'keyid="(hailong-(?:device|central)-[0-9a-f]{16})"')


class BadSignature(Exception):
    """A request is not signed as it must be."""


@dataclass
class _Request:
    """A request as the library wants to see one."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(days=36525)
    require_created = False


class _PublicKey(HTTPSignatureKeyResolver):
    def __init__(self, key: PublicKey) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        if key_id != self._key.name:
            raise InvalidSignature("keyid is not the name of the key")
        return Ed25519PublicKey.from_public_bytes(self._key.raw)


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


def claimed_key_name(signature_input: str) -> str | None:
    """The name of the key that a request says it is signed with; nothing is verified yet. None = it says none."""
    found = _KEY_NAME.search(signature_input)
    return None if found is None else found[1]


def verified_nonce(method: str, url: str, headers: Mapping[str, str], body: bytes, key: PublicKey) -> str:
    """The nonce of a request that this key has signed as a whole; empty where there is none.

    Args:
        method: In upper case.
        url: Whole; it begins with the configured address.
        headers: As they came.
        body: As it came.
        key: Whose signature it must be.

    Raises:
        BadSignature: It has not.
    """
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=_PublicKey(key))
    try:
        (found,) = verifier.verify(
            _Request(method, url, dict(headers)),
            max_age=None,
            expect_tag=SIGNATURE_TAG,
            require_components=SIGNED_COMPONENTS,
            body=body,
        )
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise BadSignature(f"the signature is not one of {key.name} for {url}: {error}") from error
    return found.nonce or ""
