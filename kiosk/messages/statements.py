"""What is signed: where a chain ends, what time it is, how a terminal is configured (docs/protocol.md)."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as fields
from typing import TypeAlias

from kiosk.messages.notes import Note, NoteError, PublicKey

NONCE_BYTES = 16
LONGEST_TEXT = 300
LONGEST_LABEL = 40
LEVELS = 5
MOST_SETTINGS = 100
MOST_IN_LIST = 20
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows: with them a text looks like another one."""

Setting: TypeAlias = bool | int | float | str | list[str]
"""A value of an option as JSON has it."""

LATEST_S = 253_402_214_400
"""The last day that a calendar has (9999-12-31): no clock of a server is believed to be later."""

LATEST_MS = LATEST_S * 1000

_CHECKPOINT = re.compile(r"hailong/ledger/([0-9a-f]{32})\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")
_TIME = re.compile(r"hailong/time/1\n([0-9a-f]{32})\n([1-9][0-9]{0,15})\n")
_CONFIG = "hailong/config/1\n"
_DEVICE_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
_CENTRAL_KEY = re.compile(r"hailong/central-key/1\n([0-9a-f]{16})\n([0-9a-f]{64})\n")
_KEY_ROTATION = re.compile(
    r"hailong/key-rotation/1\n([0-9A-HJKMNP-TV-Z]{10})\n([0-9a-f]{16})\n([0-9a-f]{64})\n"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a chain ends.

    Attributes:
        ledger_id: 16 bytes.
        size: The seq of the last entry; 0 = none.
        head: Its hash, 32 bytes; zeros for size 0.
    """

    ledger_id: bytes
    size: int
    head: bytes

    def text(self) -> str:
        """What is signed."""
        return f"hailong/ledger/{self.ledger_id.hex()}\n{self.size}\n{base64.b64encode(self.head).decode()}\n"


def checkpoint_of(note: Note) -> Checkpoint:
    """The checkpoint that a note states, whoever signed it. Raises `NoteError`."""
    found = _CHECKPOINT.fullmatch(note.text)
    if found is None:
        raise NoteError("the note is not a checkpoint")
    try:
        head = base64.b64decode(found[3], validate=True)
    except binascii.Error as error:
        raise NoteError("the head of the checkpoint is not base64") from error
    checkpoint = Checkpoint(bytes.fromhex(found[1]), int(found[2]), head)
    if checkpoint.text() != note.text:  # base64 has several spellings of some bytes
        raise NoteError("the checkpoint is not written in its one form")
    return checkpoint


@dataclass(frozen=True, slots=True)
class TimeStatement:
    """What time it was when central answered.

    Attributes:
        nonce: 16 bytes, made by whoever asked.
        utc_ms: Milliseconds since 1970 UTC.
    """

    nonce: bytes
    utc_ms: int

    def text(self) -> str:
        """What is signed."""
        return f"hailong/time/1\n{self.nonce.hex()}\n{self.utc_ms}\n"


def time_of(note: Note) -> TimeStatement:
    """The time that a note states, whoever signed it. Raises `NoteError`."""
    found = _TIME.fullmatch(note.text)
    if found is None or int(found[2]) > LATEST_MS:
        raise NoteError("the note is not a time statement")
    return TimeStatement(bytes.fromhex(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """A terminal replaces its key; signed by the old and by the new one.

    Attributes:
        device: The id of the terminal.
        old_id: The id of the key that is replaced.
        new: The one that takes its place.
    """

    device: str
    old_id: str
    new: PublicKey

    def text(self) -> str:
        """What is signed."""
        return f"hailong/key-rotation/1\n{self.device}\n{self.old_id}\n{self.new.raw.hex()}\n"


def key_rotation_of(note: Note, old: PublicKey | None = None) -> KeyRotation:
    """The rotation that a note states.

    Args:
        note: The new key's signature is verified here.
        old: The key that is replaced: it must be this one, and have signed, too. None = that is for the caller.

    Raises:
        NoteError: It states none, or is not signed so.
    """
    found = _KEY_ROTATION.fullmatch(note.text)
    if found is None:
        raise NoteError("the note is not a rotation of a terminal's key")
    rotation = KeyRotation(found[1], found[2], PublicKey("device", bytes.fromhex(found[3])))
    if rotation.new.key_id == rotation.old_id or not note.is_signed_by(rotation.new):
        raise NoteError("the rotation is not signed by the new key")
    if old is not None and (old.key_id != rotation.old_id or not note.is_signed_by(old)):
        raise NoteError("the rotation is not signed by the key that it replaces")
    return rotation


@dataclass(frozen=True, slots=True)
class CentralKeyRotation:
    """Central hands over to a new key of its own; signed by the old and by the new one.

    Attributes:
        old_id: The id of the key that terminals have pinned.
        new: The one that takes its place.
    """

    old_id: str
    new: PublicKey

    def text(self) -> str:
        """What is signed."""
        return f"hailong/central-key/1\n{self.old_id}\n{self.new.raw.hex()}\n"


def central_key_rotation_of(note: Note) -> CentralKeyRotation:
    """The hand-over that a note states; whether the old key signed is for the caller, who knows it.

    Raises:
        NoteError: It states none, or is not signed by the new key.
    """
    found = _CENTRAL_KEY.fullmatch(note.text)
    if found is None:
        raise NoteError("the note does not hand over to another key of central's")
    rotation = CentralKeyRotation(found[1], PublicKey("central", bytes.fromhex(found[2])))
    if rotation.new.key_id == rotation.old_id or not note.is_signed_by(rotation.new):
        raise NoteError("the new key has not signed")
    return rotation


@dataclass(frozen=True, slots=True)
class ConfigStatement:
    """How central configures a terminal; empty texts leave the terminal's own.

    Attributes:
        device: The id of the terminal that it is for.
        revision: From 1, growing.
        unit_id: Central's id of the unit.
        counter_id: Central's id of the counter.
        labels: Five words, worst level first.
        settings: Values of other options of the terminal, by their dotted keys (docs/configuration.md).
    """

    device: str
    revision: int
    unit_id: str
    counter_id: str
    unit: str = ""
    department: str = ""
    counter: str = ""
    field: str = ""
    question: str = ""
    labels: tuple[str, ...] = ("",) * LEVELS
    settings: Mapping[str, Setting] = fields(default_factory=dict)

    def text(self) -> str:
        """What is signed."""
        body = {name: getattr(self, name) for name in self.__dataclass_fields__}
        body |= {"labels": list(self.labels), "settings": dict(self.settings)}
        if not self.settings:
            del body["settings"]
        return f"{_CONFIG}{json.dumps(body, ensure_ascii=False, separators=(',', ':'))}\n"


def config_of(note: Note) -> ConfigStatement:
    """The configuration that a note states, whoever signed it. Raises `NoteError`."""
    if not note.text.startswith(_CONFIG) or note.text.count("\n") != 2:
        raise NoteError("the note is not a configuration statement")
    try:
        body = json.loads(note.text[len(_CONFIG) :])
    except (ValueError, RecursionError) as error:
        raise NoteError("the configuration is not JSON") from error
    if not isinstance(body, dict):
        raise NoteError("the configuration is not a JSON object")
    revision, device = body.get("revision"), body.get("device")
    if type(revision) is not int or not 1 <= revision < 1 << 31:
        raise NoteError("revision must be a whole number from 1")
    if not isinstance(device, str) or not _DEVICE_ID.fullmatch(device):
        raise NoteError("device must be the id of a terminal")
    texts = {
        name: _text(body, name, LONGEST_TEXT)
        for name in ("unit_id", "counter_id", "unit", "department", "counter", "field", "question")
    }
    labels = body.get("labels")
    if not isinstance(labels, list) or len(labels) != LEVELS:
        raise NoteError("labels must be five texts")
    words = tuple(_text({"labels": label}, "labels", LONGEST_LABEL) for label in labels)
    return ConfigStatement(device, revision, **texts, labels=words, settings=_settings(body))


def claimed_revision(note: Note) -> int:
    """The revision that a configuration claims, whatever else is wrong with it; 0 = none."""
    try:
        body = json.loads(note.text.removeprefix(_CONFIG))
    except (ValueError, RecursionError):
        return 0
    revision = body.get("revision") if isinstance(body, dict) else None
    return revision if type(revision) is int and 1 <= revision < 1 << 31 else 0


def _settings(body: Mapping[str, object]) -> dict[str, Setting]:
    """The form alone: what options there are, and what they take, is said by `kiosk.config`."""
    settings = body.get("settings", {})
    if not isinstance(settings, dict) or len(settings) > MOST_SETTINGS:
        raise NoteError(f"settings must be an object of at most {MOST_SETTINGS} members")
    return {_text({"": key}, "", LONGEST_TEXT): _setting(key, value) for key, value in settings.items()}


def _setting(key: str, value: object) -> Setting:
    match value:
        case bool() | int() | float():
            return value
        case str():
            return _text({key: value}, key, LONGEST_TEXT)
        case list() if len(value) <= MOST_IN_LIST:
            return [_text({key: item}, key, LONGEST_TEXT) for item in value]
        case _:
            raise NoteError(f"{key} must be a switch, a number, a text or a list of texts")


def _text(body: Mapping[str, object], name: str, longest: int) -> str:
    text = body.get(name)
    if not isinstance(text, str) or len(text) > longest:
        raise NoteError(f"{name} must be a text of at most {longest} characters")
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise NoteError(f"{name} must not have control characters")
    return text
