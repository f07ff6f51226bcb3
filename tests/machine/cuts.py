"""Power cuts at random moments of a voting machine that delivers, and what they must not do."""

import random
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from hardware.events import Level
from tests.machine.central import Central, now, year_ago
from tests.machine.citizen import SEEN_S, Citizen, is_kept
from tests.machine.disk import counted, on_disk, ratings
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
        unthanked: Taps that were overtaken by a cut, or whose thanks nobody waited for.
        stored: Ratings on the disk at the end, since the enrolment.
        received: Of those at central.
        early: Votes that central had while the network was unplugged: none, or it was not.
        failures: English.
    """

    cuts: int = 0
    thanked: int = 0
    unthanked: int = 0
    stored: int = 0
    received: int = 0
    early: int = 0
    failures: list[str] = field(default_factory=list)


class Campaign:
    """One machine, cut off from its power again and again.

    Its clock stands a year back at every start, as without a battery, and no time server is there.

    Args:
        machine: Not enrolled anywhere; off, or on and idle.
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
        self._enrolled_at = 0
        self.device = ""
        self.toll = Toll()

    def enrol(self) -> None:
        """Let the machine in."""
        self._start(unplugged=False)
        self.device = self._central.enrol(self._machine)
        # What was rated before that belongs to no counter: central has it, and does not count it.
        self._before = ratings(self._machine)
        self._enrolled_at = on_disk(self._machine)[-1][0]

    def weaken(self) -> None:
        """A ledger that says of votes that they are on the disk and does not wait for the disk: they must be missed."""
        store = "/opt/hailong/lib/python3.11/site-packages/kiosk/ledger/store.py"
        weaker = """-e 's/synchronous = FULL/synchronous = OFF/' -e 's/"wal", 2, 0/"wal", 0, 0/'"""
        self._machine.run(f"sed -i {weaker} {store} && grep -q 'synchronous = OFF' {store} && sync")
        self._machine.run("systemctl restart hailong-kiosk.service")  # returns when it is ready

    def run(self, cuts: int) -> Toll:
        """So many cuts, each after a start; in every fifth start, beginning with the second, there is no network.

        It ends early at the first failure.
        """
        for number in range(cuts):
            self._start(unplugged=number % 5 == 1)
            self._vote_until_the_cut()
            self._look(number + 1)
            if self.toll.failures:
                break  # whatever comes after is no more what was tapped
        return self.toll

    def arrive(self) -> tuple[datetime, datetime]:
        """One start more, without a network: a vote, and when the network is plugged in everything must arrive.

        Returns:
            The host's time before that vote and after the thanks for it.
        """
        self._start(unplugged=True)
        held = len(self._central.votes(self.device))
        began = now()
        self._citizen.votes(self._level())
        thanked = now()
        time.sleep(_LONGEST_S)
        self.toll.early = len(self._central.votes(self.device)) - held
        self.toll.stored = len(ratings(self._machine)) - len(self._before)
        self.toll.thanked += 1
        self._machine.plug_in_the_network(True)
        self._machine.until("every vote at central", self._has_all, BOOT_S, every_s=2)
        self.toll.received = len(self._central.votes(self.device))
        return began, thanked

    def _start(self, unplugged: bool) -> None:
        if not self._machine.is_on:
            self._machine.switch_on(Power(clock=year_ago()))
            self._machine.plug_in_the_network(not unplugged)
        self._citizen.waits_for(IDLE)

    def _vote_until_the_cut(self) -> None:
        for _ in range(self._chance.randrange(_MOST_VOTES + 1)):
            self._citizen.is_thanked(self._citizen.taps_on(self._level()), SEEN_S)
        tap = self._citizen.taps_on(self._level())
        end_s = time.monotonic() + self._chance.uniform(0, _LONGEST_S)
        self._citizen.is_thanked(tap, end_s - time.monotonic())
        time.sleep(max(0.0, end_s - time.monotonic()))
        self._machine.cut()

    def _level(self) -> Level:
        return self._chance.choice(list(Level))

    def _look(self, cut: int) -> None:
        taps, toll = self._citizen.taps, self.toll
        try:
            found = ratings(self._machine)
        except sqlite3.DatabaseError as error:
            toll.failures.append(f"after cut {cut} the ledger cannot be read: {error}")
            return
        toll.cuts, toll.stored = cut, len(found) - len(self._before)
        toll.thanked = sum(tap.is_thanked for tap in taps)
        toll.unthanked = len(taps) - toll.thanked
        if found[: len(self._before)] != self._before or not is_kept(taps, found[len(self._before) :]):
            said = [(int(tap.level), tap.is_thanked) for tap in taps]
            toll.failures.append(f"after cut {cut} the disk has {found}, tapped and thanked was {said}")
        self._say(f"cut {cut}: {toll.thanked} votes thanked for, {toll.stored} on the disk\n")

    def _has_all(self) -> bool:
        received = [(int(vote["seq"]), int(vote["level"])) for vote in self._central.votes(self.device)]
        return received == [vote for vote in counted(on_disk(self._machine)) if vote[0] > self._enrolled_at]
