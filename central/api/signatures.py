"""Signatures of requests (RFC 9421) by keys of terminals."""

from dataclasses import dataclass

from django.http import HttpRequest

from central import server
from central.api import bodies
from central.api.problems import Refusal
from kiosk.messages.notes import PublicKey
from sync.signing import BadSignature, claimed_key_name, verified_nonce

_DEVICE = "hailong-device-"


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified signature: the key's name, and the nonce."""

    key_name: str
    nonce: str


def claimed_key_id(request: HttpRequest) -> str:
    """The key id that the request says it is signed with; nothing is verified yet. Raises `Refusal` (401.1)."""
    name = claimed_key_name(request.headers.get("Signature-Input", ""))
    if name is None or not name.startswith(_DEVICE):
        raise Refusal("401.1", "there is no signature by the key of a terminal")
    return name.removeprefix(_DEVICE)


def verified(request: HttpRequest, key: PublicKey) -> Signed:
    """The signature of this key over the whole request.

    Raises:
        Refusal: There is none (401.1).
    """
    url = f"{server.this().public_url}{request.get_full_path()}"
    try:
        nonce = verified_nonce(str(request.method), url, request.headers, bodies.raw(request), key)
    except BadSignature as error:
        raise Refusal("401.1", str(error)) from error
    return Signed(key.name, nonce)
