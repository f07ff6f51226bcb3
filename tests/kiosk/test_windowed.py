"""The display put together: another size, another language, and a picture that is not drawn twice."""

from typing import cast

import pygame
import pytest

from assets.texts import Texts
from hardware.events import Level, Press, Source, Switch
from hardware.pointer import MouseDown
from kiosk.faults import ProgramCode
from kiosk.panel import mm_per_px
from kiosk.screens.layout import Rect
from kiosk.screens.painter import Painter
from kiosk.screens.palette import CALM
from kiosk.screens.safe import draw_safe
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View
from kiosk.window import Resized, Window, WindowRecord
from kiosk.windowed import WindowDisplay

IDLE = View(ScreenName.IDLE)
WORDS = {language: (Texts(language), Wording.from_texts(Texts(language))) for language in ("vi", "en")}


class Glass:
    """A window without a display."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.surface = pygame.Surface(size)
        self.presented: list[object] = []
        self.happened: list[WindowRecord] = []

    @property
    def size(self) -> tuple[int, int]:
        return self.surface.get_size()

    def present(self, changed: object = None) -> None:
        self.presented.append(changed)

    def events(self, _now_ns: int) -> list[WindowRecord]:
        happened, self.happened = self.happened, []
        return happened


@pytest.fixture
def glass() -> Glass:
    pygame.font.init()
    return Glass((1280, 800))


def display_on(
    glass: Glass,
    languages: tuple[str, ...] = ("vi", "en"),
    *,
    plain: bool = False,
    code: ProgramCode | None = None,
) -> WindowDisplay:
    words = {language: WORDS[language] for language in languages}
    scale = lambda size: mm_per_px(size, None, None)  # noqa: E731
    window = cast(Window, glass)
    return WindowDisplay(window, scale, words, CALM, touch=True, keyboard=True, plain=plain, code=code)


def tap(glass: Glass, display: WindowDisplay, place: Rect, at_ns: int) -> list[Press | Switch]:
    x, y = place.centre
    glass.happened.append(MouseDown(1, x, y, False, at_ns))
    return list(display.presses(at_ns))


def layout_of(size: tuple[int, int]) -> Painter:
    return Painter(size, mm_per_px(size, None, None), *WORDS["vi"])


def test_after_another_size_everything_is_where_that_size_has_it(glass: Glass) -> None:
    display = display_on(glass)
    display.show(IDLE, 0)
    for n, size in enumerate([(800, 1280), (800, 480), (320, 240), (1920, 1080)], start=1):
        glass.surface = pygame.Surface(size)
        glass.happened.append(Resized(*size))
        assert not list(display.presses(0))
        display.show(IDLE, 0)
        card = layout_of(size).layout.cards[1]
        assert tap(glass, display, card, n * 10**9) == [Press(Level.POOR, Source.MOUSE, n * 10**9)]
    assert display.healthy


def test_the_button_is_there_when_there_is_another_language_and_else_not(glass: Glass) -> None:
    place = layout_of(glass.size).layout.switch
    display = display_on(glass)
    display.show(IDLE, 0)
    assert tap(glass, display, place, 10**9) == [Switch(10**9, Source.MOUSE)]
    alone = display_on(glass, ("vi",))
    alone.show(IDLE, 0)
    assert tap(glass, alone, place, 10**9) == []


def test_languages_that_take_turns_leave_nothing_of_each_other(glass: Glass) -> None:
    display = display_on(glass)
    display.show(IDLE, 0)
    vietnamese = pygame.image.tobytes(glass.surface, "RGB")
    for language in ("en", "vi") * 3:
        display.show(View(ScreenName.IDLE, language=language), 0)
    assert pygame.image.tobytes(glass.surface, "RGB") == vietnamese


def test_plain_text_says_why_it_is_plain(glass: Glass, monkeypatch: pytest.MonkeyPatch) -> None:
    """K2 from the start after a crash loop, K3 when a screen cannot be drawn: each as the safe screen draws it."""

    def drawn(code: str) -> bytes:
        surface, layout = pygame.Surface(glass.size), layout_of(glass.size).layout
        draw_safe(surface, IDLE, WORDS["vi"][1], layout.cards, CALM, code)
        return pygame.image.tobytes(surface, "RGB")

    display_on(glass, plain=True, code=ProgramCode.CRASH_LOOP).show(IDLE, 0)
    assert pygame.image.tobytes(glass.surface, "RGB") == drawn("K2") != drawn("")
    monkeypatch.setattr(Painter, "draw", lambda *_: 1 / 0)
    display = display_on(glass)
    display.show(IDLE, 0)
    assert pygame.image.tobytes(glass.surface, "RGB") == drawn("K3") != drawn("K2")
    assert not display.healthy


def test_a_press_presents_its_card_and_nothing_else(glass: Glass) -> None:
    display = display_on(glass)
    display.show(IDLE, 0)
    display.show(View(ScreenName.SAVING, pressed=Level.GOOD), 0)
    assert glass.presented[1:] == [[pygame.Rect(layout_of(glass.size).layout.cards[3])]]
    display.show(View(ScreenName.SAVING, pressed=Level.GOOD), 0)
    assert len(glass.presented) == 2
