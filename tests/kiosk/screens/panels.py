"""The panels that terminals are built with: pixels, and the millimetres of their data sheets."""

from dataclasses import dataclass

from kiosk.panel import mm_per_px


@dataclass(frozen=True)
class Panel:
    """One kind of panel.

    Attributes:
        name: For the gallery and for test names.
        size_px: Width and height in pixels.
        size_mm: Width and height in millimetres.
    """

    name: str
    size_px: tuple[int, int]
    size_mm: tuple[int, int]

    @property
    def mm_per_px(self) -> float:
        """As the program finds it."""
        return mm_per_px(self.size_px, self.size_mm, None)

    def across_mm(self, px: float) -> float:
        """A length from left to right, in the panel's own millimetres."""
        return px * self.size_mm[0] / self.size_px[0]

    def down_mm(self, px: float) -> float:
        """A length from top to bottom, in the panel's own millimetres."""
        return px * self.size_mm[1] / self.size_px[1]


PANELS = (
    Panel("7-800x480", (800, 480), (154, 86)),
    Panel("10-1280x800", (1280, 800), (217, 136)),
    Panel("10-800x1280", (800, 1280), (136, 217)),
    Panel("15-1920x1080", (1920, 1080), (345, 194)),
    Panel("15-1080x1920", (1080, 1920), (194, 345)),
)
