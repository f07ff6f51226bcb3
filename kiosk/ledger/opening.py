"""What a ledger continues: how the first entry of a new one says it, and how it is read there."""

from collections.abc import Mapping
from pathlib import Path

from kiosk.ledger.kinds import Json, parse


def continues(closed: Path, reason: str, old_id: bytes | None, last_seq: int) -> dict[str, Json]:
    """For the `boot` entry of a ledger that replaces another.

    Args:
        closed: The path of the one that was put aside.
        reason: English.
        old_id: Its id, where that is known.
        last_seq: The last entry known to have been stored in it; 0 = none is known.
    """
    return {
        "file": closed.name,
        "reason": reason,
        "ledger": None if old_id is None else old_id.hex(),
        "seq": last_seq or None,
    }


def continued_by(first_payload: bytes) -> tuple[bytes | None, int]:
    """Which ledger one continues (None = not known), and the last entry known of that (0 = none).

    Args:
        first_payload: Of entry 1, which is a `boot` entry; empty where there is none.
    """
    said = parse(first_payload).get("continues")
    if not isinstance(said, Mapping):
        return None, 0
    ledger, seq = said.get("ledger"), said.get("seq")
    try:
        old_id = bytes.fromhex(ledger) if isinstance(ledger, str) else None
    except ValueError:
        old_id = None
    return old_id, seq if type(seq) is int and seq > 0 else 0
