"""Pads that send a line for each press, in words of their own, as `LinePattern` reads them."""

from hardware.buttons import ButtonTimings
from hardware.events import InputEvent
from hardware.padlink import NOISE_QUIET_NS, SimpleLink
from hardware.padpattern import LONGEST_LINE, LinePattern

ENOUGH_LINES = 20
"""When so many lines have come, and not one since the program was started fitted, the pattern is wrong."""

_PLAIN = bytes((*b"\t\r\n", *range(0x20, 0x7F)))


class PatternLink(SimpleLink):
    """One line for each press; it ends with CR, LF or both. See `hardware.padlink.PadLink`.

    As in character mode there is no checksum and no sign of life. A byte that is no plain ASCII makes everything
    near it count as noise, also what was read together with it. A pattern that nothing fits is a trouble, for then no
    press ever counts; lines that a pad sends beside the presses belong into the pattern, without a group.
    """

    def __init__(self, pattern: LinePattern, timings: ButtonTimings | None = None) -> None:
        super().__init__(timings)
        self._pattern = pattern
        self._line = bytearray()
        self._spoilt = False  # the line that is coming is noise
        self._noise_ns: int | None = None
        self._unfit: int | None = 0  # lines that did not fit; None once one did

    @property
    def up(self) -> bool:
        """Whether the port is open, and the pattern does not look wrong."""
        return self._up and not self.trouble

    @property
    def trouble(self) -> str:
        """Whether the pattern looks wrong."""
        if self._unfit is None or self._unfit < ENOUGH_LINES:
            return ""
        return f"{ENOUGH_LINES} lines came and none fits pad.pattern: check it, and pad.baud"

    def opened(self, now_ns: int) -> list[InputEvent]:
        """The pad is there; it may be in the middle of a line."""
        self._up = True
        self._line.clear()
        self._spoilt, self._noise_ns = False, None
        return self._logic.forget(now_ns)

    def heard(self, data: bytes, now_ns: int) -> tuple[list[InputEvent], bytes]:
        """Each line that fits and names a button is a press and a release."""
        events: list[InputEvent] = []
        if _is_noise(data):
            self._noise_ns = now_ns
            events += self._logic.spoil(now_ns)
        first, *others = data.replace(b"\r", b"\n").split(b"\n")
        self._take(first)
        for piece in others:
            events += self._end_of_line(now_ns)
            self._take(piece)
        return events, b""

    def _take(self, piece: bytes) -> None:
        """Go on with the line."""
        self._line += piece[: LONGEST_LINE + 1 - len(self._line)]
        self._spoilt = self._spoilt or len(self._line) > LONGEST_LINE or _is_noise(piece)

    def _end_of_line(self, now_ns: int) -> list[InputEvent]:
        line, spoilt = self._line.decode("latin-1").strip(), self._spoilt
        self._line.clear()
        self._spoilt = False
        if not line and not spoilt:
            return []
        near_noise = self._noise_ns is not None and now_ns - self._noise_ns < NOISE_QUIET_NS
        buttons = None if spoilt or near_noise else self._pattern.read(line)
        if buttons is None:
            self._unfit = None if self._unfit is None else min(self._unfit + 1, ENOUGH_LINES)
            return []
        self._unfit = None
        events: list[InputEvent] = []
        for button in buttons:
            events += self._logic.edge(button, True, now_ns)
        for button in buttons:
            events += self._logic.edge(button, False, now_ns)
        return events


def _is_noise(data: bytes) -> bool:
    """Whether there is a byte that such pads do not send."""
    return bool(data.translate(None, _PLAIN))
