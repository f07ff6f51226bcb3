"""Whoever has another certificate than the right one hears nothing and changes nothing, even with central's own key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from ssl import SSLContext

import pytest

from sync.enrolling import enrol
from sync.errors import Trouble, Unreachable
from sync.once import deliver
from sync.tickets import ticket
from tests.sync.certificates import MORNING, YEAR, Authority
from tests.sync.reference import CODE, Reference, serving
from tests.sync.world import clock_of, entries, settings, state, votes

DAY = timedelta(days=1)


@dataclass
class Bearer:
    """Somebody with a certificate.

    Attributes:
        context: Makes what is listened with, from the true authority and a folder.
        trouble: What is wrong with it.
    """

    context: Callable[[Authority, Path], SSLContext]
    trouble: Trouble


BEARERS = {
    "expired": Bearer(lambda ca, to: ca.context(to, ends=MORNING - DAY), Trouble.CERTIFICATE_TIME),
    "not yet valid": Bearer(lambda ca, to: ca.context(to, begins=MORNING + DAY), Trouble.CERTIFICATE_TIME),
    "a year ahead": Bearer(
        lambda ca, to: ca.context(to, begins=MORNING + YEAR, ends=MORNING + 2 * YEAR),
        Trouble.CERTIFICATE_TIME,
    ),
    "other host": Bearer(lambda ca, to: ca.context(to, host="127.0.0.2"), Trouble.CERTIFICATE_NAME),
    "other name": Bearer(lambda ca, to: ca.context(to, host="central.example"), Trouble.CERTIFICATE_NAME),
    "other authority": Bearer(lambda _, to: Authority().context(to), Trouble.CERTIFICATE),
    "below another": Bearer(
        lambda _, to: Authority("below", above=Authority()).context(to), Trouble.CERTIFICATE
    ),
    "self-signed": Bearer(lambda _, to: Authority("127.0.0.1").context(to), Trouble.CERTIFICATE),
}


@pytest.mark.parametrize("name", BEARERS)
@pytest.mark.parametrize("new_boot", [False, True])
def test_the_wrong_certificate_stops_everything_until_the_right_one_is_back(
    tmp_path: Path, name: str, new_boot: bool
) -> None:
    """In a new boot no time is known yet: then that of a certificate cannot be judged before central is asked."""
    where, central, authority = settings(tmp_path / "data"), Reference(), Authority()
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.mkdir()
    wrong.mkdir()
    with serving(central, authority.context(right)):
        enrol(where, ticket(central.url, CODE), where.place.key_or_new(), authority.pem)
        port = int(central.url.rpartition(":")[2])
    votes(where, 2)
    if new_boot:
        clock_of(where).reboot("another")
        votes(where, 1)
    bearer = BEARERS[name]
    before, stored = state(where.place.database), len(entries(where))
    with (
        serving(
            Reference(key=central.key, device_key=central.device_key), bearer.context(authority, wrong), port
        ) as forger,
        pytest.raises(Unreachable) as found,
    ):
        deliver(where)
    assert found.value.trouble is bearer.trouble
    assert all(path.startswith("/api/v1/time") for path in forger.served)
    assert forger.served == [] or (new_boot and bearer.trouble is Trouble.CERTIFICATE_TIME)
    assert state(where.place.database) == before
    assert "rating" not in [entry.kind for entry in entries(where)[stored:]]
    with serving(central, authority.context(right), port=port):
        assert deliver(where).waiting.votes == 0
    (held,) = central.ledgers.values()
    assert held == entries(where)[: len(held)]
