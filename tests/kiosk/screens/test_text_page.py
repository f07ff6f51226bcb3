"""The page for whoever has just broken the configuration."""

import pygame
import pytest

from assets.texts import Texts
from kiosk.screens.palette import CALM, THEMES
from kiosk.screens.text_page import draw_text_page

from .conftest import MM_PER_PX, SIZE_PX
from .pictures import pixels

REMEDY = "Please correct this, then check it with: hailong config check"


class ListeningTexts(Texts):
    """Remembers what was asked for, and with which numbers it was filled."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def __call__(self, message: str) -> str:
        self.asked.append(message)
        return super().__call__(message)


def page(problems: list[str], texts: Texts, size: tuple[int, int] = SIZE_PX) -> pygame.Surface:
    surface = pygame.Surface(size)
    draw_text_page(surface, MM_PER_PX, texts, "Cấu hình có lỗi", problems)
    return surface


def ink_bottom(surface: pygame.Surface) -> int:
    """The lowest row that is not paper."""
    surface = surface.copy()
    surface.set_colorkey(CALM.paper)
    return surface.get_bounding_rect().bottom


def test_three_problems_are_shown_whole_and_none_is_counted_away() -> None:
    texts = ListeningTexts()
    page(["dòng 1: sai", "dòng 2: sai", "dòng 3: sai"], texts)
    assert texts.asked == [REMEDY]


def test_what_does_not_fit_is_counted_at_the_bottom(texts: Texts) -> None:
    listening = ListeningTexts()
    problems = [f"/etc/hailong/hailong.toml:{n}: chân GPIO không hợp lệ" for n in range(100)]
    surface = page(problems, listening)
    assert listening.asked == [REMEDY, "… and {count} more problems"]
    assert ink_bottom(surface) <= SIZE_PX[1] - 20
    assert pixels(surface) != pixels(page(problems[:99], texts))


@pytest.mark.parametrize("length", [1, 200, 2000, 20_000])
def test_a_problem_without_spaces_stays_on_the_page(texts: Texts, length: int) -> None:
    surface = page(["x" * length, "y"], texts)
    assert ink_bottom(surface) <= SIZE_PX[1] - 20
    assert all(
        surface.get_at((SIZE_PX[0] - 20, y)) == pygame.Color(*CALM.paper) for y in range(120, SIZE_PX[1])
    )


def test_a_small_window_and_an_empty_list_are_drawn_too(texts: Texts) -> None:
    page([], texts)
    page(["sai\x00" * 30] * 30, texts, (320, 200))


@pytest.mark.parametrize("theme", THEMES)
def test_the_page_has_the_theme_of_the_terminal(texts: Texts, theme: str) -> None:
    surface = pygame.Surface(SIZE_PX)
    draw_text_page(surface, MM_PER_PX, texts, "Cấu hình có lỗi", ["sai"], THEMES[theme])
    seen = {tuple(surface.get_at((x, y)))[:3] for x in range(SIZE_PX[0]) for y in range(200)}
    assert surface.get_at((0, 0)) == pygame.Color(*THEMES[theme].paper)
    assert THEMES[theme].ink in seen
