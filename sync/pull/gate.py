"""Who may ask: an allowed address, and a signature by a trusted key over a nonce that was given out here."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from kiosk.messages.notes import PublicKey
from sync.pull.limits import Bucket, plain
from sync.pull.nonces import BadNonce, Nonces
from sync.pull.problems import Refusal
from sync.signing import BadSignature, claimed_key_name, verified_nonce

UNSIGNED_A_SECOND = 1
SIGNED_A_SECOND = 20

_NONCE = re.compile(r'nonce="([!#-\[\]-~]{1,200})"')


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Attributes:
        method: In upper case.
        target: Path and query, as they came.
        headers: As they came, names in lower case.
        body: As it came.
        address: Whose connection it is.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    address: str


class Gate:
    """Lets in or refuses. Used by one thread.

    Args:
        url: What a signature's `@target-uri` begins with.
        allowed: Networks of callers; none = every address.
        callers: Whose signature is good now; raises `LocalFault`.
        now_ns: Reads CLOCK_BOOTTIME.
    """

    def __init__(
        self,
        url: str,
        allowed: Sequence[IPv4Network | IPv6Network],
        callers: Callable[[], Sequence[PublicKey]],
        now_ns: Callable[[], int],
    ) -> None:
        self._url, self._allowed, self._callers = url, allowed, callers
        self._nonces = Nonces(now_ns)
        self._strangers = Bucket(UNSIGNED_A_SECOND, now_ns)
        self._known = Bucket(SIGNED_A_SECOND, now_ns)

    def nonce(self) -> str:
        """For the next request."""
        return self._nonces.make()

    def admit(self, asked: Asked) -> None:
        """Let a request in.

        Raises:
            Refusal: It may not come in: 401 with a nonce is in order then, 403 and 429 go without.
            LocalFault: Who may is not known just now.
        """
        if self._allowed and not self._is_allowed(asked.address):
            raise Refusal("403.4", f"{asked.address} is in none of the networks of [pull] allow")
        try:
            self._verify(asked)
        except Refusal as refusal:
            if self._strangers.take(asked.address):
                raise
            detail = f"at most {UNSIGNED_A_SECOND} request a second that is not signed well"
            raise Refusal("429.1", detail, retry_after_s=1) from refusal
        if not self._known.take(asked.address):
            raise Refusal("429.1", f"at most {SIGNED_A_SECOND} requests a second", retry_after_s=1)

    def _verify(self, asked: Asked) -> None:
        signature_input = asked.headers.get("signature-input", "")
        name, nonce = claimed_key_name(signature_input), _NONCE.search(signature_input)
        if name is None or nonce is None:
            raise Refusal("401.1", "there is no signature with a key and a nonce")
        key = next((key for key in self._callers() if key.name == name), None)
        if key is None:
            raise Refusal("401.1", f"the key {name} may not pull from this terminal")
        try:
            self._nonces.redeem(nonce[1])
            signed = verified_nonce(asked.method, self._url + asked.target, asked.headers, asked.body, key)
        except BadNonce as error:
            raise Refusal("401.2", f"nonce: {error}") from error
        except BadSignature as error:
            raise Refusal("401.1", str(error)) from error
        if signed != nonce[1]:
            raise Refusal("401.2", "the nonce is not the one that was signed")

    def _is_allowed(self, address: str) -> bool:
        try:
            found = plain(address)
        except ValueError:  # it has gone again: nobody knows any more who that was
            return False
        return any(found in network for network in self._allowed)
