"""The picture turned on the panel, in quarters: sizes and places from the one to the other.

The program turns the picture and the touches itself, both with the same numbers; the compositor is never asked
to, for it may turn only one of them. Screens and inputs know the picture as it is read, and nothing of this.
"""

from dataclasses import replace
from typing import Literal, NamedTuple, assert_never, get_args

from hardware.pointer import FingerDown, FingerUp, MouseDown, MouseUp, PointerRecord

Rotation = Literal[0, 90, 180, 270]
"""How far the picture is turned clockwise on the panel, in degrees."""

ROTATIONS: tuple[Rotation, ...] = get_args(Rotation)

Size = tuple[int, int]


class Place(NamedTuple):
    """A rectangle in pixels."""

    x: int
    y: int
    w: int
    h: int


def turned_size(size: Size, rotation: Rotation) -> Size:
    """The size of the picture on a panel of that size, and the other way round."""
    return (size[1], size[0]) if rotation in (90, 270) else size


def on_panel(place: Place, picture: Size, rotation: Rotation) -> Place:
    """Where a part of the picture is on the panel.

    Args:
        place: On the picture.
        picture: Width and height of the picture.
        rotation: How it is turned.
    """
    x, y, w, h = place
    match rotation:
        case 0:
            return place
        case 90:
            return Place(picture[1] - y - h, x, h, w)
        case 180:
            return Place(picture[0] - x - w, picture[1] - y - h, w, h)
        case 270:
            return Place(y, picture[0] - x - w, h, w)
    assert_never(rotation)


def on_picture(record: PointerRecord, panel: Size, rotation: Rotation) -> PointerRecord:
    """A touch or click on the panel as one on the picture.

    Args:
        record: As the panel says it.
        panel: Width and height of the panel.
        rotation: How the picture is turned on it.
    """
    match record:
        case FingerDown() | FingerUp():
            x_norm, y_norm = _back(record.x_norm, record.y_norm, (1.0, 1.0), rotation)
            return replace(record, x_norm=x_norm, y_norm=y_norm)
        case MouseDown() | MouseUp():
            last = (panel[0] - 1, panel[1] - 1)
            x_px, y_px = _back(record.x_px, record.y_px, last, rotation)
            return replace(record, x_px=int(x_px), y_px=int(y_px))
    assert_never(record)


def _back(x: float, y: float, last: tuple[float, float], rotation: Rotation) -> tuple[float, float]:
    """A point of the panel, whose farthest is `last`, as a point of the picture."""
    match rotation:
        case 0:
            return x, y
        case 90:
            return y, last[0] - x
        case 180:
            return last[0] - x, last[1] - y
        case 270:
            return last[1] - y, x
    assert_never(rotation)
