"""`hailong sync run`: contacts central for as long as the terminal runs, and is missed by nobody when it does not."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Protocol

import msgspec

from kiosk.messages import wire
from sync.contact import Settings, contact
from sync.delivery import Pace
from sync.errors import KioskAway, LocalFault, NotEnrolled, SyncError
from sync.moment import Timekeeper
from sync.outcome import outcome_of
from sync.progress import Outcome, Why
from sync.schedule import KIOSK_S, Schedule
from sync.store import Store

log = logging.getLogger(__name__)

_NO_FAULT = ("kiosk", "not_enrolled")


class Link(Protocol):
    """A kiosk that runs."""

    def ask(self, request: wire.Request) -> wire.Answer:
        """See `sync.kiosk.Kiosk`."""

    def wait(self, timeout_s: float) -> bool:
        """Wait until something is worth sending; False when the time is up. Raises `KioskAway`."""

    def close(self) -> None:
        """May be called twice."""


@dataclass
class Runner:
    """The loop.

    Attributes:
        settings: What does not change.
        connect: Finds the kiosk; raises `KioskAway`.
        random: Evenly distributed in [0, 1).
        pause: Sleeps; other than the usual in tests.
    """

    settings: Settings
    connect: Callable[[], Link]
    random: Callable[[], float] = SystemRandom().random
    pause: Callable[[float], None] = time.sleep
    _link: Link | None = None
    _last: Outcome | None = None
    _pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        self._schedule = Schedule(self.settings.clock.boottime_ns, self.random)

    def run(self) -> None:
        """Until a signal ends the program."""
        self._schedule.begin(at_once=bool(self.settings.pull))  # central waits for the address
        try:
            while True:
                self.step()
        finally:
            self._drop()

    def step(self) -> None:
        """Wait for what is due next, and do it."""
        try:
            link = self._linked()
            while (wait_s := self._schedule.wait_s()) > 0:
                if link.wait(wait_s) and self.settings.push:
                    self._schedule.something_new()
            self._contact(link)
        except KioskAway as error:
            self._drop()
            self._without_kiosk(error)
            self.pause(KIOSK_S)

    def _linked(self) -> Link:
        if self._link is None:
            self._link = self.connect()
            if self.settings.push:
                self._schedule.something_new()  # what was stored meanwhile, nobody has told us
        return self._link

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _without_kiosk(self, error: KioskAway) -> None:
        """The kiosk is not running, or is just closing a ledger: no fault, but worth knowing."""
        self._schedule.no_kiosk()
        if not self._say(outcome_of(error)):
            return  # noted already; a card does not want to be written every few seconds
        try:
            with self.settings.place.turn(), Store(self.settings.place.database) as store:
                store.keep(msgspec.structs.replace(store.progress(), next_at=None, why=Why.KIOSK))
        except LocalFault as fault:
            log.warning("that there is no kiosk could not be noted: %s", fault)

    def _contact(self, link: Link) -> None:
        try:
            with self.settings.place.turn(), Store(self.settings.place.database) as store:
                self._try(link, store)
        except LocalFault as fault:
            # Not even sync.db can be written; the ledger has everything.
            self._say(outcome_of(fault))
            self._schedule.went_wrong()

    def _try(self, link: Link, store: Store) -> None:
        settings, heartbeat = self.settings, self._schedule.heartbeat_is_due()
        try:
            terminal = settings.terminal(link, store, self._pace)
            identity = contact(terminal, heartbeat=heartbeat)
        except KioskAway:
            raise
        except NotEnrolled as error:
            outcome = outcome_of(error)
            self._schedule.not_enrolled()
        except SyncError as error:
            outcome = outcome_of(error)
            self._schedule.went_wrong(error.retry_after_s)
        else:
            outcome = Outcome()
            self._schedule.went_well(identity.status, heartbeat=heartbeat)
        if not self._say(outcome) and outcome.kind == "not_enrolled":
            return
        progress = store.progress()
        times = Timekeeper(settings.clock, progress.heard)
        store.keep(
            msgspec.structs.replace(
                progress.after(outcome, times.now()),
                next_at=times.in_s(self._schedule.wait_s()),
                why=self._schedule.why,
                pull=settings.pull,
            )
        )

    def _say(self, outcome: Outcome) -> bool:
        """Log what has changed; the same failure every quarter of an hour would only fill the journal.

        Returns:
            Whether it has.
        """
        if self._last is not None and (self._last.kind, self._last.code) == (outcome.kind, outcome.code):
            return False
        self._last = outcome
        if not outcome.kind:
            log.info("connected with central")
        elif outcome.kind in _NO_FAULT:
            log.info("waiting: %s", outcome.detail)
        else:
            log.warning("not delivered; everything is kept: %s", outcome.detail)
        return True
