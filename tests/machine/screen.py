"""What a person sees on the machine's screen: pictures of the gallery, found on a screendump."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image as Picture
from PIL import ImageChops

from hardware.events import Level

GALLERY = Path(__file__).parents[2] / "docs" / "gallery" / "10-1280x800" / "vi-calm"

Box = tuple[int, int, int, int]
_NOTICED = 24
"""A channel of a pixel may differ so much; a display with fewer bits a pixel rounds."""
_ALLOWED = 0.001
"""And such a part of the pixels by more: edges of letters."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Something to be seen.

    Attributes:
        name: A picture of the gallery.
        boxes: Where it must be as in the gallery (left, top, right, bottom); elsewhere anything may be.
    """

    name: str
    boxes: tuple[Box, ...]

    def is_on(self, shown: Picture.Image) -> bool:
        """Whether a screen shows it."""
        return all(self.difference(shown, box) <= _ALLOWED for box in self.boxes)

    def difference(self, shown: Picture.Image, box: Box) -> float:
        """The part of the pixels that differ; all of them where the sizes do."""
        wanted = _of_the_gallery(self.name)
        if shown.size != wanted.size:
            return 1.0
        return difference(shown.crop(box), wanted.crop(box))


@cache
def _of_the_gallery(name: str) -> Picture.Image:
    with Picture.open(GALLERY / f"{name}.png") as file:
        return file.convert("RGB")


def difference(one: Picture.Image, other: Picture.Image) -> float:
    """The part of the pixels that differ between two pictures of one size, so that somebody may notice."""
    channels = [channel.histogram() for channel in ImageChops.difference(one, other).split()]
    differ = max(sum(counts[_NOTICED + 1 :]) for counts in channels)
    return differ / sum(channels[0])


IDLE = Sight("idle", ((0, 0, 1280, 700), (100, 700, 1280, 800)))
"""All but the quiet mark at the lower left, which says how the terminal is."""
THANKED = Sight("thanked", ((330, 270, 950, 370),))
"""The words of thanks; the ring above them runs."""
HARDWARE_TEST = Sight("hwtest", ((170, 75, 1110, 135),))
"""Its heading; what it says below that differs, and a column keeps a mark when it was pressed."""
SERVICE = Sight("service", ((40, 140, 340, 186),))
"""Its heading; what it says of the machine differs."""
WRONG_CONFIGURATION = Sight("configuration", ((40, 40, 520, 95),))
"""Its heading; what it names differs."""
_MARK: Box = (0, 700, 100, 800)
WELL, ATTENTION = Sight("idle", (_MARK,)), Sight("idle-attention", (_MARK,))
"""What the quiet mark tells a technician."""
CLOSE_PX = (1110, 708)
"""The service page's button."""

_LEFT_PX, _ACROSS_PX, _CARD_Y_PX = 155, 242, 600
"""The centre of the first card, from one card to the next, and a height that is on the cards of every screen."""


def card_px(level: Level) -> tuple[int, int]:
    """Where a finger presses a level."""
    return _LEFT_PX + _ACROSS_PX * (level - 1), _CARD_Y_PX
