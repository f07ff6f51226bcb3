"""Touches and mouse clicks to presses: one tap of a hand is one press, however many events it makes.

The window hands over plain records; nothing here knows pygame. What panels and drivers do to a single tap:

* only finger events (X11 with XInput 2, Wayland), or only mouse events (often under Xwayland);
* a finger and a synthetic mouse event marked ``touch``: the mark is enough, the mouse event is dropped;
* a finger and a mouse event without the mark, in either order, at the touch or only at the release (panels that
  report each touch on two devices): they are known by place and time, see `SAME_TAP_NS` and `SAME_TAP_PX`.

A press counts where and when the finger or button goes *down*: sliding in or out changes nothing.
"""

import math
from collections import deque
from dataclasses import dataclass

from hardware.events import Level, Press, Source, Switch, Tap

SAME_TAP_NS = 300_000_000
"""A finger and a mouse event at most this far apart (nanoseconds) may be one tap.

Emulated clicks come within a few milliseconds of the touch or of the release. The rest is for a reader that was
late. A second, true press that close in time and place would be a repeat of the same visit anyway.
"""

SAME_TAP_PX = 40.0
"""... and at most this far apart on the surface (pixels): 5 to 9 mm on the panels this is made for."""

REMEMBERED = 32
"""Taps that may still find their other half. Older ones are forgotten: a storm costs no memory."""

NORM_SLACK = 0.1
"""Finger coordinates this far outside 0 to 1 are clamped; farther out they are not normalised at all."""

LEFT_BUTTON = 1


@dataclass(frozen=True, slots=True)
class FingerDown:
    """A finger touched the panel.

    Attributes:
        device_id: The panel.
        finger_id: The finger, unique on that panel while it is down.
        x_norm: Place across the surface, 0.0 left to 1.0 right.
        y_norm: Place down the surface, 0.0 top to 1.0 bottom.
        at_ns: CLOCK_BOOTTIME, nanoseconds.
    """

    device_id: int
    finger_id: int
    x_norm: float
    y_norm: float
    at_ns: int


@dataclass(frozen=True, slots=True)
class FingerUp:
    """A finger left the panel. Attributes as in `FingerDown`."""

    device_id: int
    finger_id: int
    x_norm: float
    y_norm: float
    at_ns: int


@dataclass(frozen=True, slots=True)
class MouseDown:
    """A mouse button went down.

    Attributes:
        button: 1 is the left one.
        x_px: Place on the surface, pixels from the left.
        y_px: Place on the surface, pixels from the top.
        touch: Whether the driver says that it made this event out of a touch.
        at_ns: CLOCK_BOOTTIME, nanoseconds.
    """

    button: int
    x_px: int
    y_px: int
    touch: bool
    at_ns: int


@dataclass(frozen=True, slots=True)
class MouseUp:
    """A mouse button went up. Attributes as in `MouseDown`."""

    button: int
    x_px: int
    y_px: int
    touch: bool
    at_ns: int


Touched = Press | Switch | Tap
"""What a tap can mean."""

PointerRecord = FingerDown | FingerUp | MouseDown | MouseUp


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle on the surface, pixels; the right and bottom edges are not part of it."""

    left: int
    top: int
    width: int
    height: int

    def contains(self, x_px: float, y_px: float) -> bool:
        """Whether that point is inside."""
        across = self.left <= x_px < self.left + self.width
        return across and self.top <= y_px < self.top + self.height


@dataclass(frozen=True, slots=True)
class Targets:
    """Where a touch means a level, on the screen that is shown now.

    Attributes:
        columns: Five rectangles, level 1 (far left) first; none on a screen that takes no presses.
        margin_px: The outer border of the panel that is dead: 5 mm, in pixels (sleeves and frames touch there).
        switch: The button for another language, where there is one.
        buttons: Those of the technician's pages, by name.

    Raises:
        ValueError: Neither five columns nor none, or a negative margin.
    """

    columns: tuple[Rect, ...]
    margin_px: int
    switch: Rect | None = None
    buttons: tuple[tuple[str, Rect], ...] = ()

    def __post_init__(self) -> None:
        if len(self.columns) not in (0, len(Level)):
            raise ValueError(f"targets need {len(Level)} columns, got {len(self.columns)}")
        if self.margin_px < 0:
            raise ValueError(f"the dead margin cannot be negative: {self.margin_px} px")

    def level_at(self, x_px: float, y_px: float, surface_size: tuple[int, int]) -> Level | None:
        """The level under that point; None in the margin, off the surface and beside the columns."""
        if not self._alive(x_px, y_px, surface_size):
            return None
        for level, column in zip(Level, self.columns, strict=False):
            if column.contains(x_px, y_px):
                return level
        return None

    def is_switch(self, x_px: float, y_px: float, surface_size: tuple[int, int]) -> bool:
        """Whether another language is asked for at that point."""
        if self.switch is None or not self._alive(x_px, y_px, surface_size):
            return False
        return self.switch.contains(x_px, y_px)

    def button_at(self, x_px: float, y_px: float, surface_size: tuple[int, int]) -> str | None:
        """The name of the technician's button at that point."""
        if not self._alive(x_px, y_px, surface_size):
            return None
        return next((name for name, place in self.buttons if place.contains(x_px, y_px)), None)

    def _alive(self, x_px: float, y_px: float, surface_size: tuple[int, int]) -> bool:
        """Whether that point is not in the margin."""
        width, height = surface_size
        margin = self.margin_px
        return margin <= x_px < width - margin and margin <= y_px < height - margin


