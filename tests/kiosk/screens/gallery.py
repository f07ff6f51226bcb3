"""Draws every screen on every panel, in every language and theme: ``python -m tests.kiosk.screens.gallery FOLDER``.

The pictures are documentation and the golden images of `test_gallery` at once (scripts/gallery).
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pygame
from PIL import Image

from assets.texts import Texts
from hardware.events import Level
from kiosk.faults import FaultCode
from kiosk.screens.painter import Painter
from kiosk.screens.palette import THEMES
from kiosk.screens.safe import draw_safe
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View
from tests.kiosk.screens.panels import PANELS, Panel
from tests.kiosk.screens.pictures import RING, SERVICE

PLACE = {
    "unit": "UBND phường Sông Công",
    "department": "Trung tâm Phục vụ hành chính công",
    "counter": "Quầy 3",
    "field": "Đất đai – Xây dựng",
}
VIEWS = {
    "idle": View(ScreenName.IDLE),
    "saving": View(ScreenName.SAVING, pressed=Level.GOOD),
    "wait": View(ScreenName.WAIT, pressed=Level.GOOD),
    "thanked": View(ScreenName.THANKED, ring=RING),
    "correcting": View(ScreenName.CORRECTING, pressed=Level.POOR),
    "repeat": View(ScreenName.REPEAT),
    "ambiguous": View(ScreenName.AMBIGUOUS),
    "fault": View(ScreenName.FAULT, fault=FaultCode.DISK_FULL),
    "starting": View(ScreenName.STARTING),
    "idle-attention": View(ScreenName.IDLE, attention=True),
    "service": View(ScreenName.SERVICE, service=SERVICE),
}
NOW_NS = RING.end_ns * 3 // 10
SAFE = "safe"
LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Exhibit:
    """The pictures of one panel in one language and theme."""

    panel: Panel
    language: str
    theme: str

    @property
    def name(self) -> str:
        """The folder of its pictures."""
        return f"{self.panel.name}/{self.language}-{self.theme}"

    def painter(self) -> Painter:
        """The painter of this panel."""
        texts = Texts(self.language)
        other = next(language for language in LANGUAGES if language != self.language)
        return Painter(
            self.panel.size_px,
            self.panel.mm_per_px,
            texts,
            Wording.from_texts(texts, PLACE),
            switch=Texts(other).own_name,
            colours=THEMES[self.theme],
        )

    def pictures(self) -> Iterator[tuple[str, pygame.Surface]]:
        """Every screen by its name; the safe one as well, which has no millimetres."""
        painter = self.painter()
        for name, view in VIEWS.items():
            surface = pygame.Surface(self.panel.size_px)
            painter.forget()
            painter.draw(surface, view, NOW_NS)
            yield name, surface
        surface = pygame.Surface(self.panel.size_px)
        wording = Wording.from_texts(Texts(self.language), PLACE)
        cards = painter.layout.cards
        draw_safe(surface, VIEWS["idle"], wording, cards, THEMES[self.theme])
        yield SAFE, surface


EXHIBITS = tuple(
    Exhibit(panel, language, theme) for panel in PANELS for language in LANGUAGES for theme in THEMES
)


def as_image(surface: pygame.Surface) -> Image.Image:
    """A surface as Pillow has it."""
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


def main(folder: Path) -> None:
    """Every picture, and a page for each panel."""
    pygame.font.init()
    for exhibit in EXHIBITS:
        target = folder / exhibit.name
        target.mkdir(parents=True, exist_ok=True)
        for name, surface in exhibit.pictures():
            few = as_image(surface).quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            few.save(target / f"{name}.png", optimize=True)
    for panel in PANELS:
        (folder / panel.name / "README.md").write_text(_page(panel), encoding="utf-8")
    (folder / "README.md").write_text(_index(), encoding="utf-8")


def _index() -> str:
    lines = [
        "# Every screen",
        "",
        "Drawn by `scripts/gallery`: every screen on every panel, in every language and theme. A test compares what",
        "the program draws with these pictures.",
        "",
        *(f"- [{_title(panel)}]({panel.name}/README.md)" for panel in PANELS),
        "",
    ]
    for panel in PANELS:
        lines += [f"## {_title(panel)}", ""]
        lines += [
            f'<img src="{panel.name}/vi-{theme}/{name}.png" width="300" alt="{name}, {theme}">'
            for theme in THEMES
            for name in ("idle", "thanked", "fault")
        ]
        lines.append("")
    return "\n".join(lines)


def _page(panel: Panel) -> str:
    lines = [f"# {_title(panel)}", ""]
    for name in (*VIEWS, SAFE):
        lines += [f"## {name}", ""]
        lines += [
            f'<img src="{language}-{theme}/{name}.png" width="400" alt="{name}, {language}, {theme}">'
            for theme in THEMES
            for language in LANGUAGES
        ]
        lines.append("")
    return "\n".join(lines)


def _title(panel: Panel) -> str:
    width, height = panel.size_px
    return (
        f"{panel.name.partition('-')[0]} inches, {width}×{height} on {panel.size_mm[0]}×{panel.size_mm[1]} mm"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
