"""A ledger writer under test, with what it has told so far."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from kiosk.ledger.answers import News, NotStored, Stored, WriterEvent
from kiosk.ledger.chain import Entry
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft
from kiosk.ledger.writer import LedgerWriter, Patience
from kiosk.messages import wire
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import PATIENCE_S, vote

IMPATIENT = Patience(probe_s=0.05, salvage_s=0.001, look_s=0.05)

E = TypeVar("E", bound=WriterEvent)


class Running:
    """A running writer.

    Attributes:
        events: Everything it has told, in order.
        news: What it has told to those who listen at the socket.
    """

    def __init__(self, keeper: Keeper, patience: Patience) -> None:
        self.events: list[WriterEvent] = []
        self._changed = threading.Condition()
        self._refs = 0
        self.news: list[News] = []
        self.writer = LedgerWriter(keeper, self._post, patience, self.news.append)

    def _post(self, event: WriterEvent) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(self, kind: type[E], where: Callable[[E], bool] = lambda _: True, after: int = 0) -> E:
        """The first event of a kind (not among the first `after` ones), waited for."""

        def found() -> E | None:
            return next((e for e in self.events[after:] if isinstance(e, kind) and where(e)), None)

        with self._changed:
            assert self._changed.wait_for(lambda: found() is not None, PATIENCE_S), self.events
        event = found()
        assert event is not None
        return event

    def ask(self, *drafts: Draft) -> Stored | NotStored:
        """Submit, and the answer."""
        self._refs += 1
        ref = self._refs
        self.writer.submit(ref, drafts)
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self._answers(ref)), PATIENCE_S), self.events
        return self._answers(ref)[0]

    def _answers(self, ref: int) -> list[Stored | NotStored]:
        return [e for e in self.events if isinstance(e, Stored | NotStored) and e.ref == ref]

    def asked(self, request: wire.Request) -> wire.Answer:
        """Hand a message in, and its answer."""
        answers: queue.SimpleQueue[wire.Answer] = queue.SimpleQueue()
        self.writer.ask(request, answers.put)
        return answers.get(timeout=PATIENCE_S)

    def stored_vote(self, level: int = 4) -> Entry:
        """One vote, which must be stored."""
        answer = self.ask(vote(level))
        assert isinstance(answer, Stored), answer
        return answer.entries[0]

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that is seen from outside."""
        give_up = threading.Event()
        for _ in range(round(PATIENCE_S / 0.01)):
            if true():
                return
            give_up.wait(0.01)
        raise AssertionError(self.events)

    def answered_once(self) -> bool:
        """Whether every request has had one answer (a late one after a refusal apart)."""
        refs = [e.ref for e in self.events if isinstance(e, NotStored)]
        return len(refs) == len(set(refs))


@contextmanager
def running(
    folder: Path, clock: FakeClock | None = None, patience: Patience = IMPATIENT
) -> Iterator[Running]:
    """A started writer; stopped in the end."""
    told = Running(Keeper(folder, clock or FakeClock(), "hailong test"), patience)
    told.writer.start()
    try:
        yield told
    finally:
        assert told.writer.stop(PATIENCE_S)
