"""Each nonce is good once, for a while, in the process that gave it out; memory stays small whatever comes."""

import pytest

from sync.pull import nonces
from sync.pull.nonces import GOOD_FOR_S, BadNonce, Nonces
from tests.kiosk.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def given(clock: FakeClock) -> Nonces:
    return Nonces(clock.boottime_ns)


def test_a_nonce_is_good_once(given: Nonces) -> None:
    nonce = given.make()
    given.redeem(nonce)
    with pytest.raises(BadNonce, match="used"):
        given.redeem(nonce)


def test_a_nonce_grows_old(given: Nonces, clock: FakeClock) -> None:
    early, late = given.make(), given.make()
    clock.advance(GOOD_FOR_S)
    given.redeem(early)
    clock.advance(0.001)
    with pytest.raises(BadNonce, match="older"):
        given.redeem(late)


@pytest.mark.parametrize("nonce", ["", "x", "AAAA", "é", "A" * 43, "A" * 200])
def test_what_was_not_given_out_here_is_none(given: Nonces, nonce: str) -> None:
    with pytest.raises(BadNonce):
        given.redeem(nonce)


def test_nor_is_another_process_s(given: Nonces, clock: FakeClock) -> None:
    with pytest.raises(BadNonce):
        given.redeem(Nonces(clock.boottime_ns).make())


def test_nor_one_that_was_changed(given: Nonces) -> None:
    nonce = given.make()
    for place in range(len(nonce) - 1):  # the last character has bits that nobody reads
        other = "A" if nonce[place] != "A" else "B"
        with pytest.raises(BadNonce):
            given.redeem(nonce[:place] + other + nonce[place + 1 :])
    given.redeem(nonce)


def test_memory_stays_small_and_no_used_nonce_becomes_good_again(
    given: Nonces, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonces, "MOST_USED", 100)
    used = []
    for _ in range(450):
        clock.advance(0.01)
        used.append(given.make())
        given.redeem(used[-1])
    assert len(given._used) <= 100
    for nonce in used:
        with pytest.raises(BadNonce):
            given.redeem(nonce)
    given.redeem(given.make())
