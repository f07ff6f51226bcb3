"""The way of an export to a USB stick, as the service menu sees it."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kiosk.config.phrase import Phrase
from kiosk.handover import PATIENCE_S, STICK, Handover

log = logging.getLogger(__name__)

_LOOK_S = 0.5


class Stick(Protocol):
    """Somebody who can write the ledger, sealed to the server, to a stick."""

    def is_there(self) -> bool:
        """Whether one is mounted."""

    def export(self) -> tuple[bool, Phrase]:
        """Write it: whether it was, and what the technician is told. Takes as long as it takes."""


class NoStick:
    """A terminal on which nobody hears of sticks."""

    def is_there(self) -> bool:
        """Never."""
        return False

    def export(self) -> tuple[bool, Phrase]:
        """Nothing was written."""
        return False, NO_STICK


NO_STICK = Phrase("There is no USB stick. Plug one in and look for it again.")

NO_ANSWER = Phrase("Nobody has answered. Pull the stick out and plug it in again, then look for it again.")


@dataclass(frozen=True, slots=True)
class UsbStick:
    """The stick of an installed terminal: another program writes to it, and is asked by a file.

    Attributes:
        handover: Asks.
        folder: Where a stick is mounted; without one an empty folder of the memory lies there.
        sleep: For a number of seconds.
    """

    handover: Handover
    folder: Path = STICK
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Stick:
        """As systemd started this program."""
        handover = Handover.of(environment)
        return NoStick() if handover is None else cls(handover)

    def is_there(self) -> bool:
        """Whether another file system than that of the folder around it lies there."""
        try:
            return self.folder.stat().st_dev != self.folder.parent.stat().st_dev
        except OSError:
            return False  # the folder comes with the first stick

    def export(self) -> tuple[bool, Phrase]:
        """Ask, and wait for the answer. Raises `OSError` where not even a request can be left."""
        request = self.handover.ask()
        for _turn in range(round(PATIENCE_S / _LOOK_S)):
            answer = self.handover.answer(request)
            if answer is not None:
                return answer.done, Phrase("{text}", {"text": answer.text})
            self.sleep(_LOOK_S)
        log.warning("nobody has answered the request for an export")
        return False, NO_ANSWER
