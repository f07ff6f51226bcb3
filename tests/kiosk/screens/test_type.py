"""Text in boxes: whole, or shorter with "…", never outside."""

import itertools
import logging
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pygame
import pytest

from kiosk.screens.builtin import BuiltinFont
from kiosk.screens.fontfile import font_file
from kiosk.screens.palette import CALM
from kiosk.screens.rect import Rect
from kiosk.screens.scale import CAPITAL_EM, LINE_EM
from kiosk.screens.type import Style, Type

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
SYLLABARY = "".join(unicodedata.normalize("NFC", v + t) for v, t in itertools.product(VOWELS, TONES)) + "đ"
INK = CALM.ink
STYLE = Style(600, 40, 17, INK)


def no_font(weight: int) -> Path:
    msg = f"no weight {weight}"
    raise FileNotFoundError(msg)


def ink_of(type_: Type, text: str, box: Rect, style: Style = STYLE) -> pygame.Rect:
    surface = pygame.Surface((box.right + 200, box.bottom + 200), pygame.SRCALPHA)
    type_.draw(surface, text, box, style)
    return surface.get_bounding_rect()


@pytest.mark.parametrize("find", [font_file, no_font])
@pytest.mark.parametrize(
    "text",
    [
        "Tốt",
        "Chấp nhận",
        "Ông/bà thấy việc phục vụ hôm nay thế nào?",
        "ỄẨỘỮỰẶ" * 50,
        "Ễ" * 300,
        "nghiêng " * 40,
        SYLLABARY,
    ],
)
@pytest.mark.parametrize("size", [(220, 52), (220, 104), (700, 54), (1200, 30)])
def test_no_ink_falls_outside_the_box(find: object, text: str, size: tuple[int, int]) -> None:
    type_ = Type(no_font) if find is no_font else Type()
    box = Rect(100, 100, *size)
    ink = ink_of(type_, text, box)
    assert ink.w > 0
    assert pygame.Rect(box).contains(ink)


def test_a_text_wraps_before_it_shrinks_and_shrinks_before_it_is_cut(type_: Type) -> None:
    wide = type_.fit("Chấp nhận", (300, 110), STYLE)
    assert wide.lines == ("Chấp nhận",)
    wrapped = type_.fit("Chấp nhận", (150, 110), STYLE)
    assert wrapped.lines == ("Chấp", "nhận")
    assert wrapped.height == wide.height * 2
    shrunk = type_.fit("Chấp nhận", (150, 52), STYLE)
    assert shrunk.lines == ("Chấp nhận",)
    assert shrunk.height < wide.height
    cut = type_.fit("Chấp nhận", (60, 30), STYLE)
    assert cut.lines[-1].endswith("…")


def test_the_lines_of_a_text_are_about_equally_long(type_: Type) -> None:
    block = type_.fit("Ông/bà thấy việc phục vụ hôm nay có tốt không ạ", (700, 110), STYLE)
    lengths = [block.font.size(line)[0] for line in block.lines]
    assert len(lengths) == 2
    assert min(lengths) > 0.7 * max(lengths)


def test_what_pygame_cannot_print_is_left_out(type_: Type) -> None:
    assert type_.fit(" Quầy\x00\n\ud8003\t ", (400, 60), STYLE).lines == ("Quầy 3",)
    assert ink_of(type_, "\x00\ud800", Rect(10, 10, 100, 50)).size == (0, 0)


def test_a_word_is_broken_at_its_soft_hyphen_when_there_is_no_room_and_only_then(type_: Type) -> None:
    word = "Accept\u00adable"
    assert type_.fit(word, (400, 110), STYLE).lines == ("Acceptable",)
    assert type_.fit(word, (190, 110), STYLE).lines == ("Accept-", "able")
    assert type_.whole_lines(word, 600, 40, 190, hyphens=False) is None
    assert type_.whole_lines(word, 600, 40, 190, hyphens=True) == 2


def test_words_kept_together_part_only_where_the_box_is_too_narrow_for_both(type_: Type) -> None:
    text = "Việc phục\u00a0vụ"
    room = type_.width("Việc phục", 600, 40) + 4
    assert type_.fit(text, (room, 110), STYLE).lines == ("Việc", "phục\u00a0vụ")
    narrow = type_.width("phục", 600, 40) + 4
    assert type_.wrapped(text, 600, 40, narrow).lines == ("Việc", "phục", "vụ")


def test_making_lines_equal_never_cuts_a_word(type_: Type) -> None:
    width = type_.font(600, 40).size("Chưa")[0] + 4
    assert type_.fit("Chưa tốt", (width, 110), STYLE).lines == ("Chưa", "tốt")


def test_the_proportions_that_the_layout_counts_on_are_those_of_the_font(type_: Type) -> None:
    font = type_.font(600, 200)
    assert font.render("H", True, INK).get_bounding_rect().h / 200 == pytest.approx(CAPITAL_EM, abs=0.01)
    assert font.size("Chấp nhận")[1] / 200 <= LINE_EM


def test_without_the_font_the_builtin_one_is_used_and_one_warning_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    type_ = Type(no_font)
    with caplog.at_level(logging.WARNING):
        fonts = [type_.font(weight, px) for weight in (400, 600, 700) for px in (20, 40)]
    assert all(isinstance(font, BuiltinFont) for font in fonts)
    assert len(caplog.records) == 1
    assert "built-in font" in caplog.text


@pytest.mark.parametrize(
    "damage", [lambda _: b"no font", lambda whole: whole[:-1], lambda whole: whole[:2000]]
)
def test_a_damaged_font_file_is_a_missing_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[bytes], bytes]
) -> None:
    """pygame 2.6.1 would not complain, and die at the first letter."""
    (tmp_path / "damaged.ttf").write_bytes(damage(font_file(400).read_bytes()))
    font = Type(lambda _: tmp_path / "damaged.ttf").font(400, 20)
    assert isinstance(font, BuiltinFont)
    assert font.render("Tốt", True, INK).get_width() > 0
    assert len(caplog.records) == 1


@pytest.mark.parametrize("text", [SYLLABARY, SYLLABARY.upper()])
def test_the_builtin_font_writes_every_vietnamese_letter_differently(text: str) -> None:
    font = BuiltinFont(40)
    pictures = {pygame.image.tobytes(font.render(letter, True, INK), "RGBA") for letter in text}
    assert len(pictures) == len(text)


def test_the_builtin_font_shows_no_box_for_a_vietnamese_letter() -> None:
    font = BuiltinFont(40)
    box = pygame.image.tobytes(font.render("\ue000", True, INK), "RGBA")
    for letter in SYLLABARY + SYLLABARY.upper() + "–…":
        assert pygame.image.tobytes(font.render(letter, True, INK), "RGBA") != box


def test_marks_of_the_builtin_font_are_not_cut_off() -> None:
    for letter in "ỄẨỘỰỊƠƯ":
        picture = BuiltinFont(60).render(letter, True, INK)
        ink = picture.get_bounding_rect()
        assert ink.top > 0
        assert ink.bottom < picture.get_height()
        assert ink.right <= picture.get_width()
