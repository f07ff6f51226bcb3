"""A certificate is believed by the time that is known, never by none and never by the machine's clock."""

import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sync.errors import Fault, LocalFault, Trouble, Unreachable
from sync.tls import Trust, context_for
from sync.transport import Channel, Limits
from tests.sync.certificates import MORNING, YEAR, Authority
from tests.sync.hostile import hostile, http, says

SHORT = Limits(connect_s=5.0, read_s=5.0, total_s=10.0)
CA, OTHER = Authority(), Authority()
DAY = timedelta(days=1)


def at(moment: datetime | None) -> Callable[[], int | None]:
    return lambda: None if moment is None else int(moment.timestamp() * 1000)


def outcome(
    context: ssl.SSLContext, pinned: str | None, now: datetime | None, *, is_key_known: bool = False
) -> Trouble | int:
    """The status of an answer, or what was wrong. No request must have come where anything was wrong."""
    with hostile(says(http("200 OK", b"{}")), context) as server:
        try:
            with Channel(server.url, Trust(pinned, at(now), is_key_known), limits=SHORT) as channel:
                return channel.request("GET", "/api/v1/time").status
        except Unreachable as error:
            assert server.requests == []
            return error.trouble


def test_a_certificate_of_the_pinned_authority_is_believed(tmp_path: Path) -> None:
    assert outcome(CA.context(tmp_path), CA.pem, MORNING) == 200


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (MORNING - 31 * DAY, Trouble.CERTIFICATE_TIME),
        (MORNING - 29 * DAY, 200),
        (MORNING + 29 * DAY, 200),
        (MORNING + 31 * DAY, Trouble.CERTIFICATE_TIME),
        (MORNING - YEAR, Trouble.CERTIFICATE_TIME),
        (None, 200),  # to ask for the time alone: the caller sees to that
    ],
)
def test_its_time_is_judged_by_the_time_that_is_known(
    tmp_path: Path, now: datetime | None, expected: Trouble | int
) -> None:
    assert outcome(CA.context(tmp_path), CA.pem, now) == expected


def test_the_machines_own_clock_is_not_asked(tmp_path: Path) -> None:
    """A certificate of next century: OpenSSL's own check would refuse it today."""
    begins, ends = MORNING + 100 * YEAR, MORNING + 101 * YEAR
    far = Authority(begins=begins, ends=ends)
    context = far.context(tmp_path, begins=begins, ends=ends)
    assert outcome(context, far.pem, begins + DAY) == 200
    assert outcome(context, far.pem, None) == 200
    assert outcome(context, far.pem, MORNING) is Trouble.CERTIFICATE_TIME


@pytest.mark.parametrize("now", [MORNING, None])
def test_another_authority_another_host_and_a_self_signed_one_are_never_believed(
    tmp_path: Path, now: datetime | None
) -> None:
    assert outcome(OTHER.context(tmp_path), CA.pem, now) is Trouble.CERTIFICATE
    assert outcome(CA.context(tmp_path, host="127.0.0.2"), CA.pem, now) is Trouble.CERTIFICATE_NAME
    assert outcome(CA.context(tmp_path, host="central.example"), CA.pem, now) is Trouble.CERTIFICATE_NAME
    alone = Authority("127.0.0.1")
    assert outcome(alone.context(tmp_path), CA.pem, now) is Trouble.CERTIFICATE


def test_the_whole_chain_is_judged(tmp_path: Path) -> None:
    below = Authority("below", ends=MORNING + DAY, above=CA)
    context = below.context(tmp_path)
    assert outcome(context, CA.pem, MORNING) == 200
    assert outcome(context, CA.pem, MORNING + 2 * DAY) is Trouble.CERTIFICATE_TIME
    assert outcome(context, below.pem, MORNING) == 200  # an authority below another may be pinned itself


def test_the_authorities_of_the_machine_are_not_trusted_beside_the_pinned_one() -> None:
    assert len(context_for(Trust(CA.pem, at(MORNING))).get_ca_certs()) == 1


def test_what_requests_brings_along_is_not_trusted(tmp_path: Path) -> None:
    with hostile(says(http("200 OK", b"{}")), CA.context(tmp_path)) as server:
        channel = Channel(server.url, Trust(CA.pem, at(MORNING)), limits=SHORT)
        with channel:
            channel.request("GET", "/")
        adapter = channel._session.get_adapter(server.url)
        assert len(adapter._context.get_ca_certs()) == 1  # type: ignore[attr-defined]


def test_a_private_authority_that_is_not_pinned_is_not_believed(tmp_path: Path) -> None:
    assert outcome(CA.context(tmp_path), None, MORNING) is Trouble.CERTIFICATE


def test_without_a_clock_and_without_a_pin_it_waits(tmp_path: Path) -> None:
    assert outcome(CA.context(tmp_path), None, None) is Trouble.CLOCK


def test_without_a_clock_the_machines_authorities_are_trusted_to_ask_a_known_key_for_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.write_text(CA.pem, encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(authorities))
    for authority, expected in ((CA, 200), (OTHER, Trouble.CERTIFICATE)):
        found = outcome(authority.context(tmp_path), None, None, is_key_known=True)
        assert found == expected
    assert outcome(CA.context(tmp_path), None, MORNING + YEAR, is_key_known=True) is Trouble.CERTIFICATE_TIME


def test_plain_text_behind_https_is_told_apart() -> None:
    with hostile(says(http("200 OK", b"{}"))) as server:
        channel = Channel(server.url.replace("http:", "https:"), Trust(CA.pem, at(MORNING)), limits=SHORT)
        with channel, pytest.raises(Unreachable) as found:
            channel.request("GET", "/")
    assert found.value.trouble is Trouble.TLS


@pytest.mark.parametrize("pinned", ["", "nonsense", CA.pem[:200], "-----BEGIN CERTIFICATE-----\n!\n"])
def test_what_is_no_certificate_cannot_be_pinned(pinned: str) -> None:
    with pytest.raises(LocalFault) as found:
        context_for(Trust(pinned, at(MORNING)))
    assert found.value.fault is Fault.CA
