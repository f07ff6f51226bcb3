"""A machine that an update can be tried on: its power can be cut at every step."""

from dataclasses import dataclass, field

from kiosk.update.driver import Kiosk
from kiosk.update.model import Outcome, Package, State

HALF = "half"
"""What is installed while dpkg is at work."""


class PowerCut(BaseException):
    """Everything that is not on the disk is gone."""


@dataclass
class FakeMachine:
    """Counts steps, and loses its power at one of them.

    Attributes:
        installed: The version that is there; `HALF` where dpkg was interrupted.
        works: Versions whose kiosk gets ready.
        refused: Versions that dpkg refuses, having exchanged half of the files.
        cut_at: The numbers of the steps at which the power goes.
        state, outcome, reason: What is on the disk.
        old, new: The versions of the two packages.
        watching: Whether somebody waits for the kiosk.
    """

    installed: str
    works: frozenset[str]
    refused: frozenset[str] = frozenset()
    cut_at: frozenset[int] = frozenset()
    state: State | None = None
    outcome: Outcome | None = None
    reason: str = ""
    old: str = "1"
    new: str = "2"
    watching: bool = False
    steps: int = 0
    starts: int = 1
    clock_s: float = 0.0
    log: list[str] = field(default_factory=list)

    def _step(self, what: str) -> None:
        self.log.append(what)
        self.steps += 1
        if self.steps in self.cut_at:
            raise PowerCut

    def boot(self) -> None:
        """The machine starts; the kiosk of what is installed with it."""
        self.watching, self.clock_s = False, 0.0
        self.starts += 1

    def load(self) -> State | None:
        """See `kiosk.update.driver.Machine`."""
        return self.state

    def save(self, state: State) -> None:
        """See `kiosk.update.driver.Machine`."""
        self._step(f"before saving {state.phase}")
        self.state = state
        self._step(f"after saving {state.phase}")

    def clear(self, state: State, outcome: Outcome, reason: str) -> None:
        """See `kiosk.update.driver.Machine`."""
        self.outcome, self.reason = outcome, reason
        self._step("how it ended is written")
        self.state = None
        self._step(f"nothing is under way after {state.phase}")

    def install(self, package: Package) -> str:
        """See `kiosk.update.driver.Machine`."""
        version = {Package.NEXT: self.new, Package.PREVIOUS: self.old}[package]
        self._step(f"before installing {version}")
        self.installed = HALF
        self._step(f"in the middle of installing {version}")
        if version in self.refused:
            return "dpkg refused it"
        self.installed = version
        self.starts += 1
        self._step(f"after installing {version}")
        return ""

    def watch(self, *, after_boot: bool) -> None:  # noqa: ARG002 - to a fake it is all the same
        """See `kiosk.update.driver.Machine`."""
        self._step("before watching")
        self.watching = True
        self._step("watching")

    def kiosk(self) -> Kiosk:
        """See `kiosk.update.driver.Machine`."""
        return Kiosk(self.installed in self.works, str(self.starts))

    def start_kiosk(self) -> None:
        """See `kiosk.update.driver.Machine`."""
        self.starts += 1

    def now_s(self) -> float:
        """See `kiosk.update.driver.Machine`."""
        return self.clock_s

    def sleep(self, seconds: float) -> None:
        """See `kiosk.update.driver.Machine`."""
        self.clock_s += seconds
