"""A signed request is one request: another method, address, body or nonce is not signed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
)
from http_message_signatures.algorithms import ED25519

from sync import keys
from sync.protocol import SIGNATURE_TAG
from sync.signing import signed_headers

KEY = keys.generate("device")
URL = "https://central.example/api/v1/heartbeat"
BODY = b'{"checkpoint":"..."}'
LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass
class Received:
    method: str = "POST"
    url: str = URL
    headers: dict[str, str] = field(default_factory=dict)


class Known(HTTPSignatureKeyResolver):
    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        assert key_id == KEY.public.name
        return KEY.private.public_key()


def verified(request: Received, body: bytes = BODY) -> VerifyResult:
    """As central does: freshness is the nonce's matter, so clocks may be decades apart."""
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=Known())
    verifier.max_clock_skew = timedelta(days=36500)
    (found,) = verifier.verify(
        request,
        max_age=None,
        require_components=("@method", "@target-uri", "content-digest"),
        expect_tag=SIGNATURE_TAG,
        body=body,
    )
    return found


def signed(created: datetime = LONG_AGO) -> Received:
    return Received(headers=dict(signed_headers("POST", URL, BODY, KEY, "the nonce", created)))


@pytest.mark.parametrize("created", [LONG_AGO, datetime(2099, 1, 1, tzinfo=UTC)])
def test_a_signed_request_is_verified_whatever_the_clock_says(created: datetime) -> None:
    found = verified(signed(created))
    assert (found.nonce, found.label, found.parameters["keyid"]) == ("the nonce", "hailong", KEY.public.name)


def test_another_request_is_not_signed() -> None:
    with pytest.raises(InvalidSignature):
        verified(signed(), body=BODY + b" ")
    for change in ({"method": "PUT"}, {"url": URL.replace("central", "other")}, {"url": URL + "?a=1"}):
        request = signed()
        for name, value in change.items():
            setattr(request, name, value)
        with pytest.raises(InvalidSignature):
            verified(request)
    for old, new in (("the nonce", "a nonce"), (SIGNATURE_TAG, "other/1"), ('"@method" ', "")):
        request = signed()
        request.headers["Signature-Input"] = request.headers["Signature-Input"].replace(old, new)
        with pytest.raises(InvalidSignature):
            verified(request)
