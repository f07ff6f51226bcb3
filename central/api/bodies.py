"""Bodies of requests, read within their limits and decoded into what docs/protocol.md says."""

from typing import TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from central.api.problems import Refusal
from sync.protocol import MOST_BYTES, decompressed

T = TypeVar("T")


def raw(request: HttpRequest) -> bytes:
    """The body as it was sent. Raises `Refusal` (400.1, 413.1)."""
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise Refusal("413.1", f"a body has at most {MOST_BYTES} bytes") from error
    except UnreadablePostError as error:
        raise Refusal("400.1", "the body ended early") from error
    if len(body) > MOST_BYTES:
        raise Refusal("413.1", f"a body has at most {MOST_BYTES} bytes")
    return body


def decode(request: HttpRequest, kind: type[T]) -> T:
    """The body as a message. Raises what `clear` and `decoded` raise."""
    return decoded(clear(request), kind)


def clear(request: HttpRequest) -> bytes:
    """The body, unpacked.

    Raises:
        Refusal: It is too large, or not what its headers say (400.1, 413.1, 415.1).
        sync.protocol.ProtocolError: It cannot be unpacked.
    """
    if request.content_type != "application/json":
        raise Refusal("415.1", "Content-Type must be application/json")
    body = raw(request)
    match request.headers.get("Content-Encoding", "identity").strip().lower():
        case "gzip":
            return decompressed(body)
        case "identity" | "":
            return body
        case _:
            raise Refusal("415.1", "Content-Encoding must be gzip or absent")


def decoded(body: bytes, kind: type[T]) -> T:
    """An unpacked body as a message. Raises `Refusal` (400.1, 400.2)."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Refusal("400.2", str(error)) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refusal("400.1", f"the body is not JSON: {error}") from error


def encoded(message: msgspec.Struct) -> HttpResponse:
    """A message as the body of an answer."""
    return HttpResponse(msgspec.json.encode(message), content_type="application/json")
