"""What a power cut must not take from provisioning: one small file, written through at every change.

No answer is in it but what the steps made of them: no password, no code.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kiosk.config.kinds import Value
from kiosk.ledger.disk import replace_file
from kiosk.provision.steps import Mark, State, Step

log = logging.getLogger(__name__)

NAME = "provision.json"
MARKER = "provisioned"
"""An empty file in the data folder: the terminal has been set up, or its technician has put that off."""

_Kept = bool | int | float | str | tuple[int | str, ...]
"""`kiosk.config.kinds.Value` as a file holds it; no step sets a path."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What is in the file.

    Attributes:
        marks: What has become of the steps.
        before: Options as they were before a step changed them.
        at: The step that was being taken.
    """

    marks: Mapping[Step, Mark] = field(default_factory=dict)
    before: Mapping[Step, Mapping[str, _Kept]] = field(default_factory=dict)
    at: Step | None = None

    @property
    def options(self) -> dict[Step, dict[str, Value]]:
        """`before`, as options have it."""
        return {step: {key: _value(kept) for key, kept in of.items()} for step, of in self.before.items()}


def saved_of(state: State) -> Saved:
    """What is to be kept of a state."""
    before = {
        step: {key: str(value) if isinstance(value, Path) else value for key, value in values.items()}
        for step, values in state.before.items()
    }
    return Saved(state.marks, before, state.at)


def _value(kept: _Kept) -> Value:
    if not isinstance(kept, tuple):
        return kept
    numbers = tuple(one for one in kept if isinstance(one, int))
    return numbers if len(numbers) == len(kept) else tuple(str(one) for one in kept)


def encoded(saved: Saved) -> bytes:
    """The file's content."""
    return msgspec.json.encode(saved)


def load(file: Path) -> Saved:
    """What was kept; nothing where there is no file, or none that can be read: then the steps are taken anew."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Saved)
    except FileNotFoundError:
        return Saved()
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("%s cannot be read, provisioning begins anew: %s", file, error)
        return Saved()


def save(file: Path, saved: Saved) -> None:
    """Through to the disk, all or nothing. Raises `OSError`."""
    file.parent.mkdir(mode=0o2750, parents=True, exist_ok=True)
    replace_file(file, encoded(saved), keep_owner=True)
