"""What central has told this terminal: who it is there, whose signature counts, and how it is configured.

The ledger's own entries say it; ``enrolment.json`` beside them says it again, for the day when the ledger is lost
and a new one must begin with it.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from kiosk.config.phrase import Phrase
from kiosk.ledger import lookup
from kiosk.ledger.disk import replace_file
from kiosk.ledger.kinds import Draft, Json, Kind, parse
from kiosk.ledger.store import Ledger
from kiosk.messages.notes import NoteError, PublicKey, parse_note
from kiosk.messages.statements import ConfigStatement, config_of

log = logging.getLogger(__name__)

Shown: TypeAlias = Callable[[ConfigStatement | None], Mapping[str, Json]]
"""What citizens are shown under a configuration of central's, as fields of a `config` entry."""


def no_objections(_statement: ConfigStatement) -> Sequence[Phrase]:
    """Whatever central says can be used. It has a name, so that it can be handed to another process."""
    return ()


@dataclass(frozen=True, slots=True)
class Local:
    """What this terminal makes of a configuration of central's.

    Attributes:
        shown: What citizens are shown; a `config` entry says so when it differs from the last one. None = this
            program shows nothing.
        objections: Why it cannot be used here; nothing = it can.
    """

    shown: Shown | None = None
    objections: Callable[[ConfigStatement], Sequence[Phrase]] = no_objections


NOTHING_LOCAL = Local()

_DEVICE = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
_URL = re.compile(r"https?://[\x21-\x7e]{1,500}")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Who this terminal is at central.

    Attributes:
        device: Its id there.
        url: Central's public URL.
        public_key: Central's, 32 bytes.
        check: What the `enrolled` entry says of the first evolving key; None = not known.
        board: The serial number of the board on which it was enrolled; None = not known.
        seq: Of the `enrolled` entry in the ledger in use; 0 = it has none yet.
        first: Whether that entry is the enrolment itself, where the tags begin, and does not repeat it.

    Raises:
        ValueError: A field cannot be right.
    """

    device: str
    url: str
    public_key: bytes
    check: str | None = None
    seq: int = 0
    first: bool = False
    board: str | None = None

    def __post_init__(self) -> None:
        if not _DEVICE.fullmatch(self.device):
            raise ValueError("device is not the id of a terminal")
        if not _URL.fullmatch(self.url):
            raise ValueError("url is not the address of a central server")
        if len(self.public_key) != 32:
            raise ValueError("a public key has 32 bytes")

    @property
    def central(self) -> PublicKey:
        """Central's key."""
        return PublicKey("central", self.public_key)

    def draft(self, *, first: bool) -> Draft:
        """The `enrolled` entry; without `evolve_check` it repeats an earlier one, and tags go on as they are."""
        body: dict[str, Json] = {
            "device": self.device,
            "url": self.url,
            "central": self.central.name,
            "public_key": self.public_key.hex(),
        }
        if self.board is not None:
            body["board_serial"] = self.board
        if first:
            body["evolve_check"] = self.check
        return Draft(Kind.ENROLLED, body)

    def is_same(self, other: "Enrolment") -> bool:
        """Whether both are the same enrolment, as far as is known."""
        return (self.device, self.url, self.public_key) == (other.device, other.url, other.public_key) and (
            None in (self.check, other.check) or self.check == other.check
        )


def enrolment_of(body: Mapping[str, object], seq: int = 0) -> Enrolment | None:
    """An enrolment from an `enrolled` entry or from the file; None where it is none."""
    device, url, key, check = (body.get(name) for name in ("device", "url", "public_key", "evolve_check"))
    if not (isinstance(device, str) and isinstance(url, str) and isinstance(key, str)):
        return None
    board = body.get("board_serial")
    known = check if isinstance(check, str) and re.fullmatch("[0-9a-f]{16}", check) else None
    try:
        first = seq > 0 and known is not None
        on = board if isinstance(board, str) and board else None
        return Enrolment(device, url, bytes.fromhex(key), known, seq, first, on)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class CentralConfig:
    """A configuration statement whose signature was verified when it came, and the note that says it."""

    note: str
    statement: ConfigStatement


def configured_by(note: object, device: str) -> CentralConfig | None:
    """A note that this kiosk has kept, once more; None where it is none, or for another device."""
    if not isinstance(note, str):
        return None
    try:
        statement = config_of(parse_note(note))
    except NoteError:
        return None
    return CentralConfig(note, statement) if statement.device == device else None


