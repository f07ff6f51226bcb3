"""The evolving tag: what it vouches for, what it does not, and what comes of that."""

import secrets

import msgspec
import pytest

from central import clock
from central.counting import recount
from central.counting.admit import admit
from central.counting.rows import Owner
from central.flags import Flag
from central.models import Alarm, AlarmKind, EvolvingKey, HourlyCount, Ledger, Rating, TagState
from kiosk.ledger import evolve
from tests.central.chains import Chain
from tests.central.delivered import Delivered


def begun(terminal: Delivered) -> Chain:
    chain = terminal.chain
    chain.boot()
    chain.enrol(terminal.first_key)
    chain.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    chain.rate(1)
    return chain


def state(chain: Chain) -> str:
    return Ledger.objects.get(ledger_id=chain.ledger_id).tag_state


def flagged() -> dict[int, int]:
    return {row.seq: row.flags & Flag.TAG_BROKEN for row in Rating.objects.order_by("seq")}


def test_a_right_tag_vouches_for_everything_before_it(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send()
    assert state(chain) == TagState.GOOD
    for _ in range(3):
        chain.rate(2)
    terminal.send(chain.batch(4, 6))
    assert state(chain) == TagState.PENDING
    terminal.send()
    assert state(chain) == TagState.GOOD
    assert not Alarm.objects.exists()


def test_a_stripped_tag_stays_pending(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(tag=False))
    assert state(chain) == TagState.PENDING


def test_a_tag_may_come_later_for_what_is_held_already(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(tag=False))
    terminal.send(chain.batch(4))
    assert state(chain) == TagState.GOOD


def test_before_an_enrolment_there_is_no_tag(terminal: Delivered) -> None:
    terminal.chain.boot()
    terminal.send()
    assert state(terminal.chain) == TagState.NONE


@pytest.mark.parametrize("cut", [False, True])
def test_entries_that_were_rewritten_since_the_last_tag_are_kept_flagged_and_told_of(
    terminal: Delivered, cut: bool
) -> None:
    """Somebody with the signing key and the key of now, but none of the past."""
    chain = begun(terminal)
    terminal.send()
    stolen = chain.evolving
    assert stolen is not None
    chain.evolving = evolve.begin(secrets.token_bytes(32), 5)
    rewritten = chain.rate(5)
    chain.evolving = evolve.Evolving(5, stolen.after(bytes(32)).key, chain.evolving.tag)
    chain.rate(5)
    if cut:
        terminal.send(chain.batch(4, 5))
    terminal.send()
    assert state(chain) == TagState.BROKEN
    assert Alarm.objects.get().kind == AlarmKind.TAG
    assert flagged() == {4: 0, rewritten.seq: Flag.TAG_BROKEN, 6: Flag.TAG_BROKEN}
    chain.rate(3)
    terminal.send()
    assert flagged()[7] == Flag.TAG_BROKEN
    assert sum(row.n for row in HourlyCount.objects.all()) == 4


def test_a_tag_that_was_damaged_on_its_way_is_forgiven_by_the_next_one(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send()
    chain.rate(2)
    genuine = chain.batch(4)
    terminal.send(msgspec.structs.replace(genuine, tag="00" * 32))
    assert state(chain) == TagState.BROKEN
    assert flagged() == {4: 0, 5: Flag.TAG_BROKEN}
    chain.rate(3)
    terminal.send(chain.batch(5, tag=False))
    assert flagged() == {4: 0, 5: Flag.TAG_BROKEN, 6: Flag.TAG_BROKEN}
    terminal.send(genuine)  # it says nothing of what came after it
    assert state(chain) == TagState.BROKEN
    chain.rate(4)
    terminal.send()
    assert state(chain) == TagState.GOOD
    assert flagged() == {4: 0, 5: 0, 6: 0, 7: 0}
    assert Alarm.objects.get().closed_at is not None
    assert recount.check(terminal.device.pk) == []


def test_the_tag_alone_again_ends_the_doubt(terminal: Delivered) -> None:
    chain = begun(terminal)
    batch = chain.batch()
    terminal.send(msgspec.structs.replace(batch, tag="00" * 32))
    terminal.send(batch)
    assert state(chain) == TagState.GOOD
    assert flagged() == {4: 0}
    assert recount.check(terminal.device.pk) == []


def test_a_new_enrolment_ends_the_doubt(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send()
    assert chain.evolving is not None
    chain.evolving = chain.evolving.after(b"lost")
    chain.rate(2)
    terminal.send()
    another = secrets.token_bytes(32)
    EvolvingKey.objects.create(
        device=terminal.device,
        first_key=another,
        evolve_check=evolve.check_of(another),
        created_at=clock.now(),
    )
    chain.enrol(another)
    chain.rate(3)
    terminal.send()
    assert state(chain) == TagState.GOOD
    assert flagged() == {4: 0, 5: Flag.TAG_BROKEN, 7: 0}


def test_an_enrolment_with_a_key_that_central_never_gave_changes_nothing(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send()
    before = chain.evolving
    chain.enrol(secrets.token_bytes(32))
    chain.rate(5)
    terminal.send()
    assert before is not None
    assert state(chain) == TagState.BROKEN


@pytest.mark.parametrize("known", [2, 4, 9])
def test_the_key_goes_on_in_a_ledger_that_replaces_another(terminal: Delivered, known: int) -> None:
    """However much of the old one is held: less than the terminal knew, as much, or more."""
    chain = begun(terminal)
    while len(chain.entries) < known:
        chain.rate(2)
    remembered = chain.evolving
    for _ in range(3):
        chain.rate(3)
    assert remembered is not None
    terminal.send(chain.batch(0, 5))
    new = terminal.successor()
    new.evolving = remembered.for_new_ledger(new.ledger_id)
    new.boot(
        continues={"file": "x", "reason": "damaged", "ledger": chain.ledger_id.hex(), "seq": remembered.seq}
    )
    new.rate(5)
    terminal.send(chain=new)
    assert state(new) == TagState.GOOD
    newest = terminal.successor()
    assert new.evolving is not None
    newest.evolving = new.evolving.for_new_ledger(newest.ledger_id)
    newest.boot(continues={"file": "y", "reason": "damaged", "ledger": new.ledger_id.hex(), "seq": 2})
    terminal.send(chain=newest)
    assert state(newest) == TagState.GOOD


def test_what_a_doubtful_ledger_brought_over_is_doubtful(terminal: Delivered) -> None:
    chain = begun(terminal)
    chain.rate(4)
    terminal.send(chain.batch(0, 4))
    new = terminal.successor()
    assert chain.evolving is not None
    new.evolving = chain.evolving.for_new_ledger(new.ledger_id)
    new.boot(continues={"file": "x", "reason": "damaged", "ledger": chain.ledger_id.hex(), "seq": 5})
    new.carry(chain)
    terminal.send(new.batch(tag=False), chain=new)
    admit(Owner(terminal.device.pk, new.ledger_id), "somebody")
    assert flagged() == {4: 0, 5: 0}
    new.evolving = new.evolving.after(b"lost")
    new.boot()
    terminal.send(chain=new)
    assert flagged() == {4: 0, 5: Flag.TAG_BROKEN}


@pytest.mark.parametrize("seq", [1 << 62, 5_000_000])
def test_a_key_is_not_followed_for_ever(terminal: Delivered, seq: int) -> None:
    begun(terminal)
    terminal.send()
    new = terminal.successor()
    new.boot(continues={"file": "x", "reason": "r", "ledger": terminal.chain.ledger_id.hex(), "seq": seq})
    terminal.send(chain=new)
    assert state(new) == TagState.NONE
