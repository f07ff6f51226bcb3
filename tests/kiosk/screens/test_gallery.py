"""What is drawn is what docs/gallery shows; and a slip of a few pixels or one wrong mark would be noticed."""

from pathlib import Path

import pygame
import pytest
from PIL import Image, ImageChops

from assets.texts import Texts
from kiosk.screens.painter import Painter
from kiosk.screens.palette import THEMES
from kiosk.screens.rect import Rect
from kiosk.screens.type import Across, Down, Style, Type
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View

from .gallery import EXHIBITS, NOW_NS, PLACE, Exhibit, as_image
from .panels import PANELS, Panel

GALLERY = Path(__file__).parents[3] / "docs" / "gallery"
MOST_DIFFERENT = 0.005
"""The share of pixels that may differ ..."""
NOTICEABLE = 16
"""... by more than this, of 255."""
TILE_PX, MOST_OF_A_TILE = 32, 0.02
"""One word is little of a whole picture: so no tile of it may differ by more than this share."""

PICTURES_OF_PYGAME = not getattr(pygame, "IS_CE", False)
"""The pictures were drawn with pygame. pygame-ce smooths curves a little differently and may set a line a pixel beside
(measured: up to 14.5 % of a tile), and its built-in font, which only plain text uses, is another one."""
MOST_OF_A_TILE_ELSEWHERE = 0.2
BUILT_IN = ("plain", "hwtest", "hwtest-tried")

on_every_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
in_every_theme = pytest.mark.parametrize("theme", THEMES)


def golden(exhibit: Exhibit, name: str) -> Image.Image:
    with Image.open(GALLERY / exhibit.name / f"{name}.png") as picture:
        return picture.convert("RGB")


def differences(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """The share of pixels of which some channel differs noticeably: of the whole picture, and of its worst tile."""
    assert one.size == other.size
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    different = most.point([0] * (NOTICEABLE + 1) + [255] * (255 - NOTICEABLE))
    worst = different.reduce(TILE_PX).getextrema()[1]
    assert isinstance(worst, (int, float))
    return different.histogram()[255] / (one.width * one.height), worst / 255


def is_same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures differ no more than another release of a library may make them."""
    whole, tile = differences(one, other)
    return whole <= MOST_DIFFERENT and tile <= MOST_OF_A_TILE


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_every_screen_is_as_the_gallery_shows_it(exhibit: Exhibit) -> None:
    """After a change that is meant: scripts/gallery, and look at every picture."""
    for name, surface in exhibit.pictures():
        if name in BUILT_IN and not PICTURES_OF_PYGAME:
            continue
        whole, tile = differences(as_image(surface), golden(exhibit, name))
        assert whole <= MOST_DIFFERENT, f"{name}: {whole:.2%} of the picture differ"
        most_of_a_tile = MOST_OF_A_TILE if PICTURES_OF_PYGAME else MOST_OF_A_TILE_ELSEWHERE
        assert tile <= most_of_a_tile, f"{name}: {tile:.2%} of a tile differ"


def test_the_gallery_has_these_pictures_and_no_others() -> None:
    pictures = {str(path.relative_to(GALLERY)) for path in GALLERY.rglob("*.png")}
    assert pictures == {f"{exhibit.name}/{name}.png" for exhibit in EXHIBITS for name in exhibit.drawings}
    assert sum(path.stat().st_size for path in GALLERY.rglob("*.png")) < 12_000_000


class Slipped(Type):
    """Sets one text a few pixels too low."""

    def __init__(self, text: str, by_px: int) -> None:
        super().__init__()
        self._text, self._by_px = text, by_px

    def draw(
        self,
        surface: pygame.Surface,
        text: str,
        box: Rect,
        style: Style,
        across: Across = "centre",
        down: Down = "centre",
    ) -> None:
        moved = box.moved(0, self._by_px if text == self._text else 0)
        super().draw(surface, text, moved, style, across, down)


def idle(panel: Panel, theme: str, words: dict[str, str], type_: Type | None = None) -> Image.Image:
    texts = Texts("vi")
    wording = Wording.from_texts(texts, PLACE | words)
    painter = Painter(
        panel.size_px,
        panel.mm_per_px,
        texts,
        wording,
        switch="English",
        colours=THEMES[theme],
        type_=type_,
    )
    surface = pygame.Surface(panel.size_px)
    painter.draw(surface, View(ScreenName.IDLE), NOW_NS)
    return as_image(surface)


def reference(panel: Panel, theme: str) -> Image.Image:
    """What the gallery shows; under pygame-ce, whose own test allows more, what it draws itself."""
    return golden(Exhibit(panel, "vi", theme), "idle") if PICTURES_OF_PYGAME else idle(panel, theme, {})


@on_every_panel
@in_every_theme
@pytest.mark.parametrize("label", ["Thất vọng", "Chưa tốt", "Chấp nhận", "Tốt", "Yêu thích"])
def test_a_label_that_has_moved_by_four_pixels_is_noticed(panel: Panel, theme: str, label: str) -> None:
    right = reference(panel, theme)
    assert is_same(idle(panel, theme, {}), right)
    assert not is_same(idle(panel, theme, {}, Slipped(label, 4)), right)


@on_every_panel
@in_every_theme
@pytest.mark.parametrize("wrong", [{"label_1": "Thât vọng"}, {"label_4": "Tôt"}, {"label_5": "Yêu thich"}])
def test_a_wrong_diacritic_is_noticed(panel: Panel, theme: str, wrong: dict[str, str]) -> None:
    assert not is_same(idle(panel, theme, wrong), reference(panel, theme))
