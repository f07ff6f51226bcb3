"""The pages of provisioning on every panel: fingers find their keys, no word is cut, the line is as long as it says."""

from dataclasses import replace
from itertools import combinations

import pygame
import pytest

from assets.texts import Texts
from kiosk.config.phrase import Phrase
from kiosk.provision.page import RULER_MM, Choice, Page
from kiosk.provision.steps import Step
from kiosk.screens.layout import DEAD_MARGIN_MM, Layout, lay_out
from kiosk.screens.palette import CALM
from kiosk.screens.sheet import MARKS, draw_sheet, mark_px
from kiosk.screens.type import Style, Type
from kiosk.screens.wizard_sheet import BACK, CHOICE, MORE, SKIP, WizardPage, wizard_page
from kiosk.squares import QUIET_MODULES
from kiosk.wizard.keyboard import LAYERS, Typing
from tests.kiosk.test_squares import photographed, read
from tests.kiosk.wizard.pages import typing_of, walk

from .panels import PANELS, Panel

PAGES = walk()
KEY_MM = 12.0
NARROW_MM = 11.9
"""A tenth of the narrowest panel: 136 mm without its dead rims is 12.5 mm a key, on the others more."""

on_every_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
in_both_languages = pytest.mark.parametrize("language", ["vi", "en"])


@pytest.fixture(scope="module")
def type_() -> Type:
    pygame.font.init()
    return Type()


def layout_of(panel: Panel) -> Layout:
    return lay_out(panel.size_px, panel.mm_per_px, header=False)


def laid_out(
    panel: Panel, type_: Type, language: str, page: Page, typing: Typing | None, at: int = 0
) -> WizardPage:
    return wizard_page(layout_of(panel), type_, page, typing, at, Texts(language))


def check(panel: Panel, laid: WizardPage) -> None:
    width, height = panel.size_px
    places = [button.place for button in laid.sheet.buttons]
    for place in places:
        assert panel.down_mm(place.h) >= NARROW_MM, place
        assert panel.across_mm(place.w) >= KEY_MM, place
        assert panel.across_mm(place.x) >= DEAD_MARGIN_MM
        assert panel.across_mm(width - place.right) >= DEAD_MARGIN_MM
        assert panel.down_mm(place.y) >= DEAD_MARGIN_MM - 0.1
        assert panel.down_mm(height - place.bottom) >= DEAD_MARGIN_MM - 0.2
    for one, other in combinations(places, 2):
        assert not pygame.Rect(one).colliderect(other), (one, other)
    for line in laid.sheet.lines:
        assert not any(pygame.Rect(line.place).colliderect(place) for place in places), line.text
    for bar in laid.sheet.bars:
        assert not any(pygame.Rect(bar).colliderect(place) for place in places)


@on_every_panel
@in_both_languages
@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_touched_and_read(panel: Panel, language: str, name: str, type_: Type) -> None:
    page = PAGES[name]
    laid = laid_out(panel, type_, language, page, typing_of(name, page))
    check(panel, laid)
    layout = layout_of(panel)
    inner = layout.card_inner_px // 2 + layout.border_px
    texts = [(line.text, line.place, line.weight, line.px) for line in laid.sheet.lines]
    texts += [
        (b.label, b.place.inset(b.rim_px).inset(inner), 600, b.px or layout.sizes.text)
        for b in laid.sheet.buttons
    ]
    for text, place, weight, px in texts:
        block = type_.fit(text, (place.w, place.h), Style(weight, px, layout.sizes.smallest, (0, 0, 0)))
        assert not block.lines[-1].endswith("…") or text.endswith("…"), text
        assert block.height <= place.h, text


@on_every_panel
@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_room_for_its_keys(panel: Panel, layer: str, type_: Type) -> None:
    page = PAGES["password-wrong"]
    check(panel, laid_out(panel, type_, "vi", page, Typing("x" * 100, layer, secret=True, shown=True)))


@on_every_panel
def test_every_answer_is_in_one_of_the_parts(panel: Panel, type_: Type) -> None:
    choices = tuple(Choice(f"={n}", Phrase("{text}", {"text": f"Mạng số {n}"})) for n in range(40))
    page = Page(Phrase("Network"), (Phrase("Please choose the Wi-Fi network."),), choices, step=Step.NETWORK)
    seen: list[str] = []
    pages = laid_out(panel, type_, "vi", page, None).pages
    for at in range(pages):
        laid = laid_out(panel, type_, "vi", page, None, at)
        check(panel, laid)
        names = [name for name, _ in laid.sheet.targets]
        assert {BACK, SKIP, MORE} <= set(names)
        seen += [name for name in names if name.startswith(CHOICE)]
    assert seen == [f"{CHOICE}={n}" for n in range(40)]


