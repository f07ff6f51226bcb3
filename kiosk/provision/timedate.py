"""The clock by timedatectl(1)."""

from kiosk.clock import Clock, viet_nam_time
from kiosk.config.phrase import Phrase
from kiosk.provision.errors import PartFailed
from kiosk.provision.processes import Run, run
from kiosk.provision.works import Time

_ZONE = "Asia/Ho_Chi_Minh"
_WAIT_S = 30.0
_ASKS_NOBODY = "NTP not supported"
"""systemd-timedated(8), where no program is installed that asks time servers."""


class TimeDate:
    """See `TimePart`.

    Args:
        clock: Of this machine.
        run: Runs timedatectl.
    """

    def __init__(self, clock: Clock, run: Run = run) -> None:
        self._clock = clock
        self._run = run

    def see(self) -> Time:
        """See `TimePart`."""
        return Time(viet_nam_time(self._clock.wall_ns()), self._clock.is_synced())

    def set(self, local: str) -> Time:
        """See `TimePart`. A time server has the last word afterwards, as before."""
        self._call("set-timezone", _ZONE)  # it takes the time as one of the machine's own zone
        self._call("set-ntp", "false", but=_ASKS_NOBODY)  # it refuses a time while a server is asked
        try:
            self._call("set-time", local)
        finally:
            self._call("set-ntp", "true", but=_ASKS_NOBODY)
        return self.see()

    def _call(self, *arguments: str, but: str | None = None) -> None:
        try:
            ran = self._run(["timedatectl", "--no-ask-password", *arguments], "", _WAIT_S)
            problem = "" if ran.code == 0 else (ran.err.strip().splitlines() or [str(ran.code)])[-1]
        except OSError as error:
            problem = str(error.strerror)
        if problem and (but is None or but not in problem):
            raise PartFailed(
                Phrase(
                    "The clock could not be set. ({reason}) Ratings go on all the same; the time is put right when the "
                    "central server is reached.",
                    {"reason": problem[:200]},
                ),
                "time",
            )
