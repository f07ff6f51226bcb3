"""Type that remembers what it has drawn, and where the ink was."""

from dataclasses import dataclass, field

import pygame

from kiosk.screens.rect import Rect
from kiosk.screens.type import Across, Block, Down, Style, Type

from .panels import Panel


@dataclass
class Drawn:
    """One text as it was drawn: on the whole panel, or on a patch of its own, with places of the patch."""

    text: str
    block: Block
    box: Rect
    style: Style
    ink: pygame.Rect
    on_panel: bool


@dataclass
class Watched(Type):
    """Draws, and remembers what the ink of each text was."""

    panel: Panel
    drawn: list[Drawn] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def draw(
        self,
        surface: pygame.Surface,
        text: str,
        box: Rect,
        style: Style,
        across: Across = "centre",
        down: Down = "centre",
    ) -> None:
        rim = 40
        alone = pygame.Surface((box.w + 2 * rim, box.h + 2 * rim), pygame.SRCALPHA)
        super().draw(alone, text, Rect(rim, rim, box.w, box.h), style, across, down)
        block = self.fit(text, (box.w, box.h), style)
        ink = alone.get_bounding_rect().move(box.x - rim, box.y - rim)
        self.drawn.append(Drawn(text, block, box, style, ink, surface.get_size() == self.panel.size_px))
        super().draw(surface, text, box, style, across, down)
