"""A page of the wizard on the machine's screen: found by its buttons, as a person finds it."""

from collections.abc import Mapping

from PIL import Image as Picture

from hardware.pointer import Rect, Targets
from kiosk.screens.wizard_sheet import CHOICE
from tests.machine.screen import difference

_ALLOWED = 0.004
"""Such a part of a button's pixels may differ: edges of letters."""
_HEAD = 0.085
"""The part of the picture that the page's title takes."""


def buttons_on(
    shown: Picture.Image, expected: Picture.Image, targets: Targets, *, wholly: bool
) -> Mapping[str, Rect] | None:
    """Where the buttons of a page are on a screen; None where it shows another page.

    Args:
        shown: The screen.
        expected: The page as it is drawn here.
        targets: Its buttons there.
        wholly: It says nothing of the machine: every word must be as expected. Else words between title and answers
            may be others, and more or fewer, so that the answers are higher or lower.
    """
    size = expected.size
    if shown.size != size:
        return None
    if wholly:
        return dict(targets.buttons) if _same(shown, expected, Rect(0, 0, *size)) else None
    if not _same(shown, expected, Rect(0, 0, size[0], round(_HEAD * size[1]))):
        return None
    found: dict[str, Rect] = {}
    for name, place in targets.buttons:
        at = place if _same(shown, expected, place) else None
        if at is None and name.startswith(CHOICE):
            at = _moved(shown, expected, place)
        if at is None:
            return None
        found[name] = at
    return found


def _same(shown: Picture.Image, expected: Picture.Image, place: Rect, down_px: int = 0) -> bool:
    left, top, right, bottom = place.left, place.top, place.left + place.width, place.top + place.height
    there = shown.crop((left, top + down_px, right, bottom + down_px))
    return difference(there, expected.crop((left, top, right, bottom))) <= _ALLOWED


def _moved(shown: Picture.Image, expected: Picture.Image, place: Rect) -> Rect | None:
    """The label, as near as possible to where it was expected."""
    rim = place.height // 4
    label = Rect(place.left + rim, place.top + rim, place.width - 2 * rim, place.height - 2 * rim)
    reach = range(-place.top, expected.size[1] - place.top - place.height)
    for down_px in sorted(reach, key=abs):
        if _same(shown, expected, label, down_px):
            return Rect(place.left, place.top + down_px, place.width, place.height)
    return None