@on_every_panel
@in_both_languages
def test_of_many_lines_every_one_is_read_in_one_of_the_parts(
    panel: Panel, language: str, type_: Type
) -> None:
    page = PAGES["check-warnings"]
    page = replace(page, lines=page.lines * 6)
    said: list[str] = []
    pages = laid_out(panel, type_, language, page, None).pages
    for at in range(pages):
        laid = laid_out(panel, type_, language, page, None, at)
        check(panel, laid)
        names = {name for name, _ in laid.sheet.targets}
        assert {f"{CHOICE}{choice.key}" for choice in page.choices} <= names
        assert (MORE in names) is (pages > 1)
        said += [line.text for line in laid.sheet.lines[2:]]
        for line in laid.sheet.lines[2:]:
            assert type_.wrapped(line.text, line.weight, line.px, line.place.w).height <= line.place.h
    assert len(said) == len(page.lines)


@on_every_panel
@pytest.mark.parametrize("wrong", [0.9, 1.0, 1.1])
def test_the_line_is_as_long_as_the_scale_says(panel: Panel, wrong: float, type_: Type) -> None:
    page = PAGES["panel"]
    scale = panel.mm_per_px * wrong
    page = Page(page.title, page.lines, page.choices, page.entry, step=page.step, ruler_mm_per_px=scale)
    laid = laid_out(panel, type_, "vi", page, typing_of("panel", page))
    assert laid.ruler is not None
    assert laid.ruler.w == round(RULER_MM / scale)
    check(panel, laid)


def test_while_something_is_done_nothing_can_be_touched(type_: Type) -> None:
    page = Page(Phrase("Network"), busy=True, choices=PAGES["network"].choices, entry=PAGES["code"].entry)
    assert laid_out(PANELS[0], type_, "vi", page, None).sheet.targets == ()


@on_every_panel
@pytest.mark.parametrize("name", ["phone", "accept"])
def test_the_square_is_read_from_the_picture_and_large_enough_for_any_telephone(
    panel: Panel, name: str, type_: Type
) -> None:
    page = PAGES[name]
    laid = laid_out(panel, type_, "vi", page, None)
    check(panel, laid)
    surface = pygame.Surface(panel.size_px)
    surface.fill(CALM.paper)
    draw_sheet(surface, laid.sheet, (0, 0), layout_of(panel), type_, CALM)
    assert read(photographed(surface)) == [page.square]
    (picture,) = laid.sheet.pictures
    module_px = picture.place.w // len(picture.rows)
    symbol = (len(picture.rows) - 2 * QUIET_MODULES) * module_px
    assert panel.across_mm(module_px) >= 0.5
    assert panel.across_mm(symbol) >= 25
    across = range(picture.place.x, picture.place.right)
    seen = {tuple(surface.get_at((x, picture.place.y + picture.place.h // 2))) for x in across}
    assert seen == {(0, 0, 0, 255), (255, 255, 255, 255)}
    texts = [pygame.Rect(line.place) for line in laid.sheet.lines]
    assert not any(pygame.Rect(picture.place).colliderect(place) for place in texts)
    assert not any(pygame.Rect(picture.place).colliderect(button.place) for button in laid.sheet.buttons)


def test_what_a_command_marks_as_well_or_as_wrong_is_drawn_for_the_font_has_no_such_signs(
    type_: Type,
) -> None:
    panel = PANELS[0]
    laid = laid_out(panel, type_, "vi", PAGES["inputs-missing"], None)
    marked = {line.mark: line for line in laid.sheet.lines if line.mark}
    assert set(marked) == set(MARKS)
    assert not any(mark in line.text for line in laid.sheet.lines for mark in MARKS)
    surface = pygame.Surface(panel.size_px)
    surface.fill(CALM.paper)
    draw_sheet(surface, laid.sheet, (0, 0), layout_of(panel), type_, CALM)
    seen = []
    for line in marked.values():
        margin = pygame.Rect(line.place.x - mark_px(line.px), line.place.y, line.px, line.place.h)
        seen.append(pygame.image.tobytes(surface.subsurface(margin), "RGB"))
    assert seen[0] != seen[1]
    assert all(len(set(zip(one[::3], one[1::3], one[2::3], strict=True))) > 1 for one in seen)