class Membership:
    """The present state; changed on the writer thread only.

    Args:
        folder: Of the ledger.

    Attributes:
        enrolment: None before an enrolment.
        config: Central's configuration in use; None = none yet.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "enrolment.json"
        self._saved = ""
        self.enrolment: Enrolment | None = None
        self.config: CentralConfig | None = None

    @property
    def statement(self) -> ConfigStatement | None:
        """What central configures."""
        return None if self.config is None else self.config.statement

    def load(self) -> None:
        """What the file says; a file that cannot be read says nothing."""
        try:
            text = self._path.read_text(encoding="utf-8")
            body = json.loads(text)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read; the ledger's own entries say the same: %s", self._path, error)
            return
        self.enrolment = enrolment_of(body) if isinstance(body, dict) else None
        if self.enrolment is not None:
            self._saved = text
            self.config = configured_by(body.get("config"), self.enrolment.device)

    def reconcile(self, ledger: Ledger) -> None:
        """Let the ledger's entries say it, where they do; what only the file knows belongs to a lost ledger.

        Raises:
            LedgerUnreadable, StoreFailed: The ledger cannot be read.
        """
        known, config = self.enrolment, self.config
        if known is not None:
            known = replace(known, seq=0, first=False)
        found = lookup.last_enrolled(ledger, thorough=known is not None)
        said = None if found is None else enrolment_of(parse(found[1]), found[0])
        if said is not None:
            if known is not None and said.is_same(known):
                said = replace(said, check=said.check or known.check)
            known = said
        self.enrolment = known
        if known is None:
            self.config = None
            return
        own = configured_by(ledger.last_config().get("signed"), known.device)
        both = [c for c in (own, config) if c is not None and c.statement.device == known.device]
        self.config = max(both, key=lambda c: c.statement.revision, default=None)

    def drafts(self, ledger: Ledger, shown: Shown | None) -> list[Draft]:
        """What this ledger does not say yet: that the terminal is enrolled, and what citizens are shown.

        Raises:
            LedgerUnreadable, StoreFailed: The ledger cannot be read.
        """
        said: list[Draft] = []
        if self.enrolment is not None and self.enrolment.seq == 0:
            said.append(self.enrolment.draft(first=False))
        return said + config_drafts(ledger.last_config(), self.config, shown)

    def said(self, enrolment: Enrolment | None, config: CentralConfig | None) -> None:
        """The ledger says this now; the file shall say it, too."""
        self.enrolment, self.config = enrolment, config
        self.save()

    def note_place(self, seq: int) -> None:
        """The `enrolled` entry that repeats the enrolment is the ledger's entry `seq`."""
        if self.enrolment is not None:
            self.enrolment = replace(self.enrolment, seq=seq, first=False)

    def save(self) -> None:
        """Write the file where it does not say so already. A disk that refuses is asked again next time."""
        text = self._text()
        if text == self._saved or not text:
            return
        try:
            replace_file(self._path, text.encode())
        except OSError as error:
            log.warning("%s cannot be written; the ledger's entries say the same: %s", self._path, error)
        else:
            self._saved = text

    def _text(self) -> str:
        if self.enrolment is None:
            return ""
        body = {
            "device": self.enrolment.device,
            "url": self.enrolment.url,
            "public_key": self.enrolment.public_key.hex(),
            "evolve_check": self.enrolment.check,
            "board_serial": self.enrolment.board,
            "config": None if self.config is None else self.config.note,
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def config_drafts(last: Mapping[str, Json], config: CentralConfig | None, shown: Shown | None) -> list[Draft]:
    """The `config` entry, unless the last one says the same.

    With central's configuration each of them carries the signed statement, so that whichever is the last one before
    a rating says whose counter it is. A program that shows nothing says nothing of what is shown.

    Args:
        last: The fields of the ledger's last `config` entry.
        config: Central's configuration in use.
        shown: What citizens are shown; None = nothing is shown by this program.
    """
    if shown is None and (config is None or last.get("signed") == config.note):
        return []
    words = {} if shown is None else dict(shown(None if config is None else config.statement))
    body: dict[str, Json] = {"origin": "local", **words}
    if config is not None:
        body |= {"origin": "central", "revision": config.statement.revision, "signed": config.note}
    return [] if body == dict(last) else [Draft(Kind.CONFIG, body)]
