"""What an entry says to somebody who counts. Pure: the same bytes always say the same.

Nothing is guessed. An entry that should say something about a rating and does not (level 6, "5", null) is kept as it
is, counted as nothing, and told of in the statement of completeness; a kind that is not known says nothing.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, TypeAlias

import msgspec

from kiosk.ledger.anchors import BINDING, Anchor, Source
from kiosk.ledger.chain import Entry, own_hash_is_right
from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from kiosk.messages.statements import config_of, time_of
from sync.protocol import KIND

LARGEST = (1 << 63) - 1
LATEST_MS = 253_402_300_799_999
"""The end of the year 9999; nothing that shows a date goes further."""

LARGEST_ERROR_MS = 10 * 366 * 86_400_000
MOST_REFUSED = 1_000_000_000

_Number = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
_Seq = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
_Level = Annotated[int, msgspec.Meta(ge=1, le=5)]


class Silent(Enum):
    """Entries that change no count."""

    NOTHING = "nothing"
    UNCOUNTABLE = "uncountable"  # it should say something, and does not


NOTHING, UNCOUNTABLE = Silent.NOTHING, Silent.UNCOUNTABLE


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating."""

    level: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """The level that a rating was corrected to; `of` is its seq."""

    of: int
    level: int


@dataclass(frozen=True, slots=True)
class Voided:
    """A press that is taken back: `of` is the seq of a rating or of a correction."""

    of: int


@dataclass(frozen=True, slots=True)
class Configured:
    """Whom the ratings after it belong to: central's ids of unit and counter, as central signed them."""

    revision: int
    unit_id: int
    counter_id: int


@dataclass(frozen=True, slots=True)
class Anchored:
    """What time it was; `binding`: it may be relied on."""

    anchor: Anchor
    binding: bool


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The evolving key begins here; `check` says which it is."""

    check: str


@dataclass(frozen=True, slots=True)
class Continues:
    """The ledger replaces another: its id, and the last seq that was known of it (None where nobody knew)."""

    ledger_id: bytes
    seq: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """So many presses could not be kept."""

    presses: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """Further presses in the visit of a rating, which do not count: `of` is its seq; how many of each level, 1 to 5."""

    of: int
    counts: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Carried:
    """An entry of a closed ledger, whose own hash is right."""

    ledger_id: bytes
    entry: Entry


Meaning: TypeAlias = (
    Silent
    | Rated
    | Corrected
    | Voided
    | Configured
    | Anchored
    | Enrolled
    | Continues
    | Refused
    | Repeated
    | Carried
)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word is believed.

    Attributes:
        device: The terminal's id: configurations for another say nothing here.
        central: Keys that sign for central.
        since_ms: Before central made the terminal's id nobody set its clock for it.
    """

    device: str
    central: tuple[PublicKey, ...]
    since_ms: int


class _Rating(msgspec.Struct):
    level: _Level


class _Correction(msgspec.Struct):
    of: _Seq | None
    level: _Level


class _Void(msgspec.Struct):
    of: _Seq | None


class _Config(msgspec.Struct):
    origin: str = ""
    signed: str = ""


class _Anchor(msgspec.Struct):
    source: str
    at_ns: _Number
    utc_ms: Annotated[int, msgspec.Meta(ge=0, le=LATEST_MS)]
    error_ms: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_ERROR_MS)]
    signed: str | None = None


class _Enrolled(msgspec.Struct):
    evolve_check: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


class _Continued(msgspec.Struct):
    ledger: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")] | None = None
    seq: _Number | None = None


class _Boot(msgspec.Struct):
    continues: _Continued | None = None


class _Refused(msgspec.Struct):
    counts: Mapping[str, Annotated[int, msgspec.Meta(ge=0, le=MOST_REFUSED)]]


_Repeats = Annotated[int, msgspec.Meta(ge=0, le=MOST_REFUSED)]


class _Counts(msgspec.Struct):
    one: _Repeats = msgspec.field(default=0, name="1")
    two: _Repeats = msgspec.field(default=0, name="2")
    three: _Repeats = msgspec.field(default=0, name="3")
    four: _Repeats = msgspec.field(default=0, name="4")
    five: _Repeats = msgspec.field(default=0, name="5")


class _Repeat(msgspec.Struct):
    of: _Seq
    counts: _Counts


class _Salvaged(msgspec.Struct):
    ledger: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    seq: _Seq | None = None
    boot_n: _Number = 0
    boottime_ns: _Number = 0
    kind: Annotated[str, msgspec.Meta(pattern=KIND)] = ""
    stored: str | None = None
    prev: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] = ""
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] = ""
    complete: str | None = None


_SOURCES = {source.value: source for source in Source}

