"""So many a second for each address, and one address's haste is no other's."""

import pytest

from sync.pull import limits
from sync.pull.limits import Bucket, site
from tests.kiosk.fakes import FakeClock


def test_so_many_at_once_and_so_many_a_second() -> None:
    clock = FakeClock()
    bucket = Bucket(20, clock.boottime_ns)
    assert sum(bucket.take("192.0.2.1") for _ in range(50)) == 20
    clock.advance(0.5)
    assert sum(bucket.take("192.0.2.1") for _ in range(50)) == 10
    clock.advance(3600)
    assert sum(bucket.take("192.0.2.1") for _ in range(50)) == 20


def test_one_a_second_is_one() -> None:
    clock = FakeClock()
    bucket = Bucket(1, clock.boottime_ns)
    taken = []
    for _ in range(30):
        taken.append(bucket.take("192.0.2.1"))
        clock.advance(0.1)
    assert sum(taken) == 3


def test_addresses_do_not_share() -> None:
    bucket = Bucket(1, FakeClock().boottime_ns)
    assert bucket.take("192.0.2.1")
    assert bucket.take("192.0.2.2")
    assert not bucket.take("192.0.2.1")


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_all_of_an_ipv6_network_is_one_caller(address: str, whose: str) -> None:
    assert site(address) == whose


def test_no_more_addresses_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_ADDRESSES", 10)
    bucket = Bucket(1, FakeClock().boottime_ns)
    for n in range(200):
        assert bucket.take(f"198.51.100.{n}")
    assert len(bucket._next_ns) == 10
