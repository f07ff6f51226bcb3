"""Power cuts at random moments of a voting machine that delivers, and what they must not do."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hardware.events import Level
from tests.machine.central import Central, year_ago
from tests.machine.citizen import Citizen, is_kept
from tests.machine.disk import ratings
from tests.machine.screen import IDLE
from tests.machine.vm import BOOT_S, Machine, Power

_MOST_VOTES = 2
_LONGEST_S = 6.0
"""From the last tap to the cut at most: delivery begins two seconds after a vote."""


@dataclass(slots=True)
class Toll:
    """What was done, and what went wrong.

    Attributes:
        cuts: Power cuts.
        thanked: Votes for which the screen said thank you.
        unthanked: Taps that were overtaken by a cut, or that the display lost on their way.
        stored: Ratings on the disk at the end.
        received: Of those at central.
        failures: English.
    """

    cuts: int = 0
    thanked: int = 0
    unthanked: int = 0
    stored: int = 0
    received: int = 0
    failures: list[str] = field(default_factory=list)


class Campaign:
    """One machine, cut off from its power again and again.

    Its clock stands a year back at every start, as without a battery, and no time server is there.

    Args:
        machine: Not enrolled anywhere.
        central: Where its votes go.
        chance: The moments.
        say: Told of each cut.
    """

    def __init__(
        self, machine: Machine, central: Central, chance: random.Random, say: Callable[[str], object]
    ) -> None:
        self._machine, self._central, self._chance, self._say = machine, central, chance, say
        self._citizen = Citizen(machine)
        self._before: list[int] = []
        self.device = ""
        self.toll = Toll()

    def run(self, cuts: int) -> Toll:
        """So many cuts, then one start more in which everything must arrive.

        In every fifth boot, beginning with the second, the network is unplugged.
        """
        self._machine.close()
        self._before = ratings(self._machine)
        for number in range(cuts):
            self._start()
            if number % 5 == 1:
                self._machine.qmp("set_link", name="net-card", up=False)
            self._vote_until_the_cut()
            self._look(number + 1)
        self._start()
        self._machine.until("every vote at central", self._has_all, BOOT_S, every_s=5)
        self.toll.received = len(self._central.votes(self.device))
        return self.toll

    def _start(self) -> None:
        self._machine.switch_on(Power(clock=year_ago()))
        self._citizen.waits_for(IDLE)
        if not self.device:
            self.device = self._central.enrol(self._machine)

    def _vote_until_the_cut(self) -> None:
        for _ in range(self._chance.randrange(_MOST_VOTES + 1)):
            self._citizen.votes(self._level())
        tap = self._citizen.taps_on(self._level())
        end_s = time.monotonic() + self._chance.uniform(0, _LONGEST_S)
        self._citizen.is_thanked(tap, end_s - time.monotonic())
        time.sleep(max(0.0, end_s - time.monotonic()))
        self._machine.cut()

    def _level(self) -> Level:
        return self._chance.choice(list(Level))

    def _look(self, cut: int) -> None:
        taps, toll = self._citizen.taps, self.toll
        found = ratings(self._machine)
        toll.cuts, toll.stored = cut, len(found)
        toll.thanked = sum(tap.is_thanked for tap in taps)
        toll.unthanked = len(taps) - toll.thanked
        if found[: len(self._before)] != self._before or not is_kept(taps, found[len(self._before) :]):
            said = [(int(tap.level), tap.is_thanked) for tap in taps]
            toll.failures.append(f"after cut {cut} the disk has {found}, tapped and thanked was {said}")
        self._say(f"cut {cut}: {toll.thanked} votes thanked for, {toll.stored} on the disk\n")

    def _has_all(self) -> bool:
        received = [int(vote["level"]) for vote in self._central.votes(self.device)]
        return received == ratings(self._machine)
