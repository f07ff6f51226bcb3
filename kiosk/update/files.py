"""What an update has on the disk, in a folder of root's alone. With Python's own library only."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from kiosk.ledger.disk import replace_file, sync_folder
from kiosk.update.model import Outcome, Package, Phase, State

FOLDER = Path("/var/lib/hailong-update")


class Busy(Exception):
    """Another program is at it."""


@dataclass(frozen=True, slots=True)
class Result:
    """How the last update ended. `reason`: English; empty where there is nothing to be said."""

    old: str
    new: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a folder."""

    folder: Path = FOLDER

    @property
    def updater(self) -> Path:
        """The program that carries an update out, a copy that no package exchanges."""
        return self.folder / "updater.pyz"

    @property
    def current(self) -> Path:
        """The package of the version that is installed, where an update has brought it."""
        return self.folder / "current.deb"

    def package(self, which: Package) -> Path:
        """A package of the update that is under way; `previous` stays afterwards."""
        return self.folder / f"{which}.deb"

    @property
    def _state(self) -> Path:
        return self.folder / "state.json"

    @property
    def _result(self) -> Path:
        return self.folder / "result.json"

    def load(self) -> State | None:
        """The update that is under way; None = none is. Raises `OSError`, `ValueError`."""
        try:
            said = json.loads(self._state.read_bytes())
            return State(**said | {"phase": Phase(said["phase"])})
        except FileNotFoundError:
            return None
        except (TypeError, KeyError) as error:
            raise ValueError(f"{self._state} cannot be understood: {error}") from error

    def save(self, state: State) -> None:
        """Through to the disk. Raises `OSError`."""
        replace_file(self._state, json.dumps(asdict(state)).encode())

    def clear(self, state: State, outcome: Outcome, reason: str) -> None:
        """Nothing is under way any more; the package of what is installed is kept. Raises `OSError`."""
        result = Result(state.old, state.new, outcome, reason)
        replace_file(self._result, json.dumps(asdict(result)).encode())
        kept = Package.PREVIOUS if outcome is Outcome.RETURNED else Package.NEXT
        if self.package(kept).exists():  # not where the power went just here
            self.package(kept).replace(self.current)
        self.package(Package.NEXT).unlink(missing_ok=True)
        self._state.unlink()
        sync_folder(self.folder)

    def result(self) -> Result | None:
        """How the last one ended; None = there was none, or that cannot be read."""
        try:
            said = json.loads(self._result.read_bytes())
            return Result(**said | {"outcome": Outcome(said["outcome"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def forget_result(self) -> None:
        """Before a new one. Raises `OSError`."""
        self._result.unlink(missing_ok=True)

    @contextmanager
    def held(self, *, wait: bool) -> Iterator[None]:
        """Be the only program that is at it, until the block ends. Raises `Busy`, `OSError`."""
        with (self.folder / "lock").open("ab") as file:
            try:
                flock(file, LOCK_EX if wait else LOCK_EX | LOCK_NB)
            except BlockingIOError as error:
                raise Busy(str(self.folder)) from error
            yield
