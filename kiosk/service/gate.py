"""Wrong PINs make the next one wait: half a minute after the third, up to a quarter of an hour, restarts or not.

What is known lies in a small file in the data folder. A try is written there as a wrong one before it is looked at, so
that pulling the plug does not take it back.
"""

import json
import logging
from pathlib import Path

from kiosk.clock import Clock
from kiosk.controller.rules import S
from kiosk.leaf import PinTried
from kiosk.ledger.disk import replace_file
from kiosk.service.pin import matches

log = logging.getLogger(__name__)

NAME = "service-pin.json"
FREE = 3
"""So many wrong ones in a row cost nothing but the last of them."""
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 900


def wait_s(wrong: int) -> int:
    """For how long no PIN is looked at, after so many wrong ones in a row; seconds."""
    if wrong < FREE:
        return 0
    return min(LONGEST_WAIT_S, FIRST_WAIT_S << min(wrong - FREE, 10))


class Gate:
    """Looks at PINs. Used by one thread at a time.

    Args:
        kept: The hash of the right one.
        file: Where the wrong ones are counted.
        clock: For the time and the boot: after another start of the machine a wait begins anew, for nobody can say how
            long it was off.
    """

    def __init__(self, kept: str, file: Path, clock: Clock) -> None:
        self._kept, self._file, self._clock = kept, file, clock
        self._wrong, self._until_ns = self._load()

    @property
    def until_ns(self) -> int:
        """Before this CLOCK_BOOTTIME, nanoseconds, no PIN is looked at; 0 = at once."""
        return self._until_ns

    def try_pin(self, pin: str) -> PinTried:
        """Whether this is the PIN. While a wait lasts none is, and it does not get longer."""
        now_ns = self._clock.boottime_ns()
        if now_ns < self._until_ns:
            return PinTried(right=False, until_ns=self._until_ns)
        self._set(self._wrong + 1, now_ns)
        if not matches(pin, self._kept):
            return PinTried(right=False, until_ns=self._until_ns)
        self._set(0, now_ns)
        return PinTried(right=True)

    def _set(self, wrong: int, now_ns: int) -> None:
        wait_ns = wait_s(wrong) * S
        self._wrong, self._until_ns = wrong, now_ns + wait_ns if wait_ns else 0
        said = {"boot_id": self._clock.boot_id(), "wrong": self._wrong, "until_ns": self._until_ns}
        try:
            self._file.parent.mkdir(mode=0o2750, parents=True, exist_ok=True)
            replace_file(self._file, json.dumps(said).encode())
        except OSError as error:
            log.warning("wrong PINs are not remembered beyond this run of the program: %s", error)

    def _load(self) -> tuple[int, int]:
        now_ns = self._clock.boottime_ns()
        try:
            said = json.loads(self._file.read_bytes())
            wrong, until_ns = max(0, int(said["wrong"])), int(said["until_ns"])
            same_boot = said["boot_id"] == self._clock.boot_id()
        except FileNotFoundError:
            return 0, 0
        except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
            log.warning("%s cannot be read; it is taken for three wrong PINs: %s", self._file, error)
            wrong, until_ns, same_boot = FREE, 0, False
        latest_ns = now_ns + wait_s(wrong) * S
        if not wait_s(wrong):
            return wrong, 0
        return wrong, min(until_ns, latest_ns) if same_boot else latest_ns
