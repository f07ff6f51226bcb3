"""Every panel in every language: measured in millimetres, on what was drawn."""

import pygame
import pytest

from assets.texts import DEFAULT_LANGUAGE, Texts
from hardware.events import Level
from kiosk.faults import FaultCode
from kiosk.screens.characters import SOFT_HYPHEN
from kiosk.screens.painter import Painter
from kiosk.screens.scale import LABEL_CAPITAL_MM, LARGE_LABEL_CAPITAL_MM, OTHER_LABEL_CAPITAL_MM
from kiosk.screens.type import Block
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View

from .conftest import NAMES
from .panels import PANELS, Panel
from .pictures import RING, drawn
from .watched import Watched

VIEWS = (
    View(ScreenName.STARTING),
    View(ScreenName.IDLE),
    View(ScreenName.AMBIGUOUS),
    View(ScreenName.CORRECTING, pressed=Level.POOR),
    View(ScreenName.WAIT, pressed=Level.GOOD),
    View(ScreenName.THANKED, ring=RING),
    View(ScreenName.THANKED),
    View(ScreenName.REPEAT),
    *(View(ScreenName.FAULT, fault=code) for code in FaultCode),
)
"""Everything that is written somewhere."""
LANGUAGES = ("vi", "en")
on_every_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


def everything(panel: Panel, language: str, words: dict[str, str]) -> tuple[Watched, Painter]:
    """Every screen of a panel, drawn."""
    texts = Texts(language)
    type_ = Watched(panel)
    painter = Painter(panel.size_px, panel.mm_per_px, texts, Wording.from_texts(texts, words), type_=type_)
    for view in VIEWS:
        drawn(painter, view)
    return type_, painter


@on_every_panel
@in_every_language
def test_capitals_of_the_labels_are_tall_enough(panel: Panel, language: str) -> None:
    type_, painter = everything(panel, language, NAMES)
    large = painter.layout.size_px in {(1920, 1080), (1080, 1920)}
    vietnamese = LARGE_LABEL_CAPITAL_MM if large else LABEL_CAPITAL_MM
    least = vietnamese if language == DEFAULT_LANGUAGE else OTHER_LABEL_CAPITAL_MM
    words = Wording.from_texts(Texts(language)).labels
    seen = [d for d in type_.drawn if d.text.replace(SOFT_HYPHEN, "") in words]
    assert {d.text.replace(SOFT_HYPHEN, "") for d in seen} == set(words)
    for label in seen:
        assert len(label.block.lines) <= 2
        assert panel.down_mm(capital_px(label.block)) >= least


def capital_px(block: Block) -> float:
    """The height of a capital without marks, as it is drawn."""
    letter = block.font.render("H", True, (0, 0, 0))
    return max(run_px(letter, x) for x in range(letter.get_width()))


def run_px(letters: pygame.Surface, x: int) -> float:
    """How much of a column is covered, smoothed edges by their share."""
    return sum(letters.get_at((x, y)).a / 255 for y in range(letters.get_height()))


@on_every_panel
@in_every_language
def test_no_word_of_ours_is_cut_or_smaller_than_it_should_be(panel: Panel, language: str) -> None:
    type_, _ = everything(panel, language, NAMES)
    for text in type_.drawn:
        shown = (
            " ".join(text.block.lines).replace("- ", "")
            if SOFT_HYPHEN in text.text
            else " ".join(text.block.lines)
        )
        assert shown == text.text.replace(SOFT_HYPHEN, "")
        assert text.block.font is type_.font(text.style.weight, text.style.px), text.text


LONG = {
    "no spaces": "X" * 300,
    "three hundred": "Ủy ban nhân dân phường Nguyễn Thị Minh Khai " * 7,
    "every diacritic": "ẮẰẲẴẶẤẦẨẪẬĐÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴ" * 5,
    "right to left": "مكتب خدمة المواطنين " * 10,
    "emoji": "Quầy 🙂👍🏽🇻🇳 3 " * 20,
    "nothing to see": "\u200b\u00ad\u2060" * 50,
}


@on_every_panel
@pytest.mark.parametrize("name", LONG)
def test_names_of_any_kind_stay_in_their_boxes(panel: Panel, name: str) -> None:
    words = dict.fromkeys(
        ("unit", "department", "counter", "field", "question", "label_1", "label_4"), LONG[name]
    )
    type_, _ = everything(panel, "vi", words)
    for text in type_.drawn:
        assert not text.ink.w or pygame.Rect(text.box).contains(text.ink), text.text[:20]
        assert pygame.Rect((0, 0), panel.size_px).contains(pygame.Rect(text.box))


@on_every_panel
def test_one_long_label_leaves_the_others_at_their_size(panel: Panel) -> None:
    type_, _ = everything(panel, "vi", {"label_1": "Hết sức không hài lòng"})
    sizes = {capital_px(text.block) for text in type_.drawn if text.text in ("Chưa tốt", "Tốt")}
    assert all(panel.down_mm(size) >= LABEL_CAPITAL_MM for size in sizes)


@on_every_panel
def test_a_language_or_a_name_moves_no_target(panel: Panel) -> None:
    """Whoever changes the language finds the same levels at the same places."""
    targets = set()
    for language in LANGUAGES:
        for words in ({}, NAMES, {"question": "Có hài lòng không? " * 10}):
            texts = Texts(language)
            painter = Painter(panel.size_px, panel.mm_per_px, texts, Wording.from_texts(texts, words))
            targets.add(tuple(painter.layout.targets(View(name)) for name in ScreenName))
    assert len(targets) == 1
