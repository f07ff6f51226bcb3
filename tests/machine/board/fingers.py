"""Presses buttons of the breadboard: ``fingers.py`` reads JSON from standard input and says what happened in JSON.

It runs in the machine under test. In: ``traces`` (what a contact does during one press, by name: pairs of microseconds
and closed), ``presses`` (pairs of pin and trace), ``lights`` (pins), ``patience_s``. Each press waits until the lights
glow, as a person would, plays its trace in real time, and waits until the lights have blinked and glow again.
Out: for each press ``blinks`` (how often they did) and ``open_ms`` (the longest time that the contact was open within
its trace: an emulated processor may be late).
"""

import json
import os
import struct
import sys
import time
from pathlib import Path

BREADBOARD = Path("/dev/breadboard")
SEEN = struct.Struct("=III")
"""Is an output, its level, how often that has changed."""
BLINK = 2
"""Dark, and bright again."""
STEADY_S = 0.4
"""Longer than they are dark or bright in between; and longer than a button must rest."""


class Board:
    """The breadboard, open."""

    def __init__(self, lights: list[int]) -> None:
        self._file = BREADBOARD.open("r+b", buffering=0)
        self._lights = lights

    def glow(self) -> int:
        """How often the lights have changed; -1 while not all of them are on. All are always alike."""
        every = os.pread(self._file.fileno(), 4096, 0)
        seen = [SEEN.unpack_from(every, light * SEEN.size) for light in self._lights]
        if len(set(seen)) > 1:  # they are switched one after the other
            return -1
        is_output, level, changes = seen[0]
        return changes if is_output and level else -1

    def play(self, pin: int, trace: list[tuple[int, bool]]) -> float:
        """One press; the longest opening within it, in seconds."""
        longest_s = 0.0
        opened_s: float | None = None
        began_s = time.monotonic()
        for at_us, closed in trace:
            time.sleep(max(0.0, began_s + at_us / 1e6 - time.monotonic()))
            if closed and opened_s is not None:
                longest_s = max(longest_s, time.monotonic() - opened_s)
            self._file.write(bytes((pin, closed)))
            opened_s = None if closed else time.monotonic()
        return longest_s


def main() -> None:
    """Until everything was pressed."""
    plan = json.load(sys.stdin)
    board = Board(plan["lights"])
    told = []
    for pin, name in plan["presses"]:
        end_s = time.monotonic() + plan["patience_s"]
        while (before := board.glow()) < 0 and time.monotonic() < end_s:
            time.sleep(0.02)
        open_s = board.play(pin, plan["traces"][name])
        end_s = time.monotonic() + plan["patience_s"]
        while (now := board.glow()) < before + BLINK and time.monotonic() < end_s:
            time.sleep(0.02)
        since_s = time.monotonic()
        while time.monotonic() < since_s + STEADY_S:
            time.sleep(0.02)
            if (later := board.glow()) != now:
                now, since_s = later, time.monotonic()
        told.append({"blinks": max(0, now - before) // BLINK if before >= 0 else 0, "open_ms": open_s * 1e3})
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
