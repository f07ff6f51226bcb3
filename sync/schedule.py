"""When central is contacted next. Pure; every time is CLOCK_BOOTTIME, which nobody can set."""

from collections.abc import Callable
from dataclasses import dataclass

from sync import backoff
from sync.progress import Why
from sync.protocol import ACCEPTED

S = 1_000_000_000
HEARTBEAT_S = 300.0
PENDING_S = 15.0
AFTER_VOTE_S = 2.0
ENROLMENT_S = 15.0
KIOSK_S = 5.0
FRESH_BOOT_S = 300.0
SPREAD_S = 30.0


@dataclass
class Schedule:
    """What is due.

    Attributes:
        now_ns: Reads CLOCK_BOOTTIME.
        random: Evenly distributed in [0, 1).
        due_ns: When the next contact is due.
        why: What it waits for.
        failures: Contacts that failed since the last one that did not.
    """

    now_ns: Callable[[], int]
    random: Callable[[], float]
    due_ns: int = 0
    why: Why = Why.HEARTBEAT
    failures: int = 0
    _heartbeat_ns: int = 0

    def begin(self, *, at_once: bool = False) -> None:
        """The program starts. After a power cut all terminals of a building do at once: they spread.

        Args:
            at_once: This one does not.
        """
        now_ns = self.now_ns()
        spread_s = SPREAD_S * self.random() if now_ns < FRESH_BOOT_S * S and not at_once else 0.0
        self.due_ns = self._heartbeat_ns = now_ns + round(spread_s * S)

    def wait_s(self) -> float:
        """How long there is nothing to do."""
        return max(0.0, (self.due_ns - self.now_ns()) / S)

    def heartbeat_is_due(self) -> bool:
        """Whether the next contact includes one."""
        return self.now_ns() >= self._heartbeat_ns

    def something_new(self) -> None:
        """Votes were stored: soon, unless central is to be left alone, or an administrator is waited for."""
        if self.why in (Why.HEARTBEAT, Why.ENROLMENT):
            self.due_ns = min(self.due_ns, self.now_ns() + round(AFTER_VOTE_S * S))

    def went_well(self, status: str, *, heartbeat: bool) -> None:
        """A contact ended well.

        Args:
            status: What central says of this terminal.
            heartbeat: Whether the contact included one.
        """
        self.failures = 0
        now_ns = self.now_ns()
        if heartbeat:
            self._heartbeat_ns = now_ns + round(HEARTBEAT_S * S)
        if status == ACCEPTED:
            self.why, self.due_ns = Why.HEARTBEAT, self._heartbeat_ns
        else:
            self.why, self.due_ns = Why.PENDING, now_ns + round(PENDING_S * S)

    def went_wrong(self, asked_s: float | None = None) -> None:
        """A contact failed; central may have asked to be left alone for a while."""
        self.failures += 1
        wait_s = backoff.delay_s(self.failures, self.random, asked_s)
        self.why, self.due_ns = Why.BACKOFF, self.now_ns() + round(wait_s * S)

    def not_enrolled(self) -> None:
        """There is no central server yet."""
        self.failures = 0
        self.why, self.due_ns = Why.ENROLMENT, self.now_ns() + round(ENROLMENT_S * S)

    def no_kiosk(self) -> None:
        """Nobody can be asked where the ledger ends. What was due stays due."""
        self.due_ns = max(self.due_ns, self.now_ns() + round(KIOSK_S * S))
