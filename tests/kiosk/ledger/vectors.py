"""Makes the test vectors of docs/ledger.md: ``python -m tests.kiosk.ledger.vectors``."""

import json
import sys

from kiosk.ledger import chain

LEDGER_ID = bytes(range(16))

ENTRIES: list[tuple[int, int, str, str]] = [
    (1, 7_000_000_000, "boot", '{"boot_id":"b","program":"h 0.1","wall":"2026-11-22T01:00:00.000Z","synced":false}'),
    (1, 8_500_000_001, "rating", '{"level":5,"source":"touch","wall":"2026-11-22T01:00:01.500Z","synced":false}'),
    (1, 9_000_000_000, "correction", '{"of":2,"level":4,"source":"","wall":"2026-11-22T01:00:02Z","synced":false}'),
    (2, 2**63 - 1, "config", '{"unit":"Phường Bạch Mai","wall":"2036-11-22T01:00:00.000Z","synced":true}'),
    (2, 0, "x", ""),
]  # fmt: skip
"""boot_n, boottime_ns, kind, payload; seq counts from 1. The last two go to the limits of the layout."""


def vectors() -> list[dict[str, str | int]]:
    """Each entry with its prev and hash, every byte string in hexadecimal."""
    made: list[dict[str, str | int]] = []
    prev = chain.GENESIS
    for seq, (boot_n, boottime_ns, kind, payload) in enumerate(ENTRIES, 1):
        digest = chain.link(prev, LEDGER_ID, seq, boot_n, boottime_ns, kind, payload.encode())
        made.append(
            {
                "ledger_id": LEDGER_ID.hex(),
                "seq": seq,
                "boot_n": boot_n,
                "boottime_ns": boottime_ns,
                "kind": kind,
                "payload": payload,
                "prev": prev.hex(),
                "hash": digest.hex(),
            }
        )
        prev = digest
    return made


if __name__ == "__main__":
    lines = ",\n".join(" " + json.dumps(vector, ensure_ascii=False) for vector in vectors())
    sys.stdout.write(f"[\n{lines}\n]\n")
