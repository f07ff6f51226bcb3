"""A technician's command of the delivery, run by root on an installed terminal.

Two users share a terminal: the kiosk's alone writes the ledger, the delivery's alone its own folder, with the key. A
command such as `hailong enrol` needs both. So it runs as the kiosk's user, whose folder the data folder is, and is lent
the delivery's folder for as long as it takes. A terminal whose power goes meanwhile is none the worse: systemd gives
the folder to the delivery each time that it starts it (StateDirectory=, systemd.exec(5)).
"""

import logging
import os
import signal
import sys
from typing import NoReturn

from kiosk.owner import Owner, become, hand_over, owner_of, stands_for_another
from sync.place import Place

log = logging.getLogger(__name__)

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve_as_owner(place: Place) -> None:
    """Go on as the user of the data folder, where root asks and it belongs to somebody else.

    The rest of the program runs in a child; this process waits, takes the folder back and ends with the child's code.
    To be called before there are threads, or anything that must not be in two processes.

    Args:
        place: The files of the delivery.
    """
    kiosk, delivery = stands_for_another(place.data_dir), owner_of(place.folder)
    if kiosk is None:
        return
    lent = delivery is not None and delivery.uid not in (0, kiosk.uid)
    if not lent or delivery is None:
        become(kiosk)
        return
    sys.stdout.flush()
    sys.stderr.flush()
    # From here on whoever asks this process to end is heard: the folder would stay with the wrong user.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    hand_over(place.folder, kiosk, delivery.uid)
    child = os.fork()
    if child != 0:
        _wait_and_take_back(child, place, kiosk, delivery)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    become(kiosk)


def _wait_and_take_back(child: int, place: Place, kiosk: Owner, delivery: Owner) -> NoReturn:
    # Ctrl-C reaches the child, too; whoever asks this process alone to end, means the child.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda asked, _frame: os.kill(child, asked))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    try:
        _, status = os.waitpid(child, 0)
    finally:
        try:
            hand_over(place.folder, delivery, kiosk.uid)
        except OSError as error:
            log.error("the delivery gets its folder back when it starts next: %s", error)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)
