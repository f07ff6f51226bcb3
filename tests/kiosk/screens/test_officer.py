"""Who serves at the counter: a place on every panel, and nothing at all while nobody is named."""

import io
import logging
import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import pygame
import pytest
from PIL import Image

from assets.texts import Texts
from hardware.events import Level
from kiosk.screens.layout import Layout
from kiosk.screens.painter import Painter
from kiosk.screens.palette import CALM, THEMES
from kiosk.screens.wording import Officer, Wording
from kiosk.view import ScreenName, View

from .conftest import NAMES
from .panels import PANELS, Panel
from .pictures import RING, pixels
from .watched import Drawn, Watched

BLUE = (0x2A, 0x52, 0xBE)
IDLE = View(ScreenName.IDLE)
VIEWS = (
    IDLE,
    View(ScreenName.AMBIGUOUS),
    View(ScreenName.WAIT, pressed=Level.GOOD),
    View(ScreenName.THANKED, ring=RING),
    View(ScreenName.REPEAT),
    View(ScreenName.FAULT),
)
on_every_screen = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name.value)
on_every_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)


def photo(size: tuple[int, int] = (300, 400)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, BLUE).save(file, "PNG")
    return file.getvalue()


SAMPLE = Officer("Nguyễn Thị Minh Khai", "Chuyên viên", photo())
LONG = Officer("Tôn Nữ Thị Phương Thảo " * 13, "Phó Giám đốc Trung tâm " * 13, photo((3000, 20)))


def painted(
    panel: Panel,
    officer: Officer | None,
    view: View,
    theme: str = "calm",
    words: Mapping[str, str] = NAMES,
) -> tuple[Layout, list[Drawn], pygame.Surface]:
    """A screen by a painter of its own, so that every text of it is seen to be drawn."""
    texts, type_ = Texts(), Watched(panel)
    painter = Painter(
        panel.size_px,
        panel.mm_per_px,
        texts,
        replace(Wording.from_texts(texts, words), officer=officer),
        switch="English",
        colours=THEMES[theme],
        type_=type_,
    )
    surface = pygame.Surface(panel.size_px)
    painter.draw(surface, view, 0)
    return painter.layout, type_.drawn, surface


@on_every_panel
@on_every_screen
def test_without_one_nothing_is_shown(panel: Panel, view: View) -> None:
    layout, drawn, _ = painted(panel, None, view)
    assert layout.officer is None
    assert SAMPLE.name not in {text.text for text in drawn}


@on_every_panel
@on_every_screen
@pytest.mark.parametrize("theme", THEMES)
def test_name_title_and_photo_are_shown_whole(panel: Panel, view: View, theme: str) -> None:
    layout, drawn, surface = painted(panel, SAMPLE, view, theme)
    assert {SAMPLE.name, SAMPLE.title} <= {" ".join(text.block.lines) for text in drawn}
    assert layout.officer is not None
    box = pygame.Rect(layout.officer)
    disc = pygame.mask.from_threshold(surface.subsurface(box), BLUE, (5, 5, 5, 255))
    assert disc.count() == pytest.approx(math.pi * (box.h / 2) ** 2, rel=0.1), "a whole disc"


@on_every_panel
@on_every_screen
@pytest.mark.parametrize("officer", [SAMPLE, LONG], ids=["sample", "long"])
@pytest.mark.parametrize("name", ["Quầy 3", "Ủy ban nhân dân phường Nguyễn Thị Minh Khai " * 6])
def test_nothing_overlaps_and_nothing_is_clipped(
    panel: Panel, view: View, officer: Officer, name: str
) -> None:
    words = dict.fromkeys(("unit", "department", "counter", "field"), name)
    layout, drawn, surface = painted(panel, officer, view, words=words)
    written = [text for text in drawn if text.ink.w and text.on_panel]
    assert all(surface.get_rect().contains(text.ink) for text in written)
    assert all(pygame.Rect(text.box).contains(text.ink) for text in written)
    assert not [(a, b) for a, b in combinations(written, 2) if a.ink.colliderect(b.ink)]
    assert layout.officer is not None
    below = (layout.question, layout.hint, *layout.acknowledgement, *layout.message, *layout.cards)
    assert all(box.y >= layout.officer.bottom for box in below)
    assert max(box.bottom for box in layout.acknowledgement) <= layout.compact_cards[0].y
    assert layout.hint.bottom <= layout.cards[0].y


@on_every_panel
def test_cards_and_targets_are_where_they_are_without_one(panel: Panel) -> None:
    named, _, _ = painted(panel, SAMPLE, IDLE)
    nobody, _, _ = painted(panel, None, IDLE)
    for name in ScreenName:
        assert named.targets(View(name)) == nobody.targets(View(name))


@on_every_screen
def test_in_a_header_only_the_header_changes(view: View) -> None:
    width, height = PANELS[1].size_px
    (layout, _, named), (_, _, nobody) = painted(PANELS[1], SAMPLE, view), painted(PANELS[1], None, view)
    assert layout.rule is not None
    below = pygame.Rect(0, layout.rule.y, width, height - layout.rule.y)
    assert pixels(named.subsurface(below)) == pixels(nobody.subsurface(below))
    assert pixels(named) != pixels(nobody)


@pytest.mark.parametrize("content", [b"", b"no picture", photo()[:100]])
def test_without_a_readable_photo_a_plain_disc_stands_in_its_place(
    content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        layout, _, surface = painted(PANELS[1], replace(SAMPLE, photo=content), IDLE)
    box = layout.officer
    assert box is not None
    assert CALM.hairline in {tuple(surface.get_at((x, box.centre[1])))[:3] for x in range(box.x, box.right)}
    assert len(caplog.records) == (1 if content else 0)
    assert SAMPLE.name not in caplog.text