_RATING: msgspec.json.Decoder[_Rating] = msgspec.json.Decoder(_Rating)
_CORRECTION: msgspec.json.Decoder[_Correction] = msgspec.json.Decoder(_Correction)
_VOID: msgspec.json.Decoder[_Void] = msgspec.json.Decoder(_Void)
_CONFIG: msgspec.json.Decoder[_Config] = msgspec.json.Decoder(_Config)
_ANCHOR: msgspec.json.Decoder[_Anchor] = msgspec.json.Decoder(_Anchor)
_ENROLLED: msgspec.json.Decoder[_Enrolled] = msgspec.json.Decoder(_Enrolled)
_BOOT: msgspec.json.Decoder[_Boot] = msgspec.json.Decoder(_Boot)
_REFUSED: msgspec.json.Decoder[_Refused] = msgspec.json.Decoder(_Refused)
_REPEAT: msgspec.json.Decoder[_Repeat] = msgspec.json.Decoder(_Repeat)
_SALVAGED: msgspec.json.Decoder[_Salvaged] = msgspec.json.Decoder(_Salvaged)

KINDS = frozenset(
    {
        "rating",
        "correction",
        "void",
        "config",
        "clock_anchor",
        "enrolled",
        "boot",
        "refused",
        "repeat",
        "salvaged",
    }
)
"""The kinds that say something here; all others say nothing."""


_SAY_NOTHING = ("boot", "clock_anchor", "config", "enrolled", "repeat")
"""Of these one that cannot be understood says nothing of a rating either."""


def meaning_of(kind: str, payload: bytes, seq: int, received_ms: int, trust: Trust) -> Meaning:
    """What an entry says.

    Args:
        kind: As stored.
        payload: As stored.
        seq: Its place in its own ledger.
        received_ms: When central received it.
        trust: Whose word is believed.
    """
    if kind not in KINDS:
        return NOTHING
    try:
        return _read(kind, payload, seq, received_ms, trust)
    except (
        ValueError,
        RecursionError,
    ):  # msgspec's errors are ValueErrors; so are those of text that is none
        return NOTHING if kind in _SAY_NOTHING else UNCOUNTABLE


def _read(kind: str, payload: bytes, seq: int, received_ms: int, trust: Trust) -> Meaning:
    match kind:
        case "rating":
            return Rated(_RATING.decode(payload).level)
        case "correction":
            correction = _CORRECTION.decode(payload)
            return _about(correction.of, seq, lambda of: Corrected(of, correction.level))
        case "void":
            return _about(_VOID.decode(payload).of, seq, Voided)
        case "config":
            return _config(_CONFIG.decode(payload), trust)
        case "clock_anchor":
            return _anchor(_ANCHOR.decode(payload), received_ms, trust)
        case "enrolled":
            return Enrolled(_ENROLLED.decode(payload).evolve_check)
        case "boot":
            return _boot(_BOOT.decode(payload), seq)
        case "repeat":
            repeat = _REPEAT.decode(payload)
            return Repeated(repeat.of, msgspec.structs.astuple(repeat.counts)) if repeat.of < seq else NOTHING
        case "refused":
            return Refused(sum(_REFUSED.decode(payload).counts.values()))
        case _:
            return _carried(_SALVAGED.decode(payload))


def _about(of: int | None, seq: int, make: Callable[[int], Corrected | Voided]) -> Meaning:
    if of is None:
        return NOTHING  # of an entry in a ledger that has been replaced since (docs/ledger.md)
    return make(of) if of < seq else UNCOUNTABLE


def _config(body: _Config, trust: Trust) -> Meaning:
    if body.origin != "central":
        return NOTHING
    note = parse_note(body.signed)
    statement = config_of(note)
    if statement.device != trust.device or not _is_signed(note, trust):
        return NOTHING
    unit_id, counter_id = int(statement.unit_id), int(statement.counter_id)
    if not (0 < unit_id <= LARGEST and 0 < counter_id <= LARGEST):
        return NOTHING
    return Configured(statement.revision, unit_id, counter_id)


def _anchor(body: _Anchor, received_ms: int, trust: Trust) -> Meaning:
    source = _SOURCES.get(body.source)
    if source is None:
        return NOTHING
    anchor = Anchor(body.at_ns, body.utc_ms, body.error_ms, source)
    return Anchored(anchor, anchor.source in BINDING and _is_believed(body, received_ms, trust))


def _is_believed(body: _Anchor, received_ms: int, trust: Trust) -> bool:
    if body.source == Source.ADMINISTRATOR:
        return trust.since_ms <= body.utc_ms <= received_ms
    try:
        note = parse_note(body.signed or "")
        return time_of(note).utc_ms == body.utc_ms and _is_signed(note, trust)
    except NoteError:
        return False


def _is_signed(note: Note, trust: Trust) -> bool:
    return any(note.is_signed_by(key) for key in trust.central)


def _boot(body: _Boot, seq: int) -> Meaning:
    if seq != 1 or body.continues is None or body.continues.ledger is None:
        return NOTHING
    return Continues(bytes.fromhex(body.continues.ledger), body.continues.seq)


def _carried(body: _Salvaged) -> Meaning:
    if body.stored is None:
        return NOTHING if body.complete is not None else UNCOUNTABLE
    if body.seq is None or not body.kind or not body.prev or not body.hash:
        return UNCOUNTABLE
    entry = Entry(
        body.seq,
        body.boot_n,
        body.boottime_ns,
        body.kind,
        base64.b64decode(body.stored, validate=True),
        bytes.fromhex(body.prev),
        bytes.fromhex(body.hash),
    )
    ledger_id = bytes.fromhex(body.ledger)
    return Carried(ledger_id, entry) if own_hash_is_right(entry, ledger_id) else UNCOUNTABLE
