"""Draws every screen to a PNG: ``python -m tests.kiosk.screens.gallery FOLDER`` (scripts/gallery)."""

import sys
from pathlib import Path

import pygame

from assets.texts import Texts
from hardware.events import Level
from kiosk.faults import FaultCode
from kiosk.screens.painter import Painter
from kiosk.screens.safe import draw_safe
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View
from tests.kiosk.screens.pictures import RING

SIZE = (1280, 800)
MM_PER_PX = 217 / 1280
PLACE = {
    "unit": "UBND phường Sông Công",
    "department": "Trung tâm Phục vụ hành chính công",
    "counter": "Quầy 3",
    "field": "Đất đai – Xây dựng",
}
VIEWS = {
    "starting": View(ScreenName.STARTING),
    "idle": View(ScreenName.IDLE),
    "idle-attention": View(ScreenName.IDLE, attention=True),
    "saving": View(ScreenName.SAVING, pressed=Level.GOOD),
    "wait": View(ScreenName.WAIT, pressed=Level.GOOD),
    "correcting": View(ScreenName.CORRECTING, pressed=Level.POOR),
    "thanked": View(ScreenName.THANKED, ring=RING),
    "repeat": View(ScreenName.REPEAT),
    "ambiguous": View(ScreenName.AMBIGUOUS),
    "fault": View(ScreenName.FAULT, fault=FaultCode.DISK_FULL),
}


def main(folder: Path) -> None:
    """Every view, and the safe screen."""
    pygame.font.init()
    folder.mkdir(parents=True, exist_ok=True)
    texts = Texts()
    wording = Wording.from_texts(texts, PLACE)
    painter = Painter(SIZE, MM_PER_PX, texts, wording)
    for name, view in VIEWS.items():
        surface = pygame.Surface(SIZE)
        painter.draw(surface, view, RING.end_ns * 3 // 10)
        pygame.image.save(surface, folder / f"{name}.png")
    surface = pygame.Surface(SIZE)
    draw_safe(surface, VIEWS["idle"], wording)
    pygame.image.save(surface, folder / "safe.png")
    index = ["# Every screen", "", "Drawn by `scripts/gallery`, 1280×800 at 10.1 inches.", ""]
    index += [f"## {name}\n\n![{name}]({name}.png)\n" for name in (*VIEWS, "safe")]
    (folder / "README.md").write_text("\n".join(index), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
