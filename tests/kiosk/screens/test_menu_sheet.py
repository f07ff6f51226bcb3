"""The service menu on every panel: large enough to be touched, nothing over anything, no word cut."""

from dataclasses import replace
from itertools import combinations, pairwise

import pygame
import pytest

from assets.texts import Texts
from hardware.events import Level, Source
from kiosk.config.phrase import Phrase
from kiosk.leaf import CLOSE, ENTER, ERASE, Leaf
from kiosk.screens.layout import DEAD_MARGIN_MM
from kiosk.screens.painter import Painter
from kiosk.screens.rect import Rect
from kiosk.screens.sheet import Sheet
from kiosk.screens.type import Style
from kiosk.screens.wording import Wording
from kiosk.view import Menu, ScreenName, Service, View

from .gallery import MENUS, PLACE, WITH_MENU
from .panels import PANELS, Panel

KEY_MM, ITEM_MM = 13.0, 16.0
"""The least height of a key of the number pad, and of an item: 7 inches leave no more."""

on_every_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
in_both_languages = pytest.mark.parametrize("language", ["vi", "en"])


def painter_of(panel: Panel, language: str) -> Painter:
    texts = Texts(language)
    return Painter(panel.size_px, panel.mm_per_px, texts, Wording.from_texts(texts, PLACE))


def sheet_of(painter: Painter, menu: Menu) -> Sheet:
    return painter.service_sheet(View(ScreenName.SERVICE, service=replace(WITH_MENU, menu=menu)))


@on_every_panel
@in_both_languages
@pytest.mark.parametrize("name", MENUS)
def test_everything_can_be_touched_and_lies_apart(panel: Panel, language: str, name: str) -> None:
    painter, menu = painter_of(panel, language), MENUS[name]
    sheet = sheet_of(painter, menu)
    width, height = panel.size_px
    least = KEY_MM if menu.leaf is Leaf.PIN else ITEM_MM
    places = [button.place for button in sheet.buttons] + list(sheet.columns)
    for place in places:
        assert panel.down_mm(place.h) >= least, place
        assert panel.across_mm(place.w) >= ITEM_MM, place
        assert panel.across_mm(place.x) >= DEAD_MARGIN_MM
        assert panel.across_mm(width - place.right) >= DEAD_MARGIN_MM
        assert panel.down_mm(height - place.bottom) >= DEAD_MARGIN_MM - 0.1
    for one, other in combinations(places, 2):
        assert not pygame.Rect(one).colliderect(other), (one, other)
    for line in sheet.lines:
        assert not any(pygame.Rect(line.place).colliderect(button.place) for button in sheet.buttons), (
            line.text
        )
        assert line.place.w > 0
        assert line.place.h > 0


@on_every_panel
@in_both_languages
@pytest.mark.parametrize("name", MENUS)
def test_no_word_is_cut(panel: Panel, language: str, name: str) -> None:
    painter = painter_of(panel, language)
    layout, type_ = painter.layout, painter._type
    sheet = sheet_of(painter, MENUS[name])
    inner = layout.card_inner_px // 2 + layout.border_px
    texts = [(line.text, line.place, line.weight, line.px) for line in sheet.lines]
    texts += [
        (button.label, button.place.inset(inner), 600, button.px or layout.sizes.text)
        for button in sheet.buttons
    ]
    for text, place, weight, px in texts:
        block = type_.fit(text, (place.w, place.h), Style(weight, px, layout.sizes.smallest, (0, 0, 0)))
        assert "".join(block.lines).replace(" ", "") == text.replace(" ", ""), text
        assert block.height <= place.h, text


def test_every_character_of_it_is_in_the_font(painter: Painter) -> None:
    for menu in MENUS.values():
        sheet = sheet_of(painter, menu)
        said = [line.text for line in sheet.lines] + [button.label for button in sheet.buttons]
        assert all(painter._type.has(character) for text in said for character in text if character != " ")


def test_a_button_that_does_nothing_now_takes_no_touch(painter: Painter) -> None:
    waiting = dict(sheet_of(painter, Menu(Leaf.PIN, wait_s=10)).targets)
    assert not waiting.keys() & {*"0123456789", ENTER, ERASE}
    assert CLOSE in waiting
    three = dict(sheet_of(painter, Menu(Leaf.PIN, digits=3)).targets)
    assert ENTER not in three
    assert ERASE in three


def test_without_a_pin_or_glass_there_is_no_way_to_the_menu(painter: Painter) -> None:
    without_pin = replace(WITH_MENU, facts=replace(WITH_MENU.facts, items=()) if WITH_MENU.facts else None)
    assert [name for name, _ in painter.service_sheet(view_of(without_pin)).targets] == [CLOSE]
    by_buttons = replace(WITH_MENU, inputs=((Source.GPIO, None),))
    assert painter.service_sheet(view_of(by_buttons)).targets == ()


def view_of(service: Service) -> View:
    return View(ScreenName.SERVICE, service=service)


def test_the_five_places_of_the_inputs_are_those_of_the_levels(painter: Painter) -> None:
    columns = sheet_of(painter, Menu(Leaf.INPUTS)).columns
    assert len(columns) == len(Level)
    assert list(columns) == sorted(columns)


def test_every_line_of_the_delivery_is_there_however_many(painter: Painter) -> None:
    lines = tuple(Phrase("{text}", {"text": f"Câu thứ {n}"}) for n in range(12))
    body = [line.place for line in sheet_of(painter, Menu(Leaf.DELIVERY, lines=lines)).lines[1:]]
    assert len(body) == 12
    assert all(one.bottom <= other.y for one, other in pairwise(body))
    assert isinstance(body[0], Rect)
