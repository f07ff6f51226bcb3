"""Signatures of requests (RFC 9421) by keys of terminals.

What is verified is the request at the *configured* address: what a Host or a forwarded header says is nobody's word.
When it was signed is not looked at either, because terminals may be wrong by years: freshness is the nonce's matter.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.http import HttpRequest
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from central import server
from central.api import bodies
from central.api.problems import Refusal
from kiosk.messages.notes import PublicKey
from sync.protocol import SIGNATURE_TAG, SIGNED_COMPONENTS

_KEY_ID = re.compile(r'keyid="hailong-device-([0-9a-f]{16})"')


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified signature: the key's name, and the nonce."""

    key_name: str
    nonce: str


@dataclass(frozen=True, slots=True)
class _Message:
    """A request of Django's as the library wants to see one."""

    method: str
    url: str
    headers: dict[str, str]


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(days=36525)
    require_created = False


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: PublicKey) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        if key_id != self._key.name:
            raise InvalidSignature("keyid is not the name of the key")
        return Ed25519PublicKey.from_public_bytes(self._key.raw)


def claimed_key_id(request: HttpRequest) -> str:
    """The key id that the request says it is signed with; nothing is verified yet. Raises `Refusal` (401.1)."""
    found = _KEY_ID.search(request.headers.get("Signature-Input", ""))
    if found is None:
        raise Refusal("401.1", "there is no signature by the key of a terminal")
    return found[1]


def verified(request: HttpRequest, key: PublicKey) -> Signed:
    """The signature of this key over the whole request.

    Raises:
        Refusal: There is none (401.1).
    """
    url = f"{server.this().public_url}{request.get_full_path()}"
    message = _Message(str(request.method), url, dict(request.headers))
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=_OneKey(key))
    try:
        (found,) = verifier.verify(
            message,
            max_age=None,
            expect_tag=SIGNATURE_TAG,
            require_components=SIGNED_COMPONENTS,
            body=bodies.raw(request),
        )
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise Refusal("401.1", f"the signature is not one of {key.name} for {url}: {error}") from error
    return Signed(key.name, found.nonce or "")
