"""A terminal without a clock, and a server behind an authority that every machine trusts."""

from pathlib import Path

import pytest

from sync.contact import Settings
from sync.errors import Trouble, Unreachable, WrongCentral
from sync.once import deliver
from tests.sync.certificates import MORNING, YEAR, Authority
from tests.sync.reference import Reference, serving
from tests.sync.test_enrolling import STRANGER, ask, nothing_kept
from tests.sync.world import clock_of, votes


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this machine trusts."""
    found, file = Authority(), tmp_path / "authorities.pem"
    file.write_text(found.pem, encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return found


def test_a_public_authority_needs_no_clock_where_the_ticket_names_central_s_key_nor_after_the_next_start(
    where: Settings, tmp_path: Path, public: Authority
) -> None:
    central = Reference()
    with serving(central, public.context(tmp_path)):
        ask(where, central, pin=central.key.public.key_id)
        votes(where, 1)
        clock_of(where).reboot("another boot")
        assert deliver(where).waiting.votes == 0
    expired = public.context(tmp_path, ends=MORNING - YEAR / 365)
    with serving(central, expired, port=int(central.url.rpartition(":")[2])):
        votes(where, 1)
        clock_of(where).reboot("a third boot")
        with pytest.raises(Unreachable) as found:
            deliver(where)
    assert found.value.trouble is Trouble.CERTIFICATE_TIME


def test_another_key_than_the_ticket_s_is_not_believed_through_a_public_authority_without_a_clock(
    where: Settings, tmp_path: Path, public: Authority
) -> None:
    with serving(Reference(), public.context(tmp_path)) as central, pytest.raises(WrongCentral):
        ask(where, central, pin=STRANGER.public.key_id)
    assert nothing_kept(where)
