"""A panel of 10.1 inches and 1280 × 800, and what is drawn on it. No window is opened."""

import pygame
import pytest

from assets.texts import Texts
from kiosk.screens.painter import Painter
from kiosk.screens.type import Type
from kiosk.screens.wording import Wording

SIZE_PX = (1280, 800)
MM_PER_PX = 217 / 1280
NAMES = {
    "unit": "UBND phường Sông Công",
    "department": "Trung tâm Phục vụ hành chính công",
    "counter": "Quầy 3",
    "field": "Đất đai – Xây dựng",
}


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.font.init()


@pytest.fixture
def texts() -> Texts:
    texts = Texts()
    assert texts("Thank you!") == "Cảm ơn ông/bà!", "the catalogue is not compiled: install the package"
    return texts


@pytest.fixture
def wording(texts: Texts) -> Wording:
    return Wording.from_texts(texts, NAMES)


@pytest.fixture
def type_() -> Type:
    return Type()


@pytest.fixture
def painter(texts: Texts, wording: Wording) -> Painter:
    return Painter(SIZE_PX, MM_PER_PX, texts, wording)


@pytest.fixture
def surface() -> pygame.Surface:
    return pygame.Surface(SIZE_PX)
