"""`GET /health`: 200 when the database takes writes. It is asked to write, nothing is assumed."""

from django.db import connection, transaction
from django.http import HttpResponse

from central import clock
from central.api.problems import Refusal

PROBE_BYTES = 64 * 1024


def answer() -> HttpResponse:
    """Commit a row, and let a file grow: a full disk is noticed before a vote needs it.

    Raises:
        Refusal: The database is not this server's (503.1).
        django.db.Error: It is stopped, read-only or full.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE central_identity SET checked_at = %s", (clock.now(),))
        if cursor.rowcount != 1:
            raise Refusal("503.1", "the database was not prepared: start hailong-central serve")
        # Random, or it would be compressed away.
        cursor.execute(
            "CREATE TEMPORARY TABLE probe ON COMMIT DROP AS"
            " SELECT gen_random_uuid() AS filler FROM generate_series(1, %s)",
            (PROBE_BYTES // 16,),
        )
    return HttpResponse(b'{"status":"ok"}', content_type="application/json")
