"""A server that pulls, in the plainest form; and a terminal that answers it, in this process."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import requests
from urllib3.exceptions import InsecureRequestWarning

from kiosk.messages.notes import parse_note
from sync import keys
from sync.contact import Settings
from sync.keys import SigningKey
from sync.protocol import NONCE_HEADER
from sync.pull.serving import Wanted, serving
from sync.signing import signed_headers
from tests.system.program import PATIENCE_S

AT = datetime(2020, 1, 1, tzinfo=UTC)
AT_S = 1_795_309_200
ANY_PORT = Wanted("127.0.0.1", 0)
JSON = {"Content-Type": "application/json"}


class Puller:
    """Asks one terminal. Whose certificate it is, others test.

    Args:
        url: Where, and what is signed.
        key: The server's.
    """

    def __init__(self, url: str, key: SigningKey | None = None, at: str | None = None) -> None:
        self.url, self.at = url, at or url
        self.key = key or keys.generate("central")
        self.nonce: str | None = None
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = False

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """As it is; the next nonce is taken from the answer."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureRequestWarning)
            found = self.session.request(
                method, self.at + path, data=body or None, headers=dict(headers or {}), timeout=PATIENCE_S
            )
        self.nonce = found.headers.get(NONCE_HEADER)
        return found

    def headers(self, method: str, path: str, body: bytes, nonce: str) -> dict[str, str]:
        return dict(signed_headers(method, self.url + path, body, self.key, nonce, AT))

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        nonce: str | None = None,
    ) -> requests.Response:
        """Signed."""
        nonce = nonce or self.nonce
        if nonce is None:
            self.send("GET", "/v1/status")
            nonce = self.nonce
        assert nonce is not None
        return self.send(method, path, body, self.headers(method, path, body, nonce) | dict(headers or {}))

    def get(self, path: str) -> dict[str, Any]:
        found = self.ask("GET", path)
        assert found.status_code == 200, found.text
        said: dict[str, Any] = found.json()
        return said

    def entries(self, after: int = 0, limit: int = 500) -> dict[str, Any]:
        return self.get(f"/v1/entries?after={after}&limit={limit}")

    def receipt_for(self, checkpoint: str) -> bytes:
        """The body of a receipt."""
        return json.dumps({"receipt": self.key.cosign(parse_note(checkpoint), AT_S).render()}).encode()

    def post(self, body: bytes) -> requests.Response:
        return self.ask("POST", "/v1/receipts", body, JSON)


@contextmanager
def answering(where: Settings, key: SigningKey | None = None, wanted: Wanted = ANY_PORT) -> Iterator[Puller]:
    """A terminal that answers; who asks has the key that it trusts without an enrolment."""
    puller = Puller("", key)
    wanted = replace(wanted, server_key=puller.key.public)
    with serving(where, wanted) as url:
        puller.url = url
        puller.at = url
        try:
            yield puller
        finally:
            puller.session.close()
