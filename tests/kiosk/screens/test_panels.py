"""Every panel in every language: measured in millimetres, on what was drawn."""

import unicodedata

import pygame
import pytest

from assets.texts import DEFAULT_LANGUAGE, Texts
from hardware.events import Level
from kiosk.faults import FaultCode
from kiosk.screens.characters import SOFT_HYPHEN, shown
from kiosk.screens.painter import Painter
from kiosk.screens.scale import LABEL_CAPITAL_MM, LARGE_LABEL_CAPITAL_MM, OTHER_LABEL_CAPITAL_MM
from kiosk.screens.type import Block
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View

from .characters import ALPHABET
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


EVERY_LETTER = "".join(f"{letter}{letter.upper()}" for letter in ALPHABET)
LONG = {
    "no spaces": "X" * 300,
    "three hundred": "Ủy ban nhân dân phường Nguyễn Thị Minh Khai " * 7,
    "every letter": EVERY_LETTER + " " + EVERY_LETTER[:100],
    "every diacritic": "ẮẰẲẴẶẤẦẨẪẬĐÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴ" * 5,
    "decomposed": unicodedata.normalize("NFD", "Bộ phận Tiếp nhận và Trả kết quả ") * 9,
    "too many marks": "Quầy" + "\u0301" * 200,
}
FOREIGN = {
    "Arabic": "مكتب خدمة المواطنين " * 10,
    "Hebrew": "לשכת שירות לאזרח " * 10,
    "Chinese": "便民服务中心" * 50,
    "emoji": "🙂👍🏽🇻🇳👩‍👩‍👧" * 20,
    "nothing to see": "\u200b\u00ad\u2060\u202e" * 50,
    "control": "\x00\x07\x1b\x7f" * 50,
}
NAMED = ("unit", "department", "counter", "field", "question", "label_1", "label_4")


@on_every_panel
@pytest.mark.parametrize("name", LONG)
def test_names_of_any_length_stay_in_their_boxes_and_say_where_they_were_cut(panel: Panel, name: str) -> None:
    type_, _ = everything(panel, "vi", dict.fromkeys(NAMED, LONG[name]))
    seen = 0
    for text in type_.drawn:
        assert not text.ink.w or pygame.Rect(text.box).contains(text.ink), text.text[:20]
        assert pygame.Rect((0, 0), panel.size_px).contains(pygame.Rect(text.box))
        if text.text == LONG[name]:
            whole = shown(text.text, type_.has).replace(" ", "")
            drawn_of_it = "".join(text.block.lines).replace(" ", "")
            assert drawn_of_it == whole or (
                drawn_of_it.endswith("…") and whole.startswith(drawn_of_it.removesuffix("…"))
            )
            seen += 1
    assert seen


@on_every_panel
@pytest.mark.parametrize("name", FOREIGN)
def test_a_name_that_cannot_be_drawn_leaves_the_screen_as_if_it_were_not_configured(
    panel: Panel, name: str
) -> None:
    texts = Texts()
    plain = Painter(panel.size_px, panel.mm_per_px, texts, Wording.from_texts(texts))
    wording = Wording.from_texts(texts, dict.fromkeys(NAMED, FOREIGN[name]))
    foreign = Painter(panel.size_px, panel.mm_per_px, texts, wording)
    for view in (View(ScreenName.IDLE), View(ScreenName.THANKED)):
        assert drawn(foreign, view) == drawn(plain, view)


@on_every_panel
@pytest.mark.parametrize("stray", ["🙂", "\u202e", "ע", "中", "\ufe0f", "\u200d"])
def test_a_stray_character_is_left_out_and_moves_nothing(panel: Panel, stray: str) -> None:
    texts = Texts()
    clean = Painter(panel.size_px, panel.mm_per_px, texts, Wording.from_texts(texts, NAMES))
    words = {
        name: f"{text[:3]}{stray}{text[3:]}" if stray != "\x07" else f"{text}{stray}"
        for name, text in NAMES.items()
    }
    odd = Painter(panel.size_px, panel.mm_per_px, texts, Wording.from_texts(texts, words))
    assert drawn(odd, View(ScreenName.IDLE)) == drawn(clean, View(ScreenName.IDLE))


@on_every_panel
def test_decomposed_vietnamese_is_drawn_as_composed(panel: Panel) -> None:
    texts = Texts()
    pictures = {
        drawn(
            Painter(
                panel.size_px,
                panel.mm_per_px,
                texts,
                Wording.from_texts(
                    texts, {name: unicodedata.normalize(form, text) for name, text in NAMES.items()}
                ),
            ),
            View(ScreenName.IDLE),
        )
        for form in ("NFC", "NFD")
    }
    assert len(pictures) == 1


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
