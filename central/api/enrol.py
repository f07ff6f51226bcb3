"""`POST /enrol`: a code against an identity (docs/protocol.md)."""

from datetime import timedelta
from ipaddress import ip_address

from django.db import connection
from django.http import HttpRequest, HttpResponse

from central import clock, server
from central.api import bodies, signatures
from central.api.problems import Refusal
from central.enrolment import Applicant, Enrolled, enrol
from kiosk.ledger.chain import GENESIS
from kiosk.messages.notes import PublicKey
from sync.codes import BadCode, normalise
from sync.protocol import CentralKey, EnrolAnswer, EnrolRequest, signed_checkpoint

TRIES_A_MINUTE = 10
MINUTE_S = 60
UNKNOWN = "::"


def answer(request: HttpRequest) -> HttpResponse:
    """Enrol the terminal that asks.

    Raises:
        Refusal: The body, its signature or the code is not right, or it was tried too often.
        sync.protocol.ProtocolError: The same.
        django.db.Error: Nothing was done.
    """
    said = bodies.decode(request, EnrolRequest)
    key = PublicKey("device", bytes.fromhex(said.public_key))
    signatures.verified(request, key)
    if said.code is None:  # nothing can be guessed: whoever has the key is let in, or is not
        return bodies.encoded(_body(enrol(None, _applicant(said, key))))
    _count_try(_address(str(request.META.get("REMOTE_ADDR", ""))))
    return bodies.encoded(_body(enrol(_code(said.code), _applicant(said, key))))


def _code(typed: str) -> str:
    try:
        return normalise(typed)
    except BadCode as error:
        raise Refusal("403.3", f"code: {error}") from error


def _applicant(said: EnrolRequest, key: PublicKey) -> Applicant:
    signed = signed_checkpoint(said.checkpoint)
    checkpoint = signed.checkpoint
    if not signed.note.is_signed_by(key):
        raise Refusal("401.1", "the checkpoint is not signed by public_key")
    if (checkpoint.ledger_id.hex(), checkpoint.size, checkpoint.head) != (said.ledger_id, 0, GENESIS):
        raise Refusal("400.3", "the checkpoint must be that of ledger_id, with size 0 and a head of zeros")
    return Applicant(key, checkpoint.ledger_id, signed.note, said.board_serial or "", said.program)


def _body(enrolled: Enrolled) -> EnrolAnswer:
    here = server.this()
    return EnrolAnswer(
        device=enrolled.device.pk,
        status=enrolled.device.status,
        central=CentralKey(here.key.public.name, here.key.public.raw.hex()),
        url=here.public_url,
        first_key=enrolled.first_key.hex(),
        receipt=enrolled.receipt,
        config=enrolled.config,
        central_key=None if here.keys.former is None else here.keys.hand_over(here.keys.former.public.key_id),
    )


def _address(told: str) -> str:
    """An address without what some proxies add to it; all that are none are one."""
    for candidate in (told.partition("%")[0], told.partition(":")[0], told.partition("]")[0].lstrip("[")):
        try:
            return str(ip_address(candidate))
        except ValueError:
            continue
    return UNKNOWN


def _count_try(address: str) -> None:
    """Raises `Refusal` (429.1) when an address has tried too often in this minute."""
    now = clock.now()
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM central_attempt WHERE minute < %s", (minute - timedelta(minutes=1),))
        cursor.execute(
            "INSERT INTO central_attempt (address, minute, n) VALUES (%s, %s, 1)"
            " ON CONFLICT (address, minute) DO UPDATE SET n = central_attempt.n + 1 RETURNING n",
            (address, minute),
        )
        tries = int(cursor.fetchone()[0])
    if tries > TRIES_A_MINUTE:
        wait_s = MINUTE_S - now.second
        raise Refusal("429.1", f"at most {TRIES_A_MINUTE} tries a minute", retry_after_s=wait_s)
