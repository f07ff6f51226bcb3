"""How the terminal is, in the few sentences that are read out over the telephone.

The kiosk and its faults, the machine, the delivery.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kiosk import sensors
from kiosk.codes import CODES, named
from kiosk.config.phrase import Phrase
from kiosk.faults import FaultCode
from kiosk.ledger.disk import Disk
from kiosk.ledger.lock import LOCKS, holder
from kiosk.messages import wire
from kiosk.room import room
from sync.connect import KioskLink
from sync.contact import Settings
from sync.errors import KioskAway, KioskRefused
from sync.kiosk import head_of
from sync.status import lines

_MB = 1_000_000


class Answering(Enum):
    """What can be learnt of the kiosk."""

    YES = "yes"
    NO = "no"  # it has the ledger, and does not answer, or not to this user
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Overview:
    """What was found.

    Attributes:
        program: Name and version of this program.
        kiosk: Whether one answers.
        faults: Codes of the faults that are going on, as the kiosk says.
        clock: Who has vouched for the time: `central`, `ntp`, `none`; None = not known.
        free: Bytes on the disk of the ledger; None = the disk does not say.
        temperature_c: Of the hottest part; None = the machine does not say.
        undervoltage: Whether the supply is or was too weak since power-on; None = the machine does not say.
    """

    program: str
    kiosk: Answering
    faults: tuple[str, ...]
    clock: str | None
    free: int | None
    temperature_c: float | None
    undervoltage: bool | None

    @property
    def well(self) -> bool:
        """Whether ratings are taken, and no fault is going on."""
        return self.kiosk is Answering.YES and not self.faults


def look(settings: Settings, root: Path = Path("/")) -> Overview:
    """Look, without taking the right to write from anybody.

    Args:
        settings: Of the delivery.
        root: What stands for ``/``.
    """
    place = settings.place
    kiosk, head = _ask(place.data_dir)
    return Overview(
        program=settings.program,
        kiosk=kiosk,
        faults=() if head is None else tuple(head.faults),
        clock=None if head is None else head.clock,
        free=_free(place.ledger.parent),
        temperature_c=sensors.hottest_c(root),
        undervoltage=sensors.undervoltage(root),
    )


def sentences(found: Overview, settings: Settings) -> Iterator[Phrase]:
    """What is to be said, line by line."""
    yield Phrase("Program: {program}.", {"program": found.program})
    match found.kiosk:
        case Answering.STOPPED:
            yield Phrase(
                "No kiosk is running on this data folder: no rating is taken. Run “sudo hailong doctor”."
            )
        case Answering.NO:
            yield Phrase("A kiosk is running, but does not answer this user. Run “sudo hailong status”.")
        case Answering.YES if not found.faults:
            yield Phrase("Ratings are being taken; there is no fault.")
        case Answering.YES:
            yield from _faults(found.faults)
    yield _machine(found)
    if found.undervoltage:
        yield Phrase("The power supply is too weak: use the original one, with a short cable.")
    yield from lines(settings.place, settings.clock)


def _ask(data_dir: Path) -> tuple[Answering, wire.Head | None]:
    if holder(data_dir / "ledger" / "ledger.lock", LOCKS.read_text(encoding="ascii")) is None:
        return Answering.STOPPED, None
    try:
        link = KioskLink(data_dir)
    except KioskAway:
        return Answering.NO, None
    try:
        return Answering.YES, head_of(link)
    except (KioskAway, KioskRefused):
        return Answering.NO, None
    finally:
        link.close()


def _free(folder: Path) -> int | None:
    try:
        free, size = Disk(folder).sizes()
    except OSError:
        return None  # said as such: where there is no folder yet, nothing is wrong with the disk
    return free if size else None


def _faults(codes: tuple[str, ...]) -> Iterator[Phrase]:
    known = {code.value: code for code in FaultCode}
    for text in codes:
        code = known.get(text)
        if code is None:  # of a newer kiosk
            yield Phrase("Fault {fault}.", {"fault": text})
            continue
        yield Phrase("Fault {fault}. {remedy}", {"fault": named(code), "remedy": CODES[code].remedy})


def _machine(found: Overview) -> Phrase:
    return Phrase(
        "Free space: {free}. Clock: {clock}. Temperature: {temperature}.",
        {
            "free": room(None if found.free is None else found.free // _MB),
            "clock": _clock(found.clock),
            "temperature": _warmth(found.temperature_c),
        },
    )


def _clock(by: str | None) -> Phrase:
    match by:
        case "central":
            return Phrase("vouched for by the server")
        case "ntp":
            return Phrase("synchronised")
        case wire.NOBODY:
            return Phrase("nobody has vouched for it in this run of the machine")
        case _other:
            return Phrase("unknown")


def _warmth(temperature_c: float | None) -> Phrase:
    if temperature_c is None:
        return Phrase("unknown")
    return Phrase("{count} °C", {"count": round(temperature_c)})
