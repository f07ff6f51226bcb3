"""The display put together: another size, another language, and a picture that is not drawn twice."""

from typing import cast

import pygame
import pytest

from assets.texts import Texts
from hardware.events import InputEvent, Level, Press, ServiceGesture, Source, Switch, Tap
from hardware.pointer import FingerDown, FingerUp, MouseDown
from kiosk.faults import ProgramCode
from kiosk.panel import mm_per_px
from kiosk.screens.painter import Painter
from kiosk.screens.palette import CALM
from kiosk.screens.rect import Rect
from kiosk.screens.safe import draw_safe
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, Service, View
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
        self.slept: list[float | None] = []

    @property
    def size(self) -> tuple[int, int]:
        return self.surface.get_size()

    def present(self, changed: object = None) -> None:
        self.presented.append(changed)

    def wait(self, timeout_s: float | None) -> None:
        self.slept.append(timeout_s)

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


def tap(glass: Glass, display: WindowDisplay, place: Rect, at_ns: int) -> list[InputEvent]:
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


SERVICE = View(ScreenName.SERVICE, service=Service(inputs=((Source.TOUCH, None),)))
S = 10**9


def finger(glass: Glass, place: tuple[int, int], number: int, at_ns: int, *, down: bool) -> None:
    width, height = glass.size
    kind = FingerDown if down else FingerUp
    glass.happened.append(kind(1, number, place[0] / width, place[1] / height, at_ns))


def sleep(glass: Glass, display: WindowDisplay) -> float | None:
    """For how long it sleeps, once everything is prepared."""
    glass.slept = [0.0]
    while glass.slept[-1] == 0.0:
        display.wait(None)
    return glass.slept[-1]


@pytest.mark.parametrize("name", [ScreenName.STARTING, ScreenName.IDLE, ScreenName.FAULT, ScreenName.SERVICE])
def test_two_fingers_in_the_corners_are_the_gesture_on_every_screen(glass: Glass, name: ScreenName) -> None:
    display = display_on(glass)
    display.show(View(name), 0)
    finger(glass, (3, 3), 1, S, down=True)
    assert not list(display.presses(S))
    finger(glass, (1276, 60), 2, 2 * S, down=True)
    assert not list(display.presses(2 * S))
    assert sleep(glass, display) == 6.0, "it wakes up for the gesture by itself"
    assert not list(display.presses(8 * S - 1))
    assert list(display.presses(8 * S)) == [ServiceGesture(Source.TOUCH, 8 * S)]
    assert sleep(glass, display) is None


def test_a_finger_that_left_before_is_taken_first_however_late_it_is_read(glass: Glass) -> None:
    display = display_on(glass)
    display.show(IDLE, 0)
    for number, x in ((1, 3), (2, 1276)):
        finger(glass, (x, 3), number, S, down=True)
    assert not list(display.presses(S))
    finger(glass, (3, 3), 1, 9 * S, down=False)
    assert not list(display.presses(9 * S))


def test_without_touch_there_is_no_gesture(glass: Glass) -> None:
    words = {"vi": WORDS["vi"]}
    window, scale = cast(Window, glass), lambda size: mm_per_px(size, None, None)
    display = WindowDisplay(window, scale, words, CALM, touch=False, keyboard=True, plain=False)
    display.show(IDLE, 0)
    for number, x in ((1, 3), (2, 1276)):
        finger(glass, (x, 3), number, S, down=True)
    assert not list(display.presses(S))
    assert not list(display.presses(20 * S))


@pytest.mark.parametrize("plain", [False, True])
def test_the_service_page_has_one_button_and_takes_no_presses(glass: Glass, plain: bool) -> None:
    window, scale = cast(Window, glass), lambda size: mm_per_px(size, None, None)
    display = WindowDisplay(window, scale, WORDS, CALM, touch=True, keyboard=True, plain=plain)
    display.show(SERVICE, 0)
    layout = layout_of(glass.size).layout
    assert tap(glass, display, layout.close, S) == [Tap("close", S, Source.MOUSE)]
    for n, place in enumerate([*layout.cards[:4], layout.mark, layout.question], start=2):
        assert tap(glass, display, place, n * S) == []
    display.show(IDLE, 0)
    assert tap(glass, display, layout.cards[4], 60 * S) == [Press(Level.EXCELLENT, Source.MOUSE, 60 * S)]


def test_the_tap_that_closes_the_page_is_no_press_on_the_screen_behind_it(glass: Glass) -> None:
    display = display_on(glass)
    display.show(SERVICE, 0)
    place = layout_of(glass.size).layout.close.centre
    finger(glass, place, 1, S, down=True)
    assert list(display.presses(S)) == [Tap("close", S, Source.TOUCH)]
    display.show(IDLE, 0)
    glass.happened.append(MouseDown(1, *place, False, S + 1))  # the other half of the same tap
    assert list(display.presses(S + 1)) == []
