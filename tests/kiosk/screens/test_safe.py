"""The safe screen works when nothing else does."""

import importlib.resources
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

import pygame
import pytest
from PIL import Image, ImageChops

from hardware.events import Level
from kiosk.screens import faces, svg
from kiosk.screens import type as type_module
from kiosk.screens.layout import lay_out
from kiosk.screens.safe import draw_safe
from kiosk.screens.wording import SafeWords, Wording
from kiosk.view import ScreenName, View

from .conftest import MM_PER_PX, SIZE_PX
from .pictures import EVERY_VIEW, RING, pixels


@pytest.fixture
def nothing_else_works(monkeypatch: pytest.MonkeyPatch, wording: Wording) -> Wording:
    def broken(*_: object, **__: object) -> None:
        msg = "this is broken"
        raise AssertionError(msg)

    monkeypatch.setattr(importlib.resources, "files", broken)
    monkeypatch.setattr(type_module, "font_file", broken)
    monkeypatch.setattr(type_module.Type, "__init__", broken)
    monkeypatch.setattr(faces.Faces, "__init__", broken)
    monkeypatch.setattr(svg, "rasterise", broken)
    monkeypatch.setattr(pygame.image, "load", broken)

    whole_open = Path.open

    def open_pygames_own(path: Path, mode: str = "r") -> IO[Any]:
        if "pygame" not in path.parts:
            broken()
        return whole_open(path, mode)

    monkeypatch.setattr(Path, "open", open_pygames_own)
    return wording


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_it_is_drawn_when_everything_else_is_broken(
    nothing_else_works: Wording, surface: pygame.Surface, view: View
) -> None:
    draw_safe(surface, view, nothing_else_works)
    assert len({tuple(surface.get_at((x, y))) for x in range(0, 1280, 2) for y in range(0, 800, 2)}) > 2


def test_it_opens_the_font_by_itself(wording: Wording, surface: pygame.Surface) -> None:
    pygame.font.quit()
    draw_safe(surface, View(ScreenName.IDLE), wording)
    assert pygame.font.get_init()


def test_the_thank_you_shows_no_level(wording: Wording) -> None:
    pictures = set()
    for level in Level:
        surface = pygame.Surface(SIZE_PX)
        draw_safe(surface, View(ScreenName.THANKED, pressed=level, ring=RING), wording)
        pictures.add(pixels(surface))
    assert len(pictures) == 1


def test_cards_are_drawn_where_presses_count(wording: Wording, surface: pygame.Surface) -> None:
    layout = lay_out(SIZE_PX, MM_PER_PX)
    for name in (ScreenName.IDLE, ScreenName.THANKED):
        cards = layout.cards_of(name)
        draw_safe(surface, View(name), wording, cards)
        for card in cards:
            assert surface.get_at((card.x, card.y)) != surface.get_at((card.x - 1, card.y - 1))


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_a_code_stands_at_the_lower_left_and_changes_nothing_else(wording: Wording, view: View) -> None:
    cards = lay_out(SIZE_PX, MM_PER_PX).cards_of(view.name)
    plain, coded = pygame.Surface(SIZE_PX), pygame.Surface(SIZE_PX)
    draw_safe(plain, view, wording, cards)
    draw_safe(coded, view, wording, cards, code="K2")
    changed = ImageChops.difference(*(Image.frombytes("RGB", SIZE_PX, pixels(s)) for s in (plain, coded)))
    left, top, right, bottom = changed.getbbox() or (0, 0, 0, 0)
    assert right > left, "it can be seen"
    assert right < SIZE_PX[0] // 6
    assert top >= max((card.bottom for card in cards), default=SIZE_PX[1] * 12 // 14)
    assert bottom < SIZE_PX[1]


@pytest.mark.parametrize("size", [(320, 200), (480, 800), (1920, 1080)])
def test_any_size_and_any_words_will_do(size: tuple[int, int]) -> None:
    endless = "ỄẨ\x00\ud800" * 200
    safe = SafeWords(*([endless] * len(fields(SafeWords))))
    words = Wording("", "", "", "", endless, (endless, "", "b", "c", "d"), safe)
    for view in EVERY_VIEW:
        surface = pygame.Surface(size)
        draw_safe(surface, view, words)


def test_the_button_that_closes_the_service_page_is_drawn_where_it_is_touched(
    wording: Wording, surface: pygame.Surface
) -> None:
    close = lay_out(SIZE_PX, MM_PER_PX).close
    draw_safe(surface, View(ScreenName.SERVICE), wording, close=close)
    assert surface.get_at((close.x, close.y)) != surface.get_at((close.x - 1, close.y - 1))
    before = pixels(surface)
    draw_safe(surface, View(ScreenName.FAULT), wording, close=close)
    assert surface.get_at((close.x, close.y)) == surface.get_at((close.x - 1, close.y - 1))
    assert pixels(surface) != before
