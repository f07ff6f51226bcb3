"""What provisioning has done outside its model, and what comes of it. Pure: `kiosk.provision.session` does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase


@dataclass(frozen=True, slots=True)
class SetOptions:
    """Write options into the configuration, all or none."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class SeePanel:
    """Find out how large the picture is, and show a line that should have a length of `RULER_MM`."""


@dataclass(frozen=True, slots=True)
class HidePanel:
    """Take the line away."""


@dataclass(frozen=True, slots=True)
class TryInputs:
    """Have every button pressed; presses are `test` entries."""


@dataclass(frozen=True, slots=True)
class SeeNetwork:
    """How it is now.

    Attributes:
        scan: Look for Wi-Fi networks as well.
    """

    scan: bool = False


@dataclass(frozen=True, slots=True)
class Connect:
    """Make this the connection of the terminal.

    Attributes:
        ssid: The Wi-Fi network; None = by cable.
        password: Of the Wi-Fi; empty = it is open.
        hidden: The network does not say its name.
        address: Fixed address with the length of its prefix, such as 192.168.1.20/24; empty = the network gives one.
        gateway: With a fixed address; may be empty.
        dns: Servers, apart by commas; may be empty.
    """

    ssid: str | None = None
    password: str = ""
    hidden: bool = False
    address: str = ""
    gateway: str = ""
    dns: str = ""

    def __repr__(self) -> str:
        """Without the password."""
        return f"<Connect to {self.ssid or 'the cable'}>"


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Take back the connection that was made here."""


@dataclass(frozen=True, slots=True)
class SeeTime:
    """What the clock says, and whether somebody vouches for it."""


@dataclass(frozen=True, slots=True)
class SetTime:
    """Set the clock.

    Attributes:
        local: Date and time in Viet Nam, ``2026-11-26 14:05:00``.
    """

    local: str


@dataclass(frozen=True, slots=True)
class SeeEnrolment:
    """Whether the terminal belongs to a central server already."""


@dataclass(frozen=True, slots=True)
class Enrol:
    """Enrol at the central server.

    Attributes:
        ticket: Address and code, and perhaps the id of the server's key, in any form that `hailong enrol` takes.
        replace: Leave the server that it belongs to now.
        same_ledger: Go on as the same terminal, after a repair.
        by_phone: There is no code: the ticket is the address, and somebody confirms the terminal's key there. Asked
            once.
    """

    ticket: str
    replace: bool = False
    same_ledger: bool = False
    by_phone: bool = False

    def __repr__(self) -> str:
        """Without the code."""
        return "<Enrol>"


@dataclass(frozen=True, slots=True)
class SeeLink:
    """By which link the key of the terminal reaches whoever confirms it.

    Attributes:
        url: Of the central server; empty = of the one that the terminal belongs to.
    """

    url: str = ""


@dataclass(frozen=True, slots=True)
class SeeAcceptance:
    """Whether the central server has accepted the terminal, which belongs to it and waits for that."""


@dataclass(frozen=True, slots=True)
class Examine:
    """Look whether everything works, and deliver what is waiting."""


@dataclass(frozen=True, slots=True)
class WriteSheet:
    """Write the result sheet.

    Attributes:
        sections: Of the sheet: a heading and its lines each.
    """

    sections: tuple[tuple[Phrase, tuple[Phrase, ...]], ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """Let the terminal take ratings from the next moment on."""


Work: TypeAlias = (
    SetOptions
    | SeePanel
    | HidePanel
    | TryInputs
    | SeeNetwork
    | Connect
    | Disconnect
    | SeeTime
    | SetTime
    | SeeEnrolment
    | Enrol
    | SeeLink
    | SeeAcceptance
    | Examine
    | WriteSheet
    | Finish
)


@dataclass(frozen=True, slots=True)
class Failed:
    """A work led nowhere, and left everything as it was.

    Attributes:
        problem: Why, and what to do.
        about: The question that has to be answered anew; empty = the one before the work.
    """

    problem: Phrase
    about: str = ""


@dataclass(frozen=True, slots=True)
class OptionsSet:
    """They are written, and apply from now on."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Panel:
    """What is known of the panel.

    Attributes:
        size_px: Width and height of the picture; None = no screen can be reached from here.
        mm_per_px: How large a pixel is taken to be.
    """

    size_px: tuple[int, int] | None
    mm_per_px: float = 0.0


@dataclass(frozen=True, slots=True)
class InputsTried:
    """What the wiring test has shown.

    Attributes:
        complete: Everything came from every button.
        lines: As `hailong hwtest` said them, in the technician's language.
    """

    complete: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wifi:
    """A network in the air.

    Attributes:
        ssid: Its name.
        signal: 0 to 100.
        secured: Whether it wants a password.
    """

    ssid: str
    signal: int
    secured: bool


class Online(StrEnum):
    """How far the network leads."""

    NO = "no"
    LINK = "link"  # an address, and nothing is known of what lies behind it
    PORTAL = "portal"  # a page of the network's own wants a login first
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Network:
    """How the terminal is connected.

    Attributes:
        online: How far that leads.
        way: ``ethernet``, ``wifi`` or empty.
        name: Of the Wi-Fi network.
        address: As ``192.168.1.20/24``; empty without one.
        has_wifi: Whether there is a Wi-Fi device.
        wifi: What was found in the air, the strongest first.
    """

    online: Online
    way: str = ""
    name: str = ""
    address: str = ""
    has_wifi: bool = False
    wifi: tuple[Wifi, ...] = ()


@dataclass(frozen=True, slots=True)
class Time:
    """What the clock says.

    Attributes:
        local: Date and time in Viet Nam.
        synced: Whether a time server vouches for it.
    """

    local: str
    synced: bool


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Where the terminal belongs.

    Attributes:
        url: Of the central server; empty = to none.
        device: Its id there.
        lines: As `hailong enrol` said them, in the technician's language; empty where it was enrolled before.
        waits: Whether it waits for an administrator to accept it.
    """

    url: str = ""
    device: str = ""
    lines: tuple[str, ...] = ()
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What the telephone is shown.

    Attributes:
        text: The link, as a square says it.
        key: The id of the terminal's key, in groups, as people compare it.
    """

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class NotConfirmed:
    """Nobody has confirmed the key so far."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How the terminal is.

    Attributes:
        well: Nothing stands against taking ratings.
        lines: What was found, in the technician's language.
        facts: Of the terminal, for the sheet: version, id, address, keys.
    """

    well: bool
    lines: tuple[str, ...]
    facts: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetWritten:
    """Where it is."""

    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, and there is nothing to say."""


Outcome: TypeAlias = (
    Failed
    | OptionsSet
    | Panel
    | InputsTried
    | Network
    | Time
    | Enrolment
    | Link
    | NotConfirmed
    | Checked
    | SheetWritten
    | Done
)
