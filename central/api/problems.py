"""Errors as terminals get them: numbered problems (RFC 9457; docs/protocol.md, *Problems*).

Refusal                       whatever is answered with a problem
sync.protocol.ProtocolError   the same, from code that knows nothing of HTTP
django.db.Error               translated: the database is the last judge of what is valid
"""

import msgspec
from django.db import DataError, Error, IntegrityError, InternalError, OperationalError
from django.db.utils import InterfaceError
from django.http import HttpResponse
from psycopg import errors

from sync.protocol import ProtocolError

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

TITLES = {
    "400.1": "the body is not JSON, or not gzip",
    "400.2": "a member is missing or wrong",
    "400.3": "the checkpoint does not fit the entries",
    "400.5": "the nonce is unknown, used or old",
    "401.1": "no valid signature by a known key",
    "401.2": "no valid token",
    "403.1": "the device is pending",
    "403.2": "the device is revoked",
    "403.3": "the code is unknown, used, burnt or expired",
    "403.4": "the token is for something else",
    "403.5": "nobody has confirmed the key",
    "404.1": "no such path or object",
    "405.1": "this path does not take this method",
    "409.1": "gap",
    "409.2": "fork",
    "409.3": "the key belongs to another terminal",
    "410.1": "the cursor cannot go on",
    "413.1": "too large",
    "415.1": "neither JSON nor gzip by its headers",
    "429.1": "too often",
    "500.1": "a mistake of central's",
    "503.1": "the database cannot be reached or written",
}


class Refusal(Exception):
    """A request that is not fulfilled.

    Args:
        code: One of `TITLES`.
        detail: What is wrong, and with what.
        retry_after_s: When to come again; only for 429.1 and 503.1.
        more: `size` and `head` of 409.1, `receipt` of 409.2; None = left out.
    """

    def __init__(
        self, code: str, detail: str, *, retry_after_s: int | None = None, **more: int | str | None
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.retry_after_s = code, detail, retry_after_s
        self.more = {name: value for name, value in more.items() if value is not None}


def answer(refusal: Refusal) -> HttpResponse:
    """The refusal as an answer."""
    status = int(refusal.code.partition(".")[0])
    body = {"status": status, "code": refusal.code, "title": TITLES[refusal.code], "detail": refusal.detail}
    response = HttpResponse(
        msgspec.json.encode(body | refusal.more), content_type=CONTENT_TYPE, status=status
    )
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="hailong"' if refusal.code == "401.2" else "Signature"
    if refusal.retry_after_s is not None:
        response["Retry-After"] = str(refusal.retry_after_s)
    return response


def from_protocol(error: ProtocolError) -> Refusal:
    """The refusal that an error of the protocol stands for."""
    return Refusal(error.code, error.detail)


def from_database(error: Error) -> Refusal:
    """What an error of the database means to a terminal. Values of rows are not told.

    Whatever is not known to be the fault of the request is answered with "come again": nothing is lost by it.
    """
    cause = error.__cause__
    if isinstance(cause, errors.CheckViolation | errors.NotNullViolation):
        return Refusal(
            "400.2", f"the database refuses it: {cause.diag.constraint_name or cause.diag.column_name}"
        )
    if isinstance(error, DataError):
        return Refusal("400.2", "the database cannot hold one of the values")
    if isinstance(error, IntegrityError):  # two requests met; the second try sees what the first one wrote
        return Refusal("503.1", "another request came in between", retry_after_s=1)
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        name = type(cause).__name__ if cause is not None else type(error).__name__
        return Refusal(
            "503.1", f"the database does not answer as it should ({name})", retry_after_s=RETRY_AFTER_S
        )
    return Refusal("500.1", "the database was asked something wrong")
