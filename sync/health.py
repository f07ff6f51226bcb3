"""How this terminal is, for whoever looks after many of them: no vote, no level."""

import logging
from datetime import datetime
from pathlib import Path

from kiosk import sensors
from kiosk.board import serial_number
from kiosk.clock import Clock
from kiosk.ledger.chain import Entry
from kiosk.ledger.disk import Disk
from kiosk.ledger.kinds import parse
from kiosk.messages import wire
from sync.protocol import Health
from sync.source import Source, Waiting

log = logging.getLogger(__name__)


def health_of(
    ledger: Source, waiting: Waiting, head: wire.Head, folder: Path, clock: Clock, root: Path = Path("/")
) -> Health:
    """What a heartbeat says of this machine.

    Args:
        ledger: The one in use.
        waiting: What of it has no receipt.
        head: What the kiosk says of itself.
        folder: On the disk that holds the ledger.
        clock: The machine's clocks.
        root: What stands for ``/``.
    """
    free, size = _disk(folder)
    return Health(
        disk_free=free,
        disk_size=size,
        temperature_c=sensors.hottest_c(root),
        undervoltage=sensors.undervoltage(root),
        faults=list(head.faults),
        clock=head.clock,
        oldest_s=_oldest_s(ledger, waiting.first, head, clock),
        uptime_s=clock.boottime_ns() // 10**9,
        board_serial=serial_number(root),
    )


def _oldest_s(ledger: Source, entry: Entry | None, head: wire.Head, clock: Clock) -> int | None:
    """How old an entry is at least: one of an earlier boot is older than this one."""
    if entry is None:
        return None
    last = ledger.entries(head.seq - 1, head.seq, 1)  # whoever answered as the kiosk has written in this boot
    if last and last[0].boot_n == entry.boot_n:
        return max(0, (clock.boottime_ns() - entry.boottime_ns) // 10**9)
    return max(clock.boottime_ns() // 10**9, _by_wall_s(entry, clock))


def _by_wall_s(entry: Entry, clock: Clock) -> int:
    """By the wall clock, where it was good then and is now; else 0."""
    body = parse(entry.payload)
    wall = body.get("wall")
    if body.get("synced") is not True or not isinstance(wall, str) or not clock.is_synced():
        return 0
    try:
        return int(clock.wall_ns() / 1e9 - datetime.fromisoformat(wall).timestamp())
    except (ValueError, OverflowError):
        return 0  # not a time: the boot says enough


def _disk(folder: Path) -> tuple[int | None, int | None]:
    """Bytes free for this program, and in all."""
    try:
        free, size = Disk(folder).sizes()
    except OSError as error:
        log.warning("the disk does not say how full it is: %s", error)
        return None, None
    return (free, size) if size else (None, None)
