"""What comes from outside is done by the ledger's thread when no vote waits, and never costs one."""

import queue
import threading
from pathlib import Path
from typing import Any

import pytest

from kiosk.faults import FaultCode
from kiosk.ledger.answers import Available, Broke, Configured, Stored
from kiosk.ledger.errors import StoreFailed
from kiosk.ledger.kinds import Kind
from kiosk.ledger.office import Office
from kiosk.ledger.store import Ledger
from kiosk.ledger.writer import Patience
from kiosk.messages import wire
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import STATEMENT, Central, revised
from tests.kiosk.ledger.terminal import PATIENCE_S, stored, vote
from tests.kiosk.ledger.told import running


def test_messages_are_answered_and_change_the_ledger(folder: Path, central: Central) -> None:
    with running(folder) as told:
        assert told.asked(central.enrolment()) == wire.Done()
        told.stored_vote()
        head = told.asked(wire.GetHead())
        assert isinstance(head, wire.Head)
        assert head.tag is not None
    assert head.hash in [entry.hash.hex() for entry in stored(folder)]
    # (The check at the start writes its own entry whenever it is done.)
    kinds = [entry.kind for entry in stored(folder) if entry.kind != Kind.VERIFIED]
    assert kinds == ["boot", "enrolled", "config", "rating", "shutdown"]


def test_votes_come_first_however_many_messages_wait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is being worked on while more of them and then a vote come: the vote is next."""
    entered, go_on, order = threading.Event(), threading.Event(), []
    handle = Office.handle

    def slow(self: Office, request: wire.Request) -> wire.Answer:
        order.append("message")
        entered.set()
        assert go_on.wait(PATIENCE_S)
        return handle(self, request)

    monkeypatch.setattr(Office, "handle", slow)
    with running(folder) as told:
        told.wait(Available)
        answers: queue.SimpleQueue[wire.Answer] = queue.SimpleQueue()
        for _ in range(5):
            told.writer.ask(wire.GetHead(), answers.put)
        assert entered.wait(PATIENCE_S)
        append = Ledger.append

        def noted(self: Ledger, entries: Any) -> None:  # noqa: ANN401
            order.extend(entry.kind for entry in entries if entry.kind == Kind.RATING)
            append(self, entries)

        monkeypatch.setattr(Ledger, "append", noted)
        told.writer.submit(7, (vote(),))
        told.writer.submit(8, (vote(),))
        go_on.set()
        told.wait(Stored, lambda event: event.ref == 8)
        assert [answers.get(timeout=PATIENCE_S) for _ in range(5)]
    assert order == ["message", "rating", "rating", *["message"] * 4]


def test_every_message_that_came_before_the_end_is_answered(folder: Path) -> None:
    answers: queue.SimpleQueue[wire.Answer] = queue.SimpleQueue()
    with running(folder) as told:
        for _ in range(20):
            told.writer.ask(wire.GetHead(), answers.put)
    assert answers.qsize() == 20


def test_a_message_that_a_full_disk_refuses_is_told_to_come_later_and_the_vote_is_not_promised(
    folder: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFailed(FaultCode.DISK_FULL, "full")

    with running(folder, patience=Patience(probe_s=0.05, look_s=60)) as told:
        told.asked(central.enrolment())
        monkeypatch.setattr(Ledger, "append", full)
        assert isinstance(told.asked(wire.PutConfig(central.config(revised(2)))), wire.Later)
        told.wait(Broke)
        assert isinstance(told.asked(wire.GetHead()), wire.Later)
        after = len(told.events)
        monkeypatch.undo()
        told.wait(Available, after=after)
        assert told.asked(wire.PutConfig(central.config(revised(2)))) == wire.Done()
        told.stored_vote()


def test_a_mistake_of_ours_in_a_message_costs_that_message(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> wire.Answer:
        raise ZeroDivisionError

    with running(folder) as told:
        told.wait(Available)
        monkeypatch.setattr(Office, "_head", broken)
        assert isinstance(told.asked(wire.GetHead()), wire.Refused)
        monkeypatch.undo()
        assert isinstance(told.asked(wire.GetHead()), wire.Head)
        told.stored_vote()


def test_news_name_the_last_entry_and_say_whether_it_is_urgent(
    folder: Path, clock: FakeClock, central: Central
) -> None:
    with running(folder, clock, Patience(look_s=60)) as told:
        told.wait(Available)
        told.until(lambda: any(entry.kind == Kind.VERIFIED for entry in stored(folder)))
        told.asked(central.enrolment())
        entry = told.stored_vote()
        told.until(lambda: told.news[-1].seq == entry.seq)
        assert told.news[-1].urgent
        nonce = told.asked(wire.GetNonce())
        assert isinstance(nonce, wire.Nonce)
        told.asked(wire.PutAnchor(central.time(nonce.nonce)))
        told.until(lambda: told.news[-1].seq > entry.seq)
        assert not told.news[-1].urgent


def test_what_central_configures_is_told_at_the_start_and_when_it_changes(
    folder: Path, central: Central
) -> None:
    with running(folder) as told:
        assert told.wait(Configured) == Configured(None)
        told.asked(central.enrolment())
        told.wait(Configured, lambda event: event.statement == STATEMENT)
        told.asked(wire.GetHead())
        told.asked(wire.PutConfig(central.config(revised(2))))
        told.wait(Configured, lambda event: event.statement == revised(2))
        assert sum(isinstance(event, Configured) for event in told.events) == 3
    with running(folder) as told:
        assert told.wait(Configured) == Configured(revised(2))


def test_the_anchor_of_a_synchronised_clock_comes_by_itself_and_once(folder: Path, clock: FakeClock) -> None:
    clock.synced = True
    with running(folder, clock) as told:
        told.until(lambda: any(not news.urgent for news in told.news))
        for _ in range(3):
            told.stored_vote()
    assert [entry.kind for entry in stored(folder)].count(Kind.CLOCK_ANCHOR) == 1
