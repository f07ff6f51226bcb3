"""Two copies of one terminal: what is held of the first stays, and one alarm tells of both."""

from dataclasses import replace

import pytest

from central import clock
from central.ingest import contradiction
from central.ingest.errors import OtherHistory
from central.models import Alarm, AlarmKind
from tests.central.delivered import Delivered
from tests.central.ingest.test_ingest import begun


def test_of_two_copies_that_both_live_only_so_much_evidence_is_kept(
    terminal: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contradiction, "MOST_EVIDENCE", 2)
    chain = begun(terminal)
    put_back = replace(chain, entries=chain.entries[:4])
    terminal.send()
    for _ in range(4):
        put_back.rate(5)
        with pytest.raises(OtherHistory):
            terminal.send(put_back.batch(4))
    assert Alarm.objects.get().evidence.count() == 2


def test_a_history_that_goes_on_after_another_was_seen_is_a_clone(terminal: Delivered) -> None:
    chain = begun(terminal)
    copied = replace(chain, entries=chain.entries[:])
    terminal.send()
    copied.rate(1)
    chain.rate(2)
    terminal.send()
    with pytest.raises(OtherHistory):
        terminal.send(copied.batch(6))
    assert {alarm.kind for alarm in Alarm.objects.all()} == {AlarmKind.FORK}
    chain.rate(2)
    terminal.send()
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.detail["ledgers"]) == (AlarmKind.CLONE, [chain.ledger_id.hex()])
    assert alarm.evidence.count() == 1
    copied.rate(4)
    with pytest.raises(OtherHistory):
        terminal.send(copied.batch(6))
    chain.rate(2)
    terminal.send()
    assert Alarm.objects.get().evidence.count() == 2  # it is told already
    Alarm.objects.update(closed_at=clock.now())
    chain.rate(2)
    terminal.send()
    assert not Alarm.objects.filter(closed_at=None).exists()
    copied.rate(3)
    with pytest.raises(OtherHistory):
        terminal.send(copied.batch(6))
    chain.rate(2)
    terminal.send()
    assert Alarm.objects.filter(closed_at=None, kind=AlarmKind.CLONE).exists()
