"""Checks an exported ledger (``hailong ledger export --format jsonl``) without trusting the program that made it.

One file, standard library only, nothing of ours imported: an auditor can read it in ten minutes, copy it to
another computer and run ``python3 verifier.py EXPORT``. The hash layout is that of docs/ledger.md, written a
second time on purpose. Checked are every line's hash, that each line continues the one before, and that the columns
for people (level, wall, counted, level_counted) say what the hashed payloads say.
"""

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    CAN_VERIFY = True
except ImportError:
    CAN_VERIFY = False

TAG = b"hailong/entry/1\0"

_NUMBERS = ("seq", "boot_n", "boottime_ns")
_COLUMNS = ("level", "wall", "counted", "level_counted")
_FIELDS = dict.fromkeys(("ledger_id", "kind", "prev", "hash"), str) | dict.fromkeys(_NUMBERS, int)

INTACT, NOT_INTACT, CANNOT_READ = 0, 1, 2  # exit codes


class Reason(StrEnum):
    """Why an entry is wrong."""

    OTHER_LEDGER = "it belongs to another ledger"
    GAP = "an entry before it is missing, or it is not in its place"
    PREV = "prev is not the hash of the entry before"
    HASH = "its hash is not that of its contents"
    COLUMN = "a column (level, wall, counted, level_counted) does not say what the entries say"
    OTHER = "the central server has signed for another entry here"
    LOST = "the central server has signed for this entry, and it is not in the export"
    SIGNATURE = "a receipt with it is not one that the central server has signed for this ledger"
    UNSIGNED = "no receipt by the key that was given vouches for it"


class CannotRead(ValueError):
    """The file is not an export, or not a complete one."""


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        ledger_id: Which ledger, hexadecimal.
        first: The seq that the export begins with; what was before it is not in the file and not vouched for.
        last: The last seq that is right.
        head: The hash of that entry, hexadecimal. Compare it with one that was noted elsewhere: an export
            whose end was cut off is intact in itself.
        first_bad: The first seq that is wrong; None when all are right.
        reason: What is wrong with it; None when nothing is.
        receipts: How many receipts of the central server were looked at.
        signed: The last seq that one is for; 0 = none.
        signed_at_s: When the server gave it, by its own clock, seconds since 1970 UTC.
        key_ids: Of whoever gave that one: compare it with what the server's administrator says.
    """

    ledger_id: str
    first: int
    last: int
    head: str
    first_bad: int | None = None
    reason: Reason | None = None
    receipts: int = 0
    signed: int = 0
    signed_at_s: int = 0
    key_ids: tuple[str, ...] = ()


@dataclass
class _Meaning:
    """What later entries say about earlier ratings; a void takes back one press, a rating or a correction."""

    corrections: dict[int, list[tuple[int, Any]]] = field(default_factory=dict)
    voided: set[int] = field(default_factory=set)

    def learn(self, kind: str, seq: int, body: dict[str, Any]) -> None:
        of = body.get("of")
        if isinstance(of, int) and of < seq:  # only what comes later can be about an entry
            if kind == "correction":
                self.corrections.setdefault(of, []).append((seq, body.get("level")))
            elif kind == "void":
                self.voided.add(of)

    def standing(self, seq: int, level: Any) -> list[Any]:  # noqa: ANN401 - whatever the payloads say
        """The levels of a rating, oldest first, without those that were taken back."""
        presses = ((seq, level), *self.corrections.get(seq, ()))
        return [given for at, given in presses if at not in self.voided]


@dataclass
class _Witness:
    """What the central server has signed for: size, hash, time and key id of every receipt."""

    signed: list[tuple[int, str, int, str]] = field(default_factory=list)
    honest: bool = True

    def learn(self, row: dict[str, Any], trusted: str | None) -> None:
        """Read the receipts beside the first entry."""
        try:
            raws = [bytes.fromhex(key) for key in row.get("central_keys", [])]
            keys = {hashlib.sha256(raw).hexdigest()[:16]: raw for raw in raws}
            found = [_signed(note, row["ledger_id"], keys) for note in row.get("receipts", [])]
        except (TypeError, ValueError, AttributeError) as error:
            raise CannotRead("receipts or central_keys cannot be understood") from error
        self.honest = None not in found
        self.signed = [each for each in found if each is not None and trusted in (None, each[3])]

    def agrees(self, seq: int, digest: str) -> bool:
        """Whether what was signed for `seq` entries, if anything was, ends with this hash."""
        return all(digest == signed for size, signed, *_ in self.signed if size == seq)

    def says(self, found: Verdict) -> Verdict:
        """The verdict, with what is known of receipts."""
        size, _, at_s, _ = max(self.signed, default=(0, "", 0, ""))
        ids = sorted({key_id for end, _, _, key_id in self.signed if end == size})
        return replace(found, receipts=len(self.signed), signed=size, signed_at_s=at_s, key_ids=tuple(ids))


def _signed(note: str, ledger_id: str, keys: dict[str, bytes]) -> tuple[int, str, int, str] | None:
    """Size, hash, time and key id of a receipt (docs/protocol.md); None when it is none by these keys."""
    text, _, lines = note.rpartition("\n\n")
    end = r"\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)"
    found = re.fullmatch(f"hailong/ledger/{re.escape(ledger_id)}{end}", text)
    for key_id, raw in keys.items():
        name = f"hailong-central-{key_id}"
        for line in lines.splitlines():
            if found is None or not line.startswith(f"— {name} "):
                continue
            blob = base64.b64decode(line.rpartition(" ")[2], validate=True)
            tag, at_s = hashlib.sha256(name.encode() + b"\n\x04" + raw).digest()[:4], blob[4:12]
            message = f"cosignature/v1\ntime {int.from_bytes(at_s, 'big')}\n{text}\n".encode()
            if len(blob) == 76 and blob[:4] == tag and _verifies(raw, blob[12:], message):
                return int(found[1]), base64.b64decode(found[2]).hex(), int.from_bytes(at_s, "big"), key_id
    return None


def _verifies(raw: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature fits; taken for right where there is no library that could tell."""
    try:
        return not CAN_VERIFY or Ed25519PublicKey.from_public_bytes(raw).verify(signature, message) is None
    except (InvalidSignature, ValueError):
        return False


