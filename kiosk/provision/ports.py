"""What provisioning needs of the machine, as small ports: `Ports` has the real parts, `kiosk.provision.fakes` others.

What needs the network or the ledger is done by our own commands as processes: nothing here imports them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.works import (
    Checked,
    Connect,
    Enrol,
    Enrolment,
    InputsTried,
    Link,
    Network,
    NotConfirmed,
    Panel,
    SheetWritten,
    Time,
)


class Options(Protocol):
    """The configuration of this terminal."""

    def values(self) -> Mapping[str, Value]:
        """What applies now of `model.OPTIONS`. Raises `PartFailed`."""

    def set(self, values: Mapping[str, Value]) -> None:
        """Write them, all or none. Raises `PartFailed`."""


class PanelPart(Protocol):
    """The screen."""

    def show(self) -> Panel:
        """Show a line that should be `RULER_MM` long, by the size that is known now. Raises `PartFailed`."""

    def hide(self) -> None:
        """Take it away; nothing where there is none."""


class InputsPart(Protocol):
    """Buttons, pad and touch."""

    def test(self) -> InputsTried:
        """Until every button was heard or the time is up. Raises `PartFailed`."""


class NetworkPart(Protocol):
    """The way out."""

    def see(self, *, scan: bool) -> Network:
        """How it is now. Raises `PartFailed`."""

    def connect(self, plan: Connect) -> Network:
        """Make this the terminal's connection; what was before stays where that fails. Raises `PartFailed`."""

    def disconnect(self) -> None:
        """Take back what `connect` has made; nothing where there is nothing. Raises `PartFailed`."""


class TimePart(Protocol):
    """The clock."""

    def see(self) -> Time:
        """What it says."""

    def set(self, local: str) -> Time:
        """Set it to a time in Viet Nam, ``2026-11-26 14:05:00``. Raises `PartFailed`."""


class EnrolmentPart(Protocol):
    """Where the terminal belongs."""

    def see(self) -> Enrolment:
        """Whether it belongs somewhere already."""

    def enrol(self, asked: Enrol) -> Enrolment | NotConfirmed:
        """Enrol. Raises `PartFailed`."""

    def link(self, url: str) -> Link:
        """The link to a central server; empty = to the one it belongs to. Raises `PartFailed`."""

    def accepted(self) -> Enrolment:
        """Ask the server whether it has accepted the terminal. Raises `PartFailed`."""


class CheckPart(Protocol):
    """Whether everything works."""

    def examine(self) -> Checked:
        """Look, and deliver what waits. Raises `PartFailed`."""

    def write_sheet(self, sections: Sequence[tuple[Phrase, Sequence[Phrase]]]) -> SheetWritten:
        """As text and as a page that can be printed. Raises `PartFailed`."""

    def finish(self) -> None:
        """From now on the terminal starts with taking ratings. Raises `PartFailed`."""


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them."""

    options: Options
    panel: PanelPart
    inputs: InputsPart
    network: NetworkPart
    time: TimePart
    enrolment: EnrolmentPart
    check: CheckPart
