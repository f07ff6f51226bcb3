"""What to do next in an update, whatever happened. Pure.

::

    STAGED ──start──► INSTALLING ──installed──► TRYING ──ready──► done: INSTALLED
                          │ failed, or a              │ not ready, or begun too often
                          ▼ start in the middle       ▼
                       RETURNING ◄────────────────────┘
                          │ installed
                          ▼
                       done: RETURNED

Each state is on the disk before what it says is begun, so a start after a power cut goes on from what is written there.
Nothing of the ledger is touched by any of it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

MOST_TRIES = 2
"""A version that was tried so often without being ready is the reason why somebody keeps pulling the plug."""

INTERRUPTED = "it was interrupted while the package was being exchanged"


class Phase(StrEnum):
    """What is under way."""

    STAGED = "staged"  # both packages are on the disk; nothing was changed yet
    INSTALLING = "installing"  # the new one takes the place of the other
    TRYING = "trying"  # it has; the kiosk must be ready soon
    RETURNING = "returning"  # the one before is put back


class Outcome(StrEnum):
    """How an update ended."""

    INSTALLED = "installed"
    RETURNED = "returned"
    NOT_READY = "not_ready"  # installed; the kiosk is not ready, and was not before either


class Package(StrEnum):
    """One of the two, as they lie on the disk."""

    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class State:
    """An update that is under way.

    Attributes:
        phase: What is being done.
        old: The version before.
        new: The version that shall be.
        was_ready: Whether the kiosk was ready before; where it was not, going back would help nobody.
        invocation: Of the kiosk before, as systemd counts them: the new one has another.
        tries: How often the new version has been waited for.
        reason: Why it is being put back; English.
    """

    phase: Phase
    old: str
    new: str
    was_ready: bool
    invocation: str = ""
    tries: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """The unit was started: now, or after a power cut."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """dpkg has ended. `failure` says how it failed; empty = it did not."""

    failure: str = ""


@dataclass(frozen=True, slots=True)
class Waited:
    """The kiosk is ready, or was not in time. `failure` says why; empty = it is."""

    failure: str = ""


Event = Started | Exchanged | Waited


@dataclass(frozen=True, slots=True)
class Install:
    """Have dpkg install a package."""

    package: Package


@dataclass(frozen=True, slots=True)
class Watch:
    """Wait for the kiosk, in a process of its own: the kiosk may be waiting for the unit.

    Attributes:
        after_boot: The machine is starting: the kiosk has its turn when it comes.
    """

    after_boot: bool


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is under way any more."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing can be done now; the next start tries again. `reason`: English."""

    reason: str


Effect = Install | Watch | Finish | Halt


def step(state: State, event: Event) -> tuple[State, Effect]:
    """The state that is written next, and what is done then.

    Raises:
        ValueError: The event does not belong to the phase: a mistake of the program's.
    """
    match state.phase, event:
        case Phase.STAGED, Started():
            return replace(state, phase=Phase.INSTALLING), Install(Package.NEXT)
        case Phase.INSTALLING, Started():
            return _return(state, INTERRUPTED)
        case Phase.INSTALLING, Exchanged(failure=""):
            return replace(state, phase=Phase.TRYING, tries=1), Watch(after_boot=False)
        case Phase.INSTALLING, Exchanged(failure=failure):
            return _return(state, failure)
        case Phase.TRYING, Started() if state.tries >= MOST_TRIES:
            return _not_ready(state, f"it was started {state.tries} times and never ready")
        case Phase.TRYING, Started():
            return replace(state, tries=state.tries + 1), Watch(after_boot=True)
        case Phase.TRYING, Waited(failure=""):
            return state, Finish(Outcome.INSTALLED)
        case Phase.TRYING, Waited(failure=failure):
            return _not_ready(state, failure)
        case Phase.RETURNING, Started():
            return state, Install(Package.PREVIOUS)
        case Phase.RETURNING, Exchanged(failure=""):
            return state, Finish(Outcome.RETURNED, state.reason)
        case Phase.RETURNING, Exchanged(failure=failure):
            return state, Halt(failure)
        case _other:
            raise ValueError(f"{type(event).__name__} while {state.phase}")


def _not_ready(state: State, why: str) -> tuple[State, Effect]:
    if not state.was_ready:
        return state, Finish(Outcome.NOT_READY, why)
    return _return(state, why)


def _return(state: State, why: str) -> tuple[State, Effect]:
    return replace(state, phase=Phase.RETURNING, reason=why), Install(Package.PREVIOUS)
