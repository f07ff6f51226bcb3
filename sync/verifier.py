"""Checks an exported ledger (``hailong ledger export --format jsonl``) without trusting the program that made it.

One file, standard library only, nothing of ours imported: an auditor can read it in ten minutes, copy it to
another computer and run ``python3 verifier.py EXPORT``. The hash layout is that of docs/ledger.md, written a
second time on purpose. Checked are every line's hash, that each line continues the one before, and that the columns
for people (level, wall, counted, level_counted) say what the hashed payloads say.
"""

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

TAG = b"hailong/entry/1\0"
GENESIS = bytes(32)

_TEXTS, _NUMBERS = ("ledger_id", "kind", "prev", "hash"), ("seq", "boot_n", "boottime_ns")

INTACT, NOT_INTACT, CANNOT_READ = 0, 1, 2
"""Exit codes."""


class Reason(StrEnum):
    """Why an entry is wrong."""

    OTHER_LEDGER = "it belongs to another ledger"
    GAP = "an entry before it is missing, or it is not in its place"
    PREV = "prev is not the hash of the entry before"
    HASH = "its hash is not that of its contents"
    COLUMN = "a column (level, wall, counted, level_counted) does not say what the entries say"


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
    """

    ledger_id: str
    first: int
    last: int
    head: str
    first_bad: int | None = None
    reason: Reason | None = None


@dataclass
class _Meaning:
    """What later entries say about earlier ratings; a void takes back one press, a rating or a correction."""

    corrections: dict[int, list[tuple[int, Any]]] = field(default_factory=dict)
    voided: set[int] = field(default_factory=set)

    def learn(self, kind: str, seq: int, body: dict[str, Any]) -> None:
        of = body.get("of")
        if kind == "correction" and isinstance(of, int):
            self.corrections.setdefault(of, []).append((seq, body.get("level")))
        elif kind == "void" and isinstance(of, int):
            self.voided.add(of)

    def standing(self, seq: int, level: Any) -> list[Any]:  # noqa: ANN401 - whatever the payloads say
        """The levels of a rating, oldest first, without those that were taken back."""
        presses = ((seq, level), *self.corrections.get(seq, ()))
        return [given for at, given in presses if at not in self.voided]


def verify(path: Path) -> Verdict:
    """Check an export. Reads it twice: corrections come after what they correct.

    Raises:
        CannotRead: It is empty, or a line is not an entry.
        OSError: The file cannot be opened.
    """
    meaning = _Meaning()
    verdict = _check_chain(path, meaning)
    if verdict.first_bad is not None:
        return verdict
    for row in _rows(path):
        if not _columns_are_right(row, meaning):
            seq = row["seq"]
            return replace(verdict, last=seq - 1, head=row["prev"], first_bad=seq, reason=Reason.COLUMN)
    return verdict


def _check_chain(path: Path, meaning: _Meaning) -> Verdict:
    ledger_id, first, seq, head = "", 0, 0, ""
    for row in _rows(path):
        if not seq:
            ledger_id, first, seq = row["ledger_id"], row["seq"], row["seq"] - 1
            head = GENESIS.hex() if seq == 0 else row["prev"]
        if row["ledger_id"] != ledger_id:
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
    if not seq:
        raise CannotRead("there is no entry in the file")
    return Verdict(ledger_id, first, seq, head)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise CannotRead(f"line {number} is not JSON") from error
            if not isinstance(row, dict) or any(type(row.get(name)) is not int for name in _NUMBERS):
                raise CannotRead(f"line {number} is not an entry")
            payload = row.get("payload", row.get("payload_base64"))
            if any(not isinstance(text, str) for text in (payload, *map(row.get, _TEXTS))):
                raise CannotRead(f"line {number} is not an entry")
            yield row


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
    expected = {
        "level": level,
        "wall": body.get("wall"),
        "counted": bool(standing),
        "level_counted": standing[-1] if standing else None,
    }
    # As text: for Python 1, 1.0 and true are the same, for a reader of the export they are not.
    return all(json.dumps(row.get(name)) == json.dumps(value) for name, value in expected.items())


def main(arguments: list[str]) -> int:
    """``python3 verifier.py EXPORT``: say what was found, in English; the exit code is 0, 1 or 2."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python3 verifier.py EXPORT\n")
        return CANNOT_READ
    try:
        found = verify(Path(arguments[0]))
    except (OSError, CannotRead) as error:
        sys.stderr.write(f"cannot read: {error}\n")
        return CANNOT_READ
    if found.first_bad is not None:
        sys.stdout.write(f"NOT intact: first bad seq {found.first_bad}: {found.reason}\n")
        return NOT_INTACT
    sys.stdout.write(f"intact: ledger {found.ledger_id}, {found.first} to {found.last}, head {found.head}\n")
    return INTACT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
