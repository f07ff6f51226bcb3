"""Keys 1 to 5, above the letters and on the keypad, to presses: one stroke is one press. 0 is for the language.

The window hands over plain records with our own names of keys; nothing here knows pygame.
"""

from dataclasses import dataclass

from hardware.events import AnyButton, Level, OtherButton, Press, Source, Switch

LANGUAGE_KEY = "0"
"""Not 6: a finger that slips off 5 must not turn the page for somebody else."""

_BUTTONS: dict[str, AnyButton] = {LANGUAGE_KEY: OtherButton.LANGUAGE} | {
    str(level.value): level for level in Level
}
KEY_BUTTONS = {prefix + key: button for prefix in ("", "kp") for key, button in _BUTTONS.items()}
"""``"0"`` to ``"5"`` and, on the keypad, ``"kp0"`` to ``"kp5"``."""

STALE_NS = 1_000_000_000
"""Down again without an up in between, after this much silence (nanoseconds), is a new stroke: the up was lost.

Auto-repeat that is not marked as such begins 250 to 660 ms after the stroke and goes on every 25 to 50 ms, so it
never falls silent for so long.
"""


@dataclass(frozen=True, slots=True)
class KeyDown:
    """A key went down, or is still down and repeats.

    Attributes:
        code: The name of the key; names outside `KEY_BUTTONS` are no presses.
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
    """Turns the records of every keyboard into presses. Holds at most one entry for each key of `KEY_BUTTONS`.

    Args:
        language: Whether the key 0 asks for another language.
    """

    def __init__(self, *, language: bool = False) -> None:
        self._language = language
        self._last_down_ns: dict[str, int] = {}

    def feed(self, record: KeyRecord) -> Press | Switch | None:
        """Take one record; returns the press or the wish, or None when it is no new stroke of a key 0 to 5."""
        button = KEY_BUTTONS.get(record.code)
        if button is None:
            return None
        last_ns = self._last_down_ns.pop(record.code, None)
        if isinstance(record, KeyUp):
            return None
        self._last_down_ns[record.code] = record.at_ns
        held = last_ns is not None and record.at_ns - last_ns < STALE_NS
        if record.repeat or held:
            return None
        if isinstance(button, Level):
            return Press(button, Source.KEY, record.at_ns)
        return Switch(record.at_ns, Source.KEY) if self._language else None
