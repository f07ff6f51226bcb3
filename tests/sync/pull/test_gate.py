"""Nobody gets in without an allowed address, and a signature by a trusted key over a nonce of this terminal's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from sync import keys
from sync.keys import SigningKey
from sync.pull.gate import SIGNED_A_SECOND, Asked, Gate
from sync.pull.problems import Refusal
from sync.signing import signed_headers
from tests.kiosk.fakes import FakeClock

URL = "https://10.1.2.3:8443"
TARGET = "/v1/entries?after=0"
SERVER = keys.generate("central")
AT = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def gate(clock: FakeClock) -> Gate:
    return Gate(URL, (), lambda: [SERVER.public], clock.boottime_ns)


def asked(
    nonce: str, key: SigningKey = SERVER, url: str = URL, method: str = "GET", target: str = TARGET
) -> Asked:
    headers = signed_headers(method, url + target, b"", key, nonce, AT)
    lower = {name.lower(): value for name, value in headers.items()}
    return Asked(method, target, lower, b"", "192.0.2.1")


def refused(gate: Gate, request: Asked) -> str:
    with pytest.raises(Refusal) as found:
        gate.admit(request)
    return found.value.code


def test_a_signed_request_gets_in(gate: Gate) -> None:
    gate.admit(asked(gate.nonce()))


FORGERIES: dict[str, Callable[[Asked], Asked]] = {
    "no signature": lambda a: replace(a, headers={}),
    "another method": lambda a: replace(a, method="POST"),
    "another target": lambda a: replace(a, target=TARGET + "0"),
    "another body": lambda a: replace(a, body=b"x"),
    "no digest": lambda a: replace(a, headers={n: v for n, v in a.headers.items() if n != "content-digest"}),
    "no signature input": lambda a: replace(
        a, headers={n: v for n, v in a.headers.items() if n != "signature-input"}
    ),
    "fewer components": lambda a: replace(
        a,
        headers=dict(a.headers)
        | {"signature-input": a.headers["signature-input"].replace(' "content-digest"', "")},
    ),
    "another tag": lambda a: replace(
        a, headers=dict(a.headers) | {"signature-input": a.headers["signature-input"].replace("/1", "/2")}
    ),
    "a bit of it": lambda a: replace(
        a, headers=dict(a.headers) | {"signature": a.headers["signature"].replace("=:", "=:A", 1)}
    ),
    "two labels": lambda a: replace(
        a,
        headers={
            n: f"{v}, {v.replace('hailong=', 'other=')}" if n.startswith("signature") else v
            for n, v in a.headers.items()
        },
    ),
    "no structured field": lambda a: replace(a, headers=dict(a.headers) | {"signature": "hailong=:::"}),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_whatever_is_changed_nobody_gets_in(gate: Gate, forge: Callable[[Asked], Asked]) -> None:
    assert refused(gate, forge(asked(gate.nonce()))) == "401.1"


def test_another_key_another_url_and_the_terminal_s_own_key_do_not_open(gate: Gate, clock: FakeClock) -> None:
    for request in (
        asked(gate.nonce(), keys.generate("central")),
        asked(gate.nonce(), url="https://192.0.2.9:8443"),
        asked(gate.nonce(), keys.generate("device")),
        asked(gate.nonce(), SigningKey(SERVER.private, "device")),
    ):
        assert refused(gate, request) == "401.1"
        clock.advance(1)


def test_a_request_once_more_is_refused_and_a_nonce_of_nobody_s_too(gate: Gate, clock: FakeClock) -> None:
    request = asked(gate.nonce())
    gate.admit(request)
    assert refused(gate, request) == "401.2"
    clock.advance(1)
    assert refused(gate, asked("x" * 43)) == "401.2"


def test_a_nonce_that_came_with_a_wrong_signature_is_gone(gate: Gate, clock: FakeClock) -> None:
    nonce = gate.nonce()
    assert refused(gate, asked(nonce, url="https://192.0.2.9:8443")) == "401.1"
    clock.advance(1)
    assert refused(gate, asked(nonce)) == "401.2"


def test_who_cannot_sign_is_answered_once_a_second_and_does_not_keep_away_who_can(
    gate: Gate, clock: FakeClock
) -> None:
    unsigned = Asked("GET", TARGET, {}, b"", "192.0.2.1")
    codes = [refused(gate, unsigned) for _ in range(5)]
    assert codes == ["401.1", "429.1", "429.1", "429.1", "429.1"]
    gate.admit(asked(gate.nonce()))
    clock.advance(1)
    assert refused(gate, unsigned) == "401.1"


def test_who_signs_may_ask_twenty_times_a_second(gate: Gate, clock: FakeClock) -> None:
    for _ in range(SIGNED_A_SECOND):
        gate.admit(asked(gate.nonce()))
    assert refused(gate, asked(gate.nonce())) == "429.1"
    clock.advance(1 / SIGNED_A_SECOND)
    gate.admit(asked(gate.nonce()))


def test_an_address_that_is_not_allowed_gets_not_even_a_nonce(clock: FakeClock) -> None:
    networks = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
    gate = Gate(URL, networks, lambda: [SERVER.public], clock.boottime_ns)
    for address in ("192.0.2.1", "127.0.0.1", "fe80::1%eth0", "::ffff:192.0.2.1", ""):
        assert refused(gate, replace(asked(gate.nonce()), address=address)) == "403.4"
    for address in ("10.9.9.9", "::ffff:10.9.9.9", "2001:db8::7"):
        gate.admit(replace(asked(gate.nonce()), address=address))
