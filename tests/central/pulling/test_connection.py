"""A terminal is known by its key: another certificate, a redirect or a flood of bytes is nobody's answer."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from central.pulling.client import DeviceClient
from central.pulling.guard import Target
from sync import keys
from sync.errors import Refused, Trouble, Unreachable
from sync.keys import SigningKey
from sync.pull.certificate import Certificate, certificate_of
from sync.transport import Limits
from tests.sync.certificates import Authority
from tests.sync.hostile import Behaviour, Hostile, Slow, hostile, http, nothing, says, unused_port

DEVICE, CENTRAL = keys.generate("device"), keys.generate("central")


@contextmanager
def asking(server: Hostile, *known: SigningKey) -> Iterator[DeviceClient]:
    where = Target(f"https://127.0.0.1:{server.port}", ip_address("127.0.0.1"), server.port)
    known_keys = [key.public for key in known or (DEVICE,)]
    with DeviceClient(where, known_keys, CENTRAL, sleep=lambda _s: None) as client:
        yield client


def trouble(behave: Behaviour, context: ssl.SSLContext | None = None) -> Trouble:
    with (
        hostile(behave, context or Certificate(DEVICE).context) as server,
        asking(server) as client,
        pytest.raises(Unreachable) as found,
    ):
        client.status()
    return found.value.trouble


STATUS = (
    b'{"checkpoint":"c","config_revision":0,"program":"p","waiting":0,"pull":null,"device":null,"public_key":"'
    + b"a" * 64
    + b'"}'
)
GOOD = http("200 OK", STATUS, "Connection: close")


def test_the_terminal_s_own_key_is_good() -> None:
    with hostile(says(GOOD), Certificate(DEVICE).context) as server, asking(server) as client:
        assert client.status().program == "p"


def test_one_of_several_keys_is_good_while_a_terminal_changes_its_key() -> None:
    with (
        hostile(says(GOOD), Certificate(DEVICE).context) as server,
        asking(server, keys.generate("device"), DEVICE) as client,
    ):
        assert client.status().program == "p"


def test_a_certificate_of_another_key_is_another_machine_and_hears_nothing() -> None:
    with (
        hostile(says(GOOD), Certificate(keys.generate("device")).context) as server,
        asking(server) as client,
    ):
        with pytest.raises(Unreachable, match="none of this terminal's") as found:
            client.status()
        assert server.requests == []
    assert found.value.trouble is Trouble.TLS


def test_a_certificate_that_changes_between_two_connections_is_noticed() -> None:
    certificate = Certificate(DEVICE)
    with hostile(says(GOOD), certificate.context) as server, asking(server) as client:
        client.status()
        certificate.follow(keys.generate("device"))
        with pytest.raises(Unreachable, match="none of this terminal's"):
            client.status()


def test_the_certificate_of_a_public_authority_is_none_of_ours(tmp_path: Path) -> None:
    assert trouble(says(GOOD), Authority().context(tmp_path)) is Trouble.TLS


def test_the_right_certificate_without_its_key_does_not_help(tmp_path: Path) -> None:
    stolen = tmp_path / "stolen.pem"
    stolen.write_bytes(certificate_of(DEVICE))
    with pytest.raises(ssl.SSLError):
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(stolen)


@pytest.mark.parametrize(
    "to", ["https://127.0.0.1:{port}/v1/status", "http://169.254.169.254/latest", "/elsewhere"]
)
def test_a_redirect_is_not_followed(to: str) -> None:
    with hostile(nothing) as elsewhere:
        answer = http("307 Temporary Redirect", b"", f"Location: {to.format(port=elsewhere.port)}")
        assert trouble(says(answer)) is Trouble.REDIRECT
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", Trouble.CUT),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", Trouble.CUT),
        (http("200 OK", b"{}"), Trouble.NOT_CENTRAL),
        (http("200 OK", b"x" * (2 << 20)), Trouble.NOT_CENTRAL),
        (http("200 OK", b"not packed", "Content-Encoding: gzip"), Trouble.NOT_CENTRAL),
        (http("200 OK", STATUS, content_type="text/html"), Trouble.NOT_CENTRAL),
        (http("503 Service Unavailable", b""), Trouble.BUSY),
        (b"SSH-2.0-OpenSSH_9\r\n", Trouble.CUT),
    ],
)
def test_what_is_no_answer_is_none(answer: bytes, expected: Trouble) -> None:
    assert trouble(says(answer)) is expected


def test_a_terminal_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.pulling.client.PATIENCE", Limits(1.0, 1.0, 0.5, 1 << 20))
    assert trouble(Slow(GOOD, 0.05)) is Trouble.TIMEOUT


def test_nobody_there_is_told_apart() -> None:
    where = Target("https://127.0.0.1:1", ip_address("127.0.0.1"), unused_port())
    with DeviceClient(where, [DEVICE.public], CENTRAL) as client, pytest.raises(Unreachable) as found:
        client.status()
    assert found.value.trouble is Trouble.REFUSED


def test_what_always_says_401_is_not_asked_for_ever() -> None:
    body = b'{"status":401,"code":"401.1","title":"t","detail":"d"}'
    answer = http(
        "401 Unauthorized",
        body,
        "Hailong-Nonce: abc",
        "Connection: close",
        content_type="application/problem+json",
    )
    with hostile(says(answer), Certificate(DEVICE).context) as server, asking(server) as client:
        with pytest.raises(Refused):
            client.status()
        assert len(server.requests) == 4
