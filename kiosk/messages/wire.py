"""The messages on the kiosk's socket: one JSON object a line, in both directions.

The peer is not trusted. What changes the ledger is a statement that central has signed, and the kiosk verifies it
itself; the peer can at worst say nothing. Each request gets one answer, in order; `New` comes in between, unasked.
Asking again is harmless, whatever became of the answer. `kiosk.messages.client` asks by the socket; a program that
holds the right to write asks `kiosk.ledger.office.opened` in its own process, with the same messages.
"""

from typing import Annotated, TypeVar

import msgspec

LONGEST_LINE_BYTES = 64 * 1024
NOBODY = "none"
"""Nobody has vouched for the time."""

_T = TypeVar("_T")


class BadMessage(ValueError):
    """A line that is none of the messages below."""


class Message(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=False):
    """Anything that is said. `type` on the wire is the name in lower case with underscores."""


class GetHead(Message, frozen=True, tag="get_head"):
    """Where does the chain end, and what is its tag there?"""


class GetNonce(Message, frozen=True, tag="get_nonce"):
    """A nonce for a time statement; the kiosk notes when it gave it out. The last one given out is good."""


class PutAnchor(Message, frozen=True, tag="put_anchor"):
    """A time statement (rendered note) for the last nonce: make the anchor if it says something new.

    A nonce is good once, for two minutes.
    """

    note: str


class PutEnrolment(Message, frozen=True, tag="put_enrolment"):
    """What central answered to an enrolment. The kiosk trusts it: it is the moment when trust begins.

    Where the terminal is enrolled already: exactly so, nothing is to be done (a newer `config` is taken, and the
    evolving key, should it have been lost); in any other way it is refused, unless `same_ledger` or `replace`, which
    over the socket only root and the kiosk's own user may say.

    Attributes:
        device: The id of this terminal at central.
        url: Central's public URL.
        central_public_key: 64 hexadecimal digits.
        first_key: The first evolving key, 64 hexadecimal digits.
        config: A configuration statement (rendered note).
        board_serial: Of the board on which it was asked for; None = not known.
        same_ledger: The same terminal at the same central server goes on, on another board or at a new address.
        replace: The terminal leaves the central server that it belongs to.
    """

    device: str
    url: str
    central_public_key: str
    first_key: str
    config: str | None = None
    board_serial: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    same_ledger: bool = False
    replace: bool = False


class PutConfig(Message, frozen=True, tag="put_config"):
    """A configuration statement (rendered note), newer than the one in use; that one again is done already."""

    note: str


class PutKeyRotation(Message, frozen=True, tag="put_key_rotation"):
    """A rotation of this terminal's own key (rendered note), signed by the old and the new key: an entry says so.

    The same as the ledger's last one is done already.

    Attributes:
        note: The statement.
        old_public_key: The key that is replaced, 64 hexadecimal digits.
    """

    note: str
    old_public_key: str


class PutCentralKey(Message, frozen=True, tag="put_central_key"):
    """Central hands over to a new key of its own (rendered note), signed by the one that is pinned and by the new one.

    Where the new one is pinned already, that is done.
    """

    note: str


class PutReceipt(Message, frozen=True, tag="put_receipt"):
    """A receipt (rendered note): central has everything up to there; a salvage need not bring it over.

    For the ledger in use, or one that was closed here.
    """

    note: str


class PutFork(Message, frozen=True, tag="put_fork"):
    """A receipt (rendered note) that this ledger contradicts: close it and begin a new one, which `GetHead` names.

    Refused where the ledger holds just that entry, or is another one.
    """

    note: str


Request = (
    GetHead
    | GetNonce
    | PutAnchor
    | PutEnrolment
    | PutConfig
    | PutKeyRotation
    | PutCentralKey
    | PutReceipt
    | PutFork
)


class RefusedConfig(msgspec.Struct, frozen=True):
    """A configuration of central's that is not in use.

    Attributes:
        revision: Its own.
        reason: Vietnamese, at most 300 characters: for whoever made it.
    """

    revision: int
    reason: str


class Head(Message, frozen=True, tag="head"):
    """The end of the chain.

    Attributes:
        ledger_id: 32 hexadecimal digits.
        seq: The last entry.
        hash: Its hash, hexadecimal.
        tag: The evolving tag of the last entry, hexadecimal; None before an enrolment, and where the key was lost
            (the enrolment again brings it back).
        device: The id of this terminal at central; None before an enrolment.
        central: The public key of central that is pinned, hexadecimal; None before an enrolment.
        config_revision: Of central's configuration in use; 0 = none.
        salvaging: Whether entries of a closed ledger are still to come.
        board_serial: Of the board on which the terminal was enrolled last; None = not known.
        refused: The last configuration that was refused, until a newer one is in use; also one that is in use, where
            its settings do not fit this terminal any more.
        faults: The codes of the faults that are going on (`kiosk.faults`).
        clock: Who has vouched for the time in this boot: `central`, `ntp` or `none`.
    """

    ledger_id: str
    seq: int
    hash: str
    tag: str | None = None
    device: str | None = None
    config_revision: int = 0
    salvaging: bool = False
    board_serial: str | None = None
    refused: RefusedConfig | None = None
    central: str | None = None
    faults: tuple[str, ...] = ()
    clock: str = NOBODY


class Nonce(Message, frozen=True, tag="nonce"):
    """32 hexadecimal digits."""

    nonce: str


class Done(Message, frozen=True, tag="done"):
    """It is on the disk, or there was nothing to do."""


class Refused(Message, frozen=True, tag="refused"):
    """It was not done, and will not be if it is said again. `reason` is English, for a log."""

    reason: str


class Later(Message, frozen=True, tag="later"):
    """It could not be done now: the disk does not take it, or the ledger is being opened."""

    reason: str


class New(Message, frozen=True, tag="new"):
    """Entries were appended. Unasked, at most ten a second.

    Attributes:
        seq: The last entry.
        urgent: Whether something other than anchors is among them.
    """

    seq: int
    urgent: bool


Answer = Head | Nonce | Done | Refused | Later | New


def encode(message: Message) -> bytes:
    """A line, with its newline."""
    return msgspec.json.encode(message) + b"\n"


def decode_request(line: bytes) -> Request:
    """A request from its line. Raises `BadMessage`."""
    return _decoded(_REQUESTS, line)


def decode_answer(line: bytes) -> Answer:
    """An answer from its line. Raises `BadMessage`."""
    return _decoded(_ANSWERS, line)


def _decoded(decoder: "msgspec.json.Decoder[_T]", line: bytes) -> _T:
    if len(line) > LONGEST_LINE_BYTES:
        raise BadMessage(f"a message has at most {LONGEST_LINE_BYTES} bytes")
    try:
        return decoder.decode(line)
    except (
        ValueError,
        RecursionError,
    ) as error:  # also of text that is not UTF-8, and of lists in lists in lists
        raise BadMessage(str(error)) from error


_REQUESTS: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
