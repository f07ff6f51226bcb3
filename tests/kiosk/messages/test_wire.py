"""A message arrives as it was said; anything else is refused with one error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.messages import wire

REQUESTS: list[wire.Request] = [
    wire.GetHead(),
    wire.GetNonce(),
    wire.PutAnchor("note"),
    wire.PutEnrolment("7K3F9Q2MXP", "https://c.example", "00" * 32, "11" * 32, "note", replace=True),
    wire.PutConfig("note"),
    wire.PutKeyRotation("n\n", "00" * 32),
    wire.PutCentralKey("n\n"),
    wire.PutReceipt("hailong/ledger/…\n"),
    wire.PutFork("note"),
]
ANSWERS: list[wire.Answer] = [
    wire.Head("00" * 16, 5, "11" * 32, "22" * 32, "7K3F9Q2MXP", 3),
    wire.Nonce("00" * 16),
    wire.Done(),
    wire.Refused("it contradicts nothing"),
    wire.Later("the disk is full"),
    wire.New(5, urgent=True),
]


@pytest.mark.parametrize("message", REQUESTS, ids=lambda message: type(message).__name__)
def test_a_request_arrives_as_it_was_said(message: wire.Request) -> None:
    line = wire.encode(message)
    assert line.count(b"\n") == 1
    assert wire.decode_request(line) == message
    with pytest.raises(wire.BadMessage):
        wire.decode_answer(line)


@pytest.mark.parametrize("message", ANSWERS, ids=lambda message: type(message).__name__)
def test_an_answer_arrives_as_it_was_said(message: wire.Answer) -> None:
    assert wire.decode_answer(wire.encode(message)) == message


def test_every_message_is_among_them() -> None:
    assert {type(message) for message in REQUESTS} == set(wire.Request.__args__)
    assert {type(message) for message in ANSWERS} == set(wire.Answer.__args__)


def test_a_newer_peer_may_say_more() -> None:
    assert wire.decode_request(b'{"type":"put_anchor","note":"n","colour":"red"}\n') == wire.PutAnchor("n")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}\n",
        b"null\n",
        b'{"type":"vote"}\n',
        b'{"type":"put_anchor"}\n',
        b'{"type":"put_anchor","note":5}\n',
        b'{"type":"put_anchor","note":"\xff"}\n',
        b'{"type":"get_head"}{"type":"get_head"}\n',
        b'{"type":"get_head","x":' + b"[" * 60_000 + b"\n",
        b'{"type":"put_anchor","note":"' + b"x" * wire.LONGEST_LINE_BYTES + b'"}\n',
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(wire.BadMessage):
        wire.decode_request(line)


@given(st.binary())
def test_no_bytes_at_all_do_anything_but_be_refused(line: bytes) -> None:
    for decode in (wire.decode_request, wire.decode_answer):
        with pytest.raises(wire.BadMessage):
            decode(line)
