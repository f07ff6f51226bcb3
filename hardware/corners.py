"""The service gesture on glass: two fingers in the two upper corners of the picture.

Only fingers count, for only they can be two at once. It must be these two and no others: where hands pound the glass, a
third finger comes within seconds, and then both corners have to be touched anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hardware.events import ServiceGesture, Source
from hardware.hold import OLDEST_NS, Hold, Side
from hardware.pointer import FingerDown, FingerUp, PointerRecord, Rect, to_pixels

MOST_FINGERS = 16
"""More are a storm; what is known of the older ones is dropped."""


@dataclass(frozen=True, slots=True)
class _Finger:
    """One that is on the glass: where it came down, and when."""

    side: Side | None
    at_ns: int


class Corners:
    """Turns the records of every panel of one surface into the gesture."""

    def __init__(self) -> None:
        self._hold = Hold()
        self._fingers: dict[tuple[int, int], _Finger] = {}

    @property
    def due_ns(self) -> int | None:
        """CLOCK_BOOTTIME, nanoseconds, at which `complete` should be asked; None while nothing is due."""
        return self._hold.due_ns

    def feed(self, record: PointerRecord, corners: Sequence[Rect], surface_size: tuple[int, int]) -> None:
        """Take one record.

        Args:
            record: What the window saw.
            corners: The left and the right corner, on the surface.
            surface_size: Width and height of the surface now, pixels.
        """
        match record:
            case FingerDown():
                self._lift(record)  # its last release was lost
                self._put_down(record, corners, surface_size)
            case FingerUp():
                self._lift(record)

    def complete(self, now_ns: int) -> ServiceGesture | None:
        """The gesture, when it is complete. Ask after every record that was read has been taken."""
        return ServiceGesture(Source.TOUCH, now_ns) if self._hold.complete(now_ns) else None

    def _put_down(self, record: FingerDown, corners: Sequence[Rect], size: tuple[int, int]) -> None:
        place = to_pixels(record, size)
        held = [
            side for side, corner in zip(Side, corners, strict=False) if place and corner.contains(*place)
        ]
        finger = _Finger(held[0] if held else None, record.at_ns)
        # One whose release got lost (its panel was unplugged) must not be in the way for ever.
        stays = [(key, f) for key, f in self._fingers.items() if record.at_ns - f.at_ns <= OLDEST_NS]
        self._fingers = dict([*stays[-MOST_FINGERS + 1 :], ((record.device_id, record.finger_id), finger)])
        sides = [other.side for other in self._fingers.values()]
        if finger.side is None or len(set(sides)) < len(sides) or len(sides) > len(Side):
            self._hold.forget()
        else:
            self._hold.edge(finger.side, True, record.at_ns)

    def _lift(self, record: FingerDown | FingerUp) -> None:
        finger = self._fingers.pop((record.device_id, record.finger_id), None)
        if finger is not None and finger.side is not None:
            self._hold.edge(finger.side, False, record.at_ns)
