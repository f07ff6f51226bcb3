"""The machine's clock, put forward to the time that central has signed (docs/adr/0017-one-unit-sets-the-clock.md).

Nothing of ours needs it: order and intervals come from CLOCK_BOOTTIME, times from anchors. It is for what else runs on
the machine: the journal, certificates of other programs, file dates. It never goes back, whoever says so, and it is
never put to a moment that may not have come yet.
"""

import time

from kiosk.clock import Clock
from kiosk.ledger.anchor_entries import anchor_of
from kiosk.ledger.anchors import BINDING, Anchor
from kiosk.ledger.kinds import Kind, parse
from kiosk.ledger.reader import Reading

_BACK = 5_000
"""So many of the newest entries are searched; an anchor that is older says nothing exact any more."""

_NS_PER_MS = 1_000_000


def anchor_of_boot(ledger: Reading, boot_id: str) -> Anchor | None:
    """The newest binding anchor of a boot; None where there is none, or that boot has not written yet.

    Args:
        ledger: Open for reading.
        boot_id: As the kernel says.

    Raises:
        sqlite3.Error: It cannot be read.
    """
    after = ledger.head().seq - _BACK
    boots = ledger.connection.execute(
        "SELECT boot_n, payload FROM entry WHERE kind = ? ORDER BY seq DESC LIMIT 1", (Kind.BOOT,)
    ).fetchall()
    if not boots or parse(bytes(boots[0][1])).get("boot_id") != boot_id:
        return None
    rows = ledger.connection.execute(
        "SELECT payload FROM entry WHERE seq > ? AND boot_n = ? AND kind = ? ORDER BY seq DESC",
        (after, boots[0][0], Kind.CLOCK_ANCHOR),
    )
    anchors = (anchor_of(bytes(payload)) for (payload,) in rows)
    return next((anchor for anchor in anchors if anchor is not None and anchor.source in BINDING), None)


def behind_ms(anchor: Anchor, clock: Clock) -> int:
    """By how much the machine's clock is certainly behind, milliseconds; 0 where it may be right, or is ahead.

    Args:
        anchor: Of this boot.
        clock: The machine's clocks.
    """
    earliest_ms, latest_ms = anchor.bounds_ms(clock.boottime_ns())
    wall_ms = clock.wall_ns() // _NS_PER_MS
    return (earliest_ms + latest_ms) // 2 - wall_ms if wall_ms < earliest_ms else 0


def put_forward(by_ms: int) -> None:
    """Put the machine's clock forward.

    Raises:
        PermissionError: This process may not (CAP_SYS_TIME).
        ValueError: It would go back.
    """
    if by_ms < 0:
        raise ValueError(f"the clock is never put back, not by {-by_ms} ms either")
    now_ns = time.clock_gettime_ns(time.CLOCK_REALTIME)
    time.clock_settime_ns(time.CLOCK_REALTIME, now_ns + by_ms * _NS_PER_MS)
