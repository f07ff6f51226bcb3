"""What the machine says of itself on the service page."""

import logging
import shutil
from pathlib import Path

from kiosk.clock import Clock
from kiosk.service.attendant import Hands
from kiosk.view import Facts

log = logging.getLogger(__name__)

_MB = 1_000_000


def examine(
    program: str, folder: Path, clock: Clock, hands: Hands | None = None, *, another_board: bool = False
) -> Facts:
    """Ask the machine.

    Args:
        program: Name and version.
        folder: Where the ledger is, or will be.
        clock: Its clocks.
        hands: Of the service menu; None = there is none.
        another_board: See `Facts`.
    """
    try:
        free_mb: int | None = shutil.disk_usage(folder).free // _MB
    except OSError as error:
        log.warning("the free space of %s cannot be had: %s", folder, error)
        free_mb = None
    items, until_ns = ((), 0) if hands is None else (hands.items, hands.gate.until_ns)
    return Facts(program, free_mb, clock.is_synced(), items, until_ns, another_board)
