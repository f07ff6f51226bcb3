"""Places on the panel and on the picture: what is shown somewhere is touched there."""

import pytest

from hardware.pointer import FingerDown, MouseDown
from kiosk.rotation import ROTATIONS, Place, Rotation, on_panel, on_picture, turned_size

PICTURE = (1280, 800)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_click_on_what_is_shown_is_a_click_on_what_was_drawn(rotation: Rotation) -> None:
    panel = turned_size(PICTURE, rotation)
    for x, y in ((0, 0), (1279, 0), (0, 799), (1279, 799), (156, 480)):
        shown = on_panel(Place(x, y, 1, 1), PICTURE, rotation)
        click = on_picture(MouseDown(1, shown.x, shown.y, False, 7), panel, rotation)
        assert click == MouseDown(1, x, y, False, 7)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_touch_is_turned_like_a_click(rotation: Rotation) -> None:
    width, height = turned_size(PICTURE, rotation)
    shown = on_panel(Place(150, 470, 10, 10), PICTURE, rotation)
    x_norm, y_norm = (shown.x + shown.w / 2) / width, (shown.y + shown.h / 2) / height
    touch = on_picture(FingerDown(1, 2, x_norm, y_norm, 7), (width, height), rotation)
    assert isinstance(touch, FingerDown)
    assert (touch.x_norm * PICTURE[0], touch.y_norm * PICTURE[1]) == pytest.approx((155, 475))


@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, (0, 0)), (90, (799, 0)), (180, (1279, 799)), (270, (0, 1279))]
)
def test_the_picture_is_turned_clockwise(rotation: Rotation, corner: tuple[int, int]) -> None:
    """Where its upper left corner goes."""
    assert on_panel(Place(0, 0, 1, 1), PICTURE, rotation)[:2] == corner
