"""A rectangle in whole pixels, without pygame."""

from typing import NamedTuple


class Rect(NamedTuple):
    """A rectangle in pixels; pygame takes it wherever it takes its own."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first column of pixels that is outside."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row of pixels that is outside."""
        return self.y + self.h

    @property
    def centre(self) -> tuple[int, int]:
        """The pixel in the middle."""
        return self.x + self.w // 2, self.y + self.h // 2

    def moved(self, by_x: int, by_y: int) -> "Rect":
        """The rectangle elsewhere."""
        return Rect(self.x + by_x, self.y + by_y, self.w, self.h)

    def down(self, top: int, bottom: int) -> "Rect":
        """The rectangle from one height to another."""
        return Rect(self.x, top, self.w, bottom - top)

    def inset(self, by_px: int) -> "Rect":
        """The rectangle without a rim of ``by_px``."""
        return Rect(self.x + by_px, self.y + by_px, self.w - 2 * by_px, self.h - 2 * by_px)