def verify(path: Path, trusted: str | None = None) -> Verdict:
    """Check an export. Reads it twice: corrections come after what they correct.

    Args:
        path: The file.
        trusted: The key id of the central server that must have given a receipt, and whose alone count; None = any.

    Raises:
        CannotRead: It is empty, or a line is not an entry.
        OSError: The file cannot be opened.
    """
    trusted = None if trusted is None else trusted.replace("-", "").lower()
    meaning, witness = _Meaning(), _Witness()
    verdict = witness.says(_check_chain(path, meaning, witness, trusted))
    if verdict.first_bad is not None:
        return verdict
    for row in _rows(path):
        if not _columns_are_right(row, meaning):
            seq = row["seq"]
            return replace(verdict, last=seq - 1, head=row["prev"], first_bad=seq, reason=Reason.COLUMN)
    return verdict


def _check_chain(path: Path, meaning: _Meaning, witness: _Witness, trusted: str | None) -> Verdict:
    ledger_id, first, seq, head = "", 0, 0, ""
    for row in _rows(path):
        if not first:
            ledger_id, first, seq = row["ledger_id"], row["seq"], row["seq"] - 1
            head = row["prev"] if seq else "00" * 32
            witness.learn(row, trusted)
        if not witness.honest:
            reason = Reason.SIGNATURE
        elif not witness.agrees(seq, head):
            return Verdict(ledger_id, first, seq - 1, row["prev"], seq, Reason.OTHER)
        elif row["ledger_id"] != ledger_id:
            reason = Reason.OTHER_LEDGER
        elif row["seq"] != seq + 1:
            reason = Reason.GAP
        elif row["prev"] != head:
            reason = Reason.PREV
        elif _hash(row) != row["hash"]:
            reason = Reason.HASH
        else:
            seq, head = row["seq"], row["hash"]
            meaning.learn(row["kind"], row["seq"], _body(row))
            continue
        return Verdict(ledger_id, first, seq, head, seq + 1, reason)
    if not first:
        raise CannotRead("there is no entry in the file")
    if not witness.agrees(seq, head):
        return Verdict(ledger_id, first, seq, head, seq, Reason.OTHER)
    if any(size > seq for size, *_ in witness.signed):
        return Verdict(ledger_id, first, seq, head, seq + 1, Reason.LOST)
    if trusted is not None and not witness.signed:
        return Verdict(ledger_id, first, seq, head, first, Reason.UNSIGNED)
    return Verdict(ledger_id, first, seq, head)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line, object_pairs_hook=_once)
            except (ValueError, RecursionError) as error:
                raise CannotRead(f"line {number} is not JSON, or has a member twice") from error
            if (
                not isinstance(row, dict)
                or any(type(row.get(name)) is not kind for name, kind in _FIELDS.items())
                or isinstance(row.get("payload"), str) == isinstance(row.get("payload_base64"), str)
                or not row["seq"]
            ):
                raise CannotRead(f"line {number} is not an entry")
            yield row


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Of two members with one name each reader takes the one it likes."""
    if len(row := dict(members)) < len(members):
        raise ValueError
    return row


def _payload(row: dict[str, Any]) -> bytes:
    return str(row["payload"]).encode() if "payload" in row else base64.b64decode(row["payload_base64"])


def _body(row: dict[str, Any]) -> dict[str, Any]:
    try:
        body = json.loads(_payload(row))
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _hash(row: dict[str, Any]) -> str | None:
    """SHA-256 over: tag, prev, ledger_id, seq, boot_n, boottime_ns (8 bytes each), kind, payload with lengths."""
    try:
        kind, payload = row["kind"].encode("ascii"), _payload(row)
        prev, ledger_id = bytes.fromhex(row["prev"]), bytes.fromhex(row["ledger_id"])
        if (len(prev), len(ledger_id)) != (32, 16):
            return None
        numbers = b"".join(row[name].to_bytes(8, "big") for name in _NUMBERS)
        named, text = bytes([len(kind)]) + kind, len(payload).to_bytes(4, "big") + payload
    except (ValueError, OverflowError):
        return None
    return hashlib.sha256(TAG + prev + ledger_id + numbers + named + text).hexdigest()


def _columns_are_right(row: dict[str, Any], meaning: _Meaning) -> bool:
    body = _body(row)
    level = body.get("level") if row["kind"] in ("rating", "correction") else None
    standing = meaning.standing(row["seq"], level) if row["kind"] == "rating" else []
    values = (level, body.get("wall"), bool(standing), standing[-1] if standing else None)
    # As text: for Python 1, 1.0 and true are the same, for a reader of the export they are not.
    return json.dumps([row.get(name) for name in _COLUMNS]) == json.dumps(values)


def main(arguments: list[str]) -> int:
    """``python3 verifier.py EXPORT [KEY_ID]``: what was found, in English; the exit code is 0, 1 or 2."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python3 verifier.py EXPORT [KEY_ID]\n")
        return CANNOT_READ
    try:
        found = verify(Path(arguments[0]), arguments[1] if arguments[1:] else None)
    except (OSError, CannotRead) as error:
        sys.stderr.write(f"cannot read: {error}\n")
        return CANNOT_READ
    if found.first_bad is not None:
        sys.stdout.write(f"NOT intact: first bad seq {found.first_bad}: {found.reason}\n")
        return NOT_INTACT
    sys.stdout.write(f"intact: ledger {found.ledger_id}, {found.first} to {found.last}, head {found.head}\n")
    unsure = "" if CAN_VERIFY else "; signatures NOT checked: the package cryptography is missing"
    keys = ", ".join(found.key_ids)
    sys.stdout.write(f"{found.receipts} receipts, up to seq {found.signed} by the key {keys}{unsure}\n")
    return INTACT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
