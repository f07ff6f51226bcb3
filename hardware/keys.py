"""Keys 1 to 5, above the letters and on the keypad, to presses: one stroke is one press.

The window hands over plain records with our own names of keys; nothing here knows pygame.
"""

from dataclasses import dataclass

from hardware.events import Level, Press, Source

KEY_LEVELS = {f"{prefix}{level.value}": level for prefix in ("", "kp") for level in Level}
"""``"1"`` to ``"5"`` and, on the keypad, ``"kp1"`` to ``"kp5"``."""

STALE_NS = 1_000_000_000
"""Down again without an up in between, after this much silence (nanoseconds), is a new stroke: the up was lost.

Auto-repeat that is not marked as such begins 250 to 660 ms after the stroke and goes on every 25 to 50 ms, so it
never falls silent for so long.
"""


@dataclass(frozen=True, slots=True)
class KeyDown:
    """A key went down, or is still down and repeats.

    Attributes:
        code: The name of the key; names outside `KEY_LEVELS` are no presses.
        repeat: Whether the system says that it is auto-repeat.
        at_ns: CLOCK_BOOTTIME, nanoseconds.
    """

    code: str
    repeat: bool
    at_ns: int


@dataclass(frozen=True, slots=True)
class KeyUp:
    """A key went up. Attributes as in `KeyDown`."""

    code: str
    at_ns: int


KeyRecord = KeyDown | KeyUp


class Keys:
    """Turns the records of every keyboard into presses. Holds at most one entry for each key of `KEY_LEVELS`."""

    def __init__(self) -> None:
        self._last_down_ns: dict[str, int] = {}

    def feed(self, record: KeyRecord) -> Press | None:
        """Take one record; returns the press, or None when it is no new stroke of a key 1 to 5."""
        level = KEY_LEVELS.get(record.code)
        if level is None:
            return None
        last_ns = self._last_down_ns.pop(record.code, None)
        if isinstance(record, KeyUp):
            return None
        self._last_down_ns[record.code] = record.at_ns
        held = last_ns is not None and record.at_ns - last_ns < STALE_NS
        return None if record.repeat or held else Press(level, Source.KEY, record.at_ns)
