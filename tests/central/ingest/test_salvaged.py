"""Ledgers that replace others: what they bring over counts once, and when an administrator has admitted them."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from central import codes
from central.counting.admit import admit
from central.counting.rows import Owner
from central.enrolment import Applicant, enrol
from central.flags import Flag
from central.models import Alarm, AlarmKind, AuditLog, HourlyCount, Ledger, Rating, Salvaged
from kiosk.ledger.chain import GENESIS
from kiosk.messages.statements import Checkpoint
from tests.central.chains import Chain
from tests.central.delivered import Delivered


def counted() -> Counter[tuple[int, int]]:
    """Level and whether it was salvaged."""
    rows = Rating.objects.filter(counted=True)
    found = Counter((row.level, int(row.flags & Flag.SALVAGED)) for row in rows)
    assert sum(row.n for row in HourlyCount.objects.all()) == found.total()
    return found


def begun(terminal: Delivered) -> Chain:
    chain = terminal.chain
    chain.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    for level in (1, 2, 3, 4):
        chain.rate(level)
    return chain


def replaced(terminal: Delivered, brought: int = 5) -> Chain:
    new, old = terminal.successor(), terminal.chain
    new.boot(
        continues={"file": "x", "reason": "damaged", "ledger": old.ledger_id.hex(), "seq": len(old.entries)}
    )
    new.carry(old, old.entries[-brought:])
    return new


def admitted(terminal: Delivered, chain: Chain) -> None:
    assert admit(Owner(terminal.device.pk, chain.ledger_id), "somebody")


def test_a_ledger_that_nobody_announced_is_kept_signed_for_and_waits(terminal: Delivered) -> None:
    begun(terminal)
    new = replaced(terminal)
    new.configure(1)
    new.rate(5)
    assert terminal.send(chain=new)
    assert counted() == {}
    assert Alarm.objects.get().kind == AlarmKind.LEDGER
    ledger = Ledger.objects.get(ledger_id=new.ledger_id)
    assert (ledger.admitted, bytes(ledger.continues_ledger or b""), ledger.continues_seq) == (
        False,
        terminal.chain.ledger_id,
        5,
    )


def test_what_it_brings_counts_once_when_it_is_admitted(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 3))
    new = replaced(terminal)
    new.configure(1)
    new.rate(5)
    terminal.send(chain=new)
    assert counted() == {(1, 0): 1, (2, 0): 1}
    admitted(terminal, new)
    assert counted() == {(1, 0): 1, (2, 0): 1, (3, 1): 1, (4, 1): 1, (5, 0): 1}
    assert not Alarm.objects.filter(closed_at=None).exists()
    assert AuditLog.objects.filter(action="admit", actor="somebody").exists()
    assert not admit(Owner(terminal.device.pk, new.ledger_id), "somebody else")


def test_what_comes_after_the_admission_counts_as_it_comes(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 3))
    new = replaced(terminal)
    terminal.send(new.batch(0, 1), chain=new)
    admitted(terminal, new)
    for after in range(1, len(new.entries)):
        terminal.send(new.batch(after, after + 1), chain=new)
    assert counted() == {(1, 0): 1, (2, 0): 1, (3, 1): 1, (4, 1): 1}


def test_what_comes_directly_after_all_is_salvaged_no_more(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 2))
    new = replaced(terminal)
    terminal.send(chain=new)
    admitted(terminal, new)
    assert counted() == {(1, 0): 1, (2, 1): 1, (3, 1): 1, (4, 1): 1}
    terminal.send(chain.batch(2, 4))
    assert counted() == {(1, 0): 1, (2, 0): 1, (3, 0): 1, (4, 1): 1}
    assert Alarm.objects.filter(kind=AlarmKind.CLONE).exists()


def test_the_same_entry_brought_by_two_ledgers_counts_once(terminal: Delivered) -> None:
    begun(terminal)
    first = replaced(terminal)
    second = terminal.successor()
    second.boot(continues={"file": "y", "reason": "damaged", "ledger": first.ledger_id.hex(), "seq": 6})
    second.carry(first)
    for new in (first, second):
        terminal.send(chain=new)
        admitted(terminal, new)
    assert counted() == {(1, 1): 1, (2, 1): 1, (3, 1): 1, (4, 1): 1}
    assert Salvaged.objects.filter(ledger_id=terminal.chain.ledger_id).count() == 10


def test_what_was_altered_on_the_way_is_kept_and_not_counted(terminal: Delivered) -> None:
    chain = begun(terminal)
    new = replaced(terminal)
    body = json.loads(new.entries[2].payload)
    forged = terminal.successor()
    forged.boot()
    forged.carry(chain, chain.entries[:1])
    forged.add("salvaged", body | {"stored": "eyJsZXZlbCI6NX0="})
    forged.add("salvaged", body | {"hash": "00" * 32})
    terminal.send(chain=forged)
    admitted(terminal, forged)
    assert counted() == {}
    assert Ledger.objects.get(ledger_id=forged.ledger_id).uncountable == 2


def test_both_histories_of_a_ledger_that_was_put_back_count(terminal: Delivered) -> None:
    chain = begun(terminal)
    put_back = replace(chain, entries=chain.entries[:3])
    terminal.send()
    put_back.reboot()
    put_back.rate(5)
    put_back.rate(5)
    terminal.chain = put_back
    new = replaced(terminal, brought=2)
    terminal.send(chain=new)
    admitted(terminal, new)
    assert counted() == {(1, 0): 1, (2, 0): 1, (3, 0): 1, (4, 0): 1, (5, 1): 2}


def test_nothing_can_be_admitted_that_is_not_held(terminal: Delivered) -> None:
    with pytest.raises(LookupError):
        admit(Owner(terminal.device.pk, bytes(16)), "somebody")


def test_a_ledger_that_waited_counts_when_its_terminal_is_enrolled_with_it(terminal: Delivered) -> None:
    """A card that was moved to another board delivers before the technician has come with a new code."""
    begun(terminal)
    new = replaced(terminal)
    new.rate(5)
    terminal.send(chain=new)
    assert counted() == {}
    code = codes.make(terminal.device, accept=True).text
    checkpoint = new.key.sign(Checkpoint(new.ledger_id, 0, GENESIS).text())
    enrol(code, Applicant(new.key.public, new.ledger_id, checkpoint, "", ""))
    assert counted() == {(level, Flag.SALVAGED): 1 for level in (1, 2, 3, 4)}
    assert Alarm.objects.get(kind=AlarmKind.LEDGER).closed_at is not None
    new.configure(2, terminal.device.counter.unit_id, terminal.device.counter_id)
    new.rate(5)
    terminal.send(chain=new)
    assert counted()[5, 0] == 1
