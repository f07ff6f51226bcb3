"""What time it is, signed: terminals have no clock that can be trusted (docs/protocol.md, *Time statement*)."""

import re

from django.http import HttpResponse

from central import clock, server
from central.api.problems import Refusal
from kiosk.messages.statements import TimeStatement

_NONCE = re.compile("[0-9a-f]{32}")


def time(nonce: str) -> HttpResponse:
    """The time statement for a nonce of the terminal. Raises `Refusal` (400.2)."""
    if not _NONCE.fullmatch(nonce):
        raise Refusal("400.2", "nonce must be 32 hexadecimal digits in lower case")
    said = TimeStatement(bytes.fromhex(nonce), clock.now_ms()).text()
    return HttpResponse(server.this().keys.sign(said).render(), content_type="text/plain; charset=utf-8")
