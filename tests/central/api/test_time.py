"""Central's word about the time is bound to the nonce of the one who asked."""

import pytest
from django.test import Client

from central import clock, server
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import time_of
from tests.central.terminal import Terminal, problem

NONCE = "00112233445566778899aabbccddeeff"


def test_the_time_is_signed_with_the_nonce() -> None:
    before = clock.now_ms()
    note = parse_note(Client().get("/api/v1/time", {"nonce": NONCE}).content.decode())
    said = time_of(note)
    assert note.is_signed_by(server.this().key.public)
    assert said.nonce.hex() == NONCE
    assert before <= said.utc_ms <= clock.now_ms()


@pytest.mark.parametrize("nonce", ["", "00", NONCE.upper(), NONCE + "0", NONCE + "\n"])
def test_a_nonce_that_is_none_is_refused(nonce: str) -> None:
    answer = Terminal().client.get("/api/v1/time", {"nonce": nonce})
    assert problem(answer) == "400.2"  # type: ignore[arg-type]
