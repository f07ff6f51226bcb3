"""Can the ledger be read, and which faults does it remember? Codes and times only: never a vote, never a level."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from kiosk.codes import CODES, named
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.ledger.errors import LedgerError, LedgerForbidden, LedgerMissing, LedgerNewer
from kiosk.ledger.kinds import Kind, parse
from kiosk.ledger.reader import reading

NAME = Phrase("Ledger")
REMEMBERED = 10


@dataclass(frozen=True, slots=True)
class PastFault:
    """A fault as the ledger has it, without the button that it was about.

    Attributes:
        code: Such as ``D2``.
        active: Whether it began (or ended).
        wall: When, by the wall clock.
    """

    code: str
    active: bool
    wall: str


@dataclass(frozen=True, slots=True)
class Memory:
    """What was read of the ledger."""

    entries: int
    faults: tuple[PastFault, ...]


def recall(path: Path) -> Memory:
    """How many entries there are, and the last faults, oldest first.

    Raises:
        LedgerError: It cannot be read.
        sqlite3.Error: It is damaged.
        OSError: There is no room for a copy.
    """
    with reading(path) as opened:
        rows = opened.connection.execute(
            "SELECT payload FROM entry WHERE kind = ? ORDER BY seq DESC LIMIT ?", (Kind.FAULT, REMEMBERED)
        ).fetchall()
        entries = opened.head().seq
    return Memory(entries, tuple(_fault(bytes(payload)) for (payload,) in reversed(rows)))


def _fault(payload: bytes) -> PastFault:
    body = parse(payload)
    code, wall = body.get("code"), body.get("wall")
    return PastFault(
        code if isinstance(code, str) else "?",
        body.get("active") is True,
        wall if isinstance(wall, str) else "?",
    )


def check(path: Path) -> tuple[Finding, tuple[PastFault, ...]]:
    """The finding, and the faults for the report."""
    try:
        memory = recall(path)
    except LedgerMissing:
        return Finding(NAME, Verdict.NOTE, Phrase("There is no ledger yet.")), ()
    except LedgerForbidden as error:
        seen = Phrase("{file} is not open to whoever runs this check.", {"file": str(error.path)})
        return Finding(NAME, Verdict.NOTE, seen, Phrase("Run it again with sudo.")), ()
    except LedgerNewer as error:
        seen = Phrase("{file} was made by a newer version of the program.", {"file": str(error.path)})
        return Finding(NAME, Verdict.ERROR, seen, Phrase("Install the newer version of hailong.")), ()
    except (LedgerError, sqlite3.Error, OSError) as error:
        seen = Phrase("The ledger cannot be read: {problem}", {"problem": str(error)})
        remedy = Phrase(
            "Start the kiosk: it keeps the file, begins a new ledger and saves what can be saved."
        )
        return Finding(NAME, Verdict.ERROR, seen, remedy), ()
    values: dict[str, str | int | Phrase] = {"entries": memory.entries}
    if not memory.faults:
        return Finding(NAME, Verdict.OK, Phrase("{entries} entries, no fault among them.", values)), ()
    last = memory.faults[-1]
    known = next((code for code in CODES if code.value == last.code), None)
    values |= {"time": last.wall, "code": last.code if known is None else named(known)}
    if last.active:
        seen = Phrase("{entries} entries; the last fault began at {time}: {code}.", values)
    else:
        seen = Phrase("{entries} entries; the last fault was over at {time}: {code}.", values)
    remedy = Phrase("The codes are explained in docs/codes.md.") if known is None else CODES[known].remedy
    return Finding(NAME, Verdict.NOTE, seen, remedy), memory.faults
