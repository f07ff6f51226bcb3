"""What a request is refused with (docs/protocol.md, *Pull*). Pure."""

import msgspec

CONTENT_TYPE = "application/problem+json"

TITLES = {
    "400.1": "the body is not JSON",
    "400.2": "a parameter or member is missing or wrong",
    "400.4": "not a receipt for this terminal",
    "401.1": "no valid signature by a key that may pull",
    "401.2": "the nonce is unknown, used or old",
    "403.4": "the caller's address may not pull",
    "404.1": "no such path or ledger",
    "405.1": "this path does not take this method",
    "409.1": "the ledger ends before that",
    "409.2": "fork",
    "413.1": "too large",
    "415.1": "not JSON by its headers",
    "429.1": "too often",
    "500.1": "a mistake of the terminal's",
    "503.1": "the ledger cannot be read just now",
}


class Refusal(Exception):
    """A request that is not fulfilled.

    Args:
        code: One of `TITLES`.
        detail: What is wrong, and with what.
        retry_after_s: When to come again; only for 429.1 and 503.1.
        more: `size` and `head` of 409.1, `ledger` of 404.1 and 409.2.
    """

    def __init__(
        self, code: str, detail: str, *, retry_after_s: int | None = None, **more: int | str
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.retry_after_s, self.more = code, detail, retry_after_s, more

    @property
    def status(self) -> int:
        """Of HTTP."""
        return int(self.code.partition(".")[0])

    def body(self) -> bytes:
        """As it is answered, RFC 9457."""
        said = {"status": self.status, "code": self.code, "title": TITLES[self.code], "detail": self.detail}
        return msgspec.json.encode(said | self.more)
