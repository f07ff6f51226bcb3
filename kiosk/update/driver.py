"""Carries an update out: what the model says is written down, then done, then the model is told."""

from dataclasses import dataclass
from typing import Protocol

from kiosk.update.model import (
    Event,
    Exchanged,
    Finish,
    Halt,
    Install,
    Outcome,
    Package,
    Started,
    State,
    Waited,
    Watch,
    step,
)

READY_S = 60.0
"""Within this the kiosk has drawn its first picture, or the version before comes back."""

STEADY_S = 8.0
"""So long it must stay ready: one that draws a picture and falls over is not."""

_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The kiosk's service, as systemd knows it.

    Attributes:
        ready: Whether it has said that it is ready, and runs.
        invocation: Which start of it this is; empty = it has never been started.
        resting: Whether nobody is going to start it by themselves.
    """

    ready: bool
    invocation: str
    resting: bool = False


class Machine(Protocol):
    """What an update is done with."""

    def load(self) -> State | None:
        """The update that is under way; None = none is. Raises `OSError`, `ValueError`."""

    def save(self, state: State) -> None:
        """Through to the disk. Raises `OSError`."""

    def clear(self, state: State, outcome: Outcome, reason: str) -> None:
        """Nothing is under way any more; how it ended is kept. Raises `OSError`."""

    def install(self, package: Package) -> str:
        """Have a package installed; why that failed, empty = it did not."""

    def watch(self, *, after_boot: bool) -> None:
        """Have `watch` below done by a process of its own, which does not end with this one.

        Args:
            after_boot: When the kiosk's turn has come in the start of the machine.
        """

    def kiosk(self) -> Kiosk:
        """How it is now."""

    def start_kiosk(self) -> None:
        """Have it started; does not wait."""

    def now_s(self) -> float:
        """Seconds, never set back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


def resume(machine: Machine) -> str:
    """Go on with the update that is under way, if any, as far as it goes without waiting for the kiosk.

    Returns:
        Why it stands still with something to be done; empty = it does not.

    Raises:
        OSError, ValueError: What is on the disk cannot be read or written.
    """
    state = machine.load()
    return "" if state is None else _go_on(machine, state, Started())


def watch(machine: Machine) -> str:
    """Wait for the kiosk of a version that was installed, and put the one before back where it does not get ready.

    Returns, and raises, as `resume`.
    """
    state = machine.load()
    return "" if state is None else _go_on(machine, state, Waited(_waited(machine, state)))


def _go_on(machine: Machine, state: State, event: Event) -> str:
    while True:
        after, effect = step(state, event)
        if after != state:
            machine.save(after)
        state = after
        match effect:
            case Install(package=package):
                event = Exchanged(machine.install(package))
            case Watch(after_boot=after_boot):
                machine.watch(after_boot=after_boot)
                return ""
            case Finish(outcome=outcome, reason=reason):
                machine.clear(state, outcome, reason)
                return ""
            case Halt(reason=reason):
                return reason


def _waited(machine: Machine, state: State) -> str:
    """Wait until the new kiosk is ready and stays so; why it is not, empty = it is."""
    end_s = machine.now_s() + READY_S
    since: tuple[str, float] | None = None
    while (now_s := machine.now_s()) < end_s or since is not None:
        kiosk = machine.kiosk()
        if not kiosk.ready or kiosk.invocation == state.invocation:
            since = None
            if kiosk.resting:
                machine.start_kiosk()
        elif since is None or since[0] != kiosk.invocation:
            since = (kiosk.invocation, now_s) if now_s < end_s else None
        elif now_s - since[1] >= STEADY_S:
            return ""
        machine.sleep(_LOOK_S)
    return f"the kiosk was not ready within {READY_S:.0f} s"
