"""Runs the keeper on a thread of its own, so that a card that stalls does not freeze the screen.

Requests go in by a queue and are answered, each exactly once and in order, by events posted back. What comes from
outside, by the kiosk's socket, waits until no vote does. Chores (probing a broken disk, salvage, looking whether
somebody touched the files) are done when no request waits.
"""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple

from hardware.pulse import LONGEST_S, Pulse
from kiosk.faults import FaultCode
from kiosk.ledger.answers import (
    Available,
    Broke,
    Configured,
    Impossible,
    News,
    NotStored,
    Stored,
    WriterEvent,
)
from kiosk.ledger.errors import LedgerLocked, LedgerNewer, LedgerUnreadable, StoreFailed
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import VOTES, Draft
from kiosk.ledger.office import Office
from kiosk.ledger.store import translated
from kiosk.ledger.verify import Verdict, verify
from kiosk.ledger.watch import Touched
from kiosk.messages import wire

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the thread waits between two chores.

    Attributes:
        probe_s: Between tries of a broken disk; one that was freed is to be noticed within 5 s.
        salvage_s: Between small batches of salvage; a vote never waits for more than one of them.
        look_s: Between looks at the files; strangers' writes are to be noticed within 60 s, at far less than
            one wake-up a second. What else is due now and then is done on this occasion.
        work_s: Whatever takes longer hangs.
        chore_s: The same of chores: one of them may be to open a ledger of a million entries on a slow card.
    """

    probe_s: float = 1.0
    salvage_s: float = 0.05
    look_s: float = 15.0
    work_s: float = LONGEST_S
    chore_s: float = 120.0


@dataclass(frozen=True, slots=True)
class _Request:
    ref: int
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class _Checked:
    ledger_id: bytes | None
    verdict: Verdict | None  # None: the chain could not be walked, which says nothing about it
    duration_ms: int
    at_start: bool


@dataclass(frozen=True, slots=True)
class _Errand:
    request: wire.Request
    reply: Callable[[wire.Answer], None]


_Item = _Request | _Checked | _Errand | None


class _Waiting(NamedTuple):
    """What waits, in the order of its turn: no two have the same number, so items are never compared."""

    priority: int
    number: int
    item: _Item


_VOTE, _ERRAND, _END = range(3)


def _nobody_listens(_: News) -> None:
    """For a program that nobody asks for news."""


class LedgerWriter:
    """The writer thread.

    Args:
        keeper: The ledger; used on the writer thread only from `start` on.
        post: Takes events from the writer thread and returns at once.
        patience: Other than the usual one in tests.
        tell: Takes news of what was appended, and returns at once.
    """

    def __init__(
        self,
        keeper: Keeper,
        post: Callable[[WriterEvent], None],
        patience: Patience | None = None,
        tell: Callable[[News], None] = _nobody_listens,
    ) -> None:
        self._keeper = keeper
        self._office = Office(keeper)
        self._post = post
        self._tell = tell
        self._patience = patience or Patience()
        self._last_chore_s = 0.0
        self._last_upkeep_s = 0.0
        self._queue: queue.PriorityQueue[_Waiting] = queue.PriorityQueue()
        self._numbers = count()
        self._thread = threading.Thread(target=self._run, name="ledger-writer")
        self._pulse = Pulse()
        self._broken: FaultCode | None = None
        self._configured: Configured | None = None
        self._impossible = False
        self._check_thread: threading.Thread | None = None
        self._checked_at_start = False
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin; `Available`, `Broke` or `Impossible` follows."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether the thread runs, and comes to an end with what it has begun."""
        return self._thread.is_alive() and not self._pulse.hangs()

    def submit(self, ref: int, drafts: tuple[Draft, ...]) -> None:
        """Ask for entries to be stored in one transaction; `Stored` or `NotStored` with `ref` follows."""
        self._put(_VOTE, _Request(ref, drafts))

    def ask(self, request: wire.Request, reply: Callable[[wire.Answer], None]) -> None:
        """Hand in a message; `reply` is called once, on the writer thread, and returns at once.

        A writer that never comes to open its ledger, or is stopped, answers nothing.
        """
        self._put(_ERRAND, _Errand(request, reply))

    def _put(self, priority: int, item: _Item) -> None:
        self._queue.put(_Waiting(priority, next(self._numbers), item))

    def stop(self, timeout_s: float) -> bool:
        """Finish what was asked for, write `shutdown`, close. False when the disk did not let it in time."""
        self._stopping.set()
        self._put(_END, None)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            if not self._begin():
                return
            self._last_chore_s = self._last_upkeep_s = time.monotonic()
            while not self._impossible:
                self._guarded(self._after_work)
                try:
                    item = self._queue.get(timeout=self._until_chore_s()).item
                except queue.Empty:
                    self._do_chore()
                    continue
                if item is None:
                    break
                with self._pulse.working(self._patience.work_s):
                    self._guarded(self._serve, item)
                if not self._until_chore_s():
                    self._do_chore()  # also on a busy day, when the queue is never empty for long
        finally:
            self._end()

    def _after_work(self) -> None:
        """Whatever was appended: tell those who listen, and tag it, unless a vote waits."""
        news = self._keeper.news()
        if news is not None:
            self._tell(news)
        while self._queue.empty():
            with self._pulse.working(self._patience.work_s):
                if not self._keeper.follow():
                    break

    def _until_chore_s(self) -> float:
        return max(0.0, self._last_chore_s + self._wait_s() - time.monotonic())

    def _do_chore(self) -> None:
        with self._pulse.working(self._patience.chore_s):
            self._guarded(self._chore)
        self._last_chore_s = time.monotonic()

    def _guarded(self, work: Callable[..., None], item: _Item = None) -> None:
        """The one place where a mistake of ours in this thread ends: told, logged, and the thread goes on."""
        try:
            work() if item is None else work(item)
        except StoreFailed as error:
            self._break(error)
        except Exception:
            log.exception("the ledger writer met an unexpected error and goes on")
            if isinstance(item, _Request):
                self._post(NotStored(item.ref, FaultCode.LEDGER_ERROR))
            elif isinstance(item, _Errand):
                item.reply(wire.Refused("an unexpected error; the kiosk's log has it"))

    def _begin(self) -> bool:
        try:
            self._keeper.open()
        except (LedgerLocked, LedgerNewer) as error:
            self._post(Impossible(error))
            return False
        except StoreFailed as error:
            self._break(error)
            return True
        except Exception as error:
            log.exception("the ledger could not be opened for an unexpected reason; it is tried again")
            self._break(StoreFailed(FaultCode.LEDGER_ERROR, str(error)))
            return True
        self._become_available()
        return True

    def _become_available(self) -> None:
        self._broken = None
        self._tell_late()
        self._post(Available())
        self._tell_configured()
        if not self._checked_at_start:
            self._checked_at_start = True
            self._check(at_start=True)

    def _wait_s(self) -> float:
        if self._broken is not None:
            return self._patience.probe_s
        return self._patience.salvage_s if self._keeper.has_salvage() else self._patience.look_s

    def _chore(self) -> None:
        if self._broken is not None:
            try:
                self._keeper.recover(self._broken)
            except StoreFailed as error:
                self._break(error)
            except (LedgerLocked, LedgerNewer) as error:
                # The first try did not come as far as to see it.
                self._impossible = True
                self._post(Impossible(error))
            else:
                log.info("the ledger can be written again")
                self._become_available()
        elif self._keeper.has_salvage():
            self._keeper.salvage()
        elif self._check_thread is None:
            touched = self._keeper.look()
            if touched is Touched.BEYOND_USE:
                self._keeper.condemn("the file was removed, replaced or shortened by another program")
            elif touched is Touched.SLIGHTLY:
                self._check(at_start=False)
        due = time.monotonic() - self._last_upkeep_s >= self._patience.look_s
        if due and self._broken is None and self._queue.empty():
            self._last_upkeep_s = time.monotonic()
            self._office.upkeep()

    def _run_errand(self, errand: _Errand) -> None:
        if self._broken is not None:
            errand.reply(wire.Later(f"nothing can be kept just now (code {self._broken.value})"))
            return
        try:
            answer = self._office.handle(errand.request)
        except StoreFailed as error:
            errand.reply(wire.Later(str(error)))
            self._break(error)
        else:
            self._tell_configured()
            errand.reply(answer)

    def _tell_configured(self) -> None:
        """What central configures, when it has changed."""
        configured = Configured(self._keeper.lasting.membership.statement)
        if configured != self._configured:
            self._configured = configured
            self._post(configured)

    def _serve(self, item: _Request | _Checked | _Errand) -> None:
        if isinstance(item, _Errand):
            self._run_errand(item)
            return
        if isinstance(item, _Checked):
            self._settle(item)
            return
        if self._broken is not None and any(d.kind in VOTES for d in item.drafts):
            self._post(NotStored(item.ref, self._broken))
            return
        try:
            entries = self._keeper.append(item.drafts, item.ref)
        except StoreFailed as error:
            self._post(NotStored(item.ref, error.code))
            self._break(error)
        else:
            self._post(Stored(item.ref, tuple(entries)))

    def _break(self, error: StoreFailed) -> None:
        """Votes cannot be kept: say so once, make room, write the fault."""
        error = self._keeper.explained(error)
        before, self._broken = self._broken, error.code
        if before is error.code:
            return
        log.error("votes cannot be kept: %s", error)
        self._post(Broke(error.code))
        if before is None:
            self._keeper.give_way(error.code)
            self._tell_late()

    def _tell_late(self) -> None:
        for ref, entries in self._keeper.late():
            self._post(Stored(ref, tuple(entries)))

    def _check(self, *, at_start: bool) -> None:
        """Walk the chain on another thread and connection; the verdict comes back by the queue."""
        facts = (self._keeper.path, self._keeper.ledger_id, self._keeper.head.seq, at_start)
        self._check_thread = threading.Thread(target=self._walk, args=facts, name="ledger-check", daemon=True)
        self._check_thread.start()

    def _walk(self, path: Path, ledger_id: bytes | None, up_to: int, at_start: bool) -> None:
        began_ns = time.monotonic_ns()

        def go_on(_: int) -> None:
            if self._stopping.is_set():
                raise InterruptedError

        verdict = None
        try:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
            )
            try:
                verdict = verify(connection, progress=go_on, up_to=up_to)
            finally:
                connection.close()
        except InterruptedError:
            return
        except sqlite3.DatabaseError as error:
            if isinstance(translated(error), LedgerUnreadable):
                verdict = Verdict(0, bytes(32), 1, f"the ledger cannot be read: {error}")
            else:
                log.warning("the chain could not be checked: %s", error)
        except Exception:
            log.exception("the check of the chain met an unexpected error")
        duration_ms = (time.monotonic_ns() - began_ns) // 1_000_000
        self._put(_VOTE, _Checked(ledger_id, verdict, duration_ms, at_start))

    def _settle(self, checked: _Checked) -> None:
        self._check_thread = None
        if checked.verdict is None or checked.ledger_id != self._keeper.ledger_id:
            return  # that ledger has been closed meanwhile
        if checked.at_start:
            self._keeper.verified(checked.verdict, checked.duration_ms)
        elif not checked.verdict.intact:
            self._keeper.condemn(f"entry {checked.verdict.first_bad}: {checked.verdict.reason}")

    def _end(self) -> None:
        if self._check_thread is not None:
            self._check_thread.join(1.0)
        try:
            self._keeper.close(clean=True)
        except (StoreFailed, sqlite3.Error) as error:
            log.warning("the ledger could not be closed in good order: %s", error)
