"""``updater.pyz --resume`` and ``--watch``: what systemd runs, from a copy that no package exchanges."""

import logging
import sys
from pathlib import Path

from kiosk.update.driver import resume, watch
from kiosk.update.files import Files
from kiosk.update.machine import DebianMachine

log = logging.getLogger(__name__)


def main(arguments: list[str], folder: Path) -> int:
    """Go on with the update that is under way.

    Args:
        arguments: One: which part of it.
        folder: Where the update's files are.

    Returns:
        0; 1 where something is left to be done and cannot be done now.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    files = Files(folder)
    do = {"--resume": resume, "--watch": watch}[arguments[0]]
    try:
        with files.held(wait=True):
            reason = do(DebianMachine(files))
    except (OSError, ValueError) as error:
        reason = str(error)
    if reason:
        log.error("the update cannot go on: %s", reason)
    return 1 if reason else 0