@dataclass(slots=True)
class _Tap:
    """A finger or a mouse click that has not met its other half; `key` is the finger, None for the mouse."""

    key: tuple[int, int] | None
    at_ns: int
    x_px: float
    y_px: float

    def near(self, at_ns: int, x_px: float, y_px: float) -> bool:
        """Whether something then and there may be the same tap."""
        if abs(at_ns - self.at_ns) > SAME_TAP_NS:
            return False
        return math.hypot(x_px - self.x_px, y_px - self.y_px) <= SAME_TAP_PX


class Pointer:
    """Turns the records of every panel and mouse of one surface into presses.

    Each record costs the same, and memory is bounded, however fast they come. A touch without a target is
    remembered like any other, so that its emulated click cannot become a press on the screen that follows.
    """

    def __init__(self) -> None:
        self._taps: deque[_Tap] = deque(maxlen=REMEMBERED)

    def feed(
        self, record: PointerRecord, targets: Targets | None, surface_size: tuple[int, int]
    ) -> Touched | None:
        """Take one record.

        Args:
            record: What the window saw.
            targets: What can be pressed on the screen shown now; None when nothing can.
            surface_size: Width and height of the surface now, pixels.

        Returns:
            What the tap means, or None when the record begins no tap on a target.
        """
        match record:
            case FingerDown():
                return self._finger_down(record, targets, surface_size)
            case FingerUp():
                self._finger_up(record, surface_size)
            case MouseDown():
                return self._mouse_down(record, targets, surface_size)
            case MouseUp():
                pass
        return None

    def _finger_down(
        self, record: FingerDown, targets: Targets | None, size: tuple[int, int]
    ) -> Touched | None:
        place = to_pixels(record, size)
        if place is None:
            return None
        if self._other_half(record.at_ns, *place, of_finger=True):
            return None
        self._taps.append(_Tap((record.device_id, record.finger_id), record.at_ns, *place))
        return _press(targets, place, size, Source.TOUCH, record.at_ns)

    def _finger_up(self, record: FingerUp, size: tuple[int, int]) -> None:
        """Some drivers click at the release: the tap is then recognised by where and when the finger left."""
        place = to_pixels(record, size)
        if place is None:
            return
        key = (record.device_id, record.finger_id)
        for tap in reversed(self._taps):
            if tap.key == key:
                tap.at_ns = record.at_ns
                tap.x_px, tap.y_px = place
                return

    def _mouse_down(
        self, record: MouseDown, targets: Targets | None, size: tuple[int, int]
    ) -> Touched | None:
        if record.touch or record.button != LEFT_BUTTON:
            return None
        place = (float(record.x_px), float(record.y_px))
        if self._other_half(record.at_ns, *place, of_finger=False):
            return None
        self._taps.append(_Tap(None, record.at_ns, *place))
        return _press(targets, place, size, Source.MOUSE, record.at_ns)

    def _other_half(self, at_ns: int, x_px: float, y_px: float, *, of_finger: bool) -> bool:
        """Find the tap's other half and forget it: each half answers for one event only."""
        for tap in reversed(self._taps):
            if (tap.key is None) == of_finger and tap.near(at_ns, x_px, y_px):
                self._taps.remove(tap)
                return True
        return False


def to_pixels(record: FingerDown | FingerUp, size: tuple[int, int]) -> tuple[float, float] | None:
    """A finger's place on the surface of that size, clamped to it; None for coordinates that say nothing.

    Values far outside 0 to 1 are pixels (seen once with a Wayland compositor, SDL issue 4361) or rubbish. No
    level is guessed from them.
    """
    width, height = size
    low, high = -NORM_SLACK, 1.0 + NORM_SLACK
    # Not a number compares false with everything, so it ends here too.
    if not (low <= record.x_norm <= high and low <= record.y_norm <= high) or width < 1 or height < 1:
        return None
    return _clamp(record.x_norm * width, width - 1), _clamp(record.y_norm * height, height - 1)


def _clamp(value: float, end: int) -> float:
    return min(max(value, 0.0), float(end))


def _press(
    targets: Targets | None, place: tuple[float, float], size: tuple[int, int], source: Source, at_ns: int
) -> Touched | None:
    if targets is None:
        return None
    if targets.is_switch(*place, size):
        return Switch(at_ns, source)
    button = targets.button_at(*place, size)
    if button is not None:
        return Tap(button, at_ns, source)
    level = targets.level_at(*place, size)
    return None if level is None else Press(level, source, at_ns)
