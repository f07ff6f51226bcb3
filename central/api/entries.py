"""`POST /ledgers/{ledger_id}/entries`: a batch of entries (docs/protocol.md)."""

import re

from django.http import HttpRequest, HttpResponse

from central.api import bodies
from central.api.problems import Refusal
from central.ingest.errors import MissingBefore, OtherHistory
from central.ingest.ingest import ingest
from sync.protocol import Batch, Receipt

_LEDGER_ID = re.compile("[0-9a-f]{32}")


def answer(request: HttpRequest, ledger_id: str) -> HttpResponse:
    """Take the batch in; the receipt is given after COMMIT.

    Raises:
        Refusal: It is refused.
        sync.protocol.ProtocolError: The same.
        django.db.Error: Nothing was stored.
    """
    if not _LEDGER_ID.fullmatch(ledger_id):
        raise Refusal("404.1", "a ledger has an id of 32 hexadecimal digits in lower case")
    body = bodies.clear(request)
    batch = bodies.decoded(body, Batch)
    try:
        return bodies.encoded(Receipt(ingest(bytes.fromhex(ledger_id), batch, body).receipt))
    except MissingBefore as gap:
        raise Refusal(gap.code, gap.detail, size=gap.size, head=gap.head.hex()) from gap
    except OtherHistory as fork:
        raise Refusal(fork.code, fork.detail, receipt=fork.receipt) from fork
