"""Which characters are drawn: nothing as a box, nothing beside its letter, nothing turned round."""

import unicodedata

import pygame
import pytest

from kiosk.screens.builtin import BuiltinFont
from kiosk.screens.characters import Has, as_read, left_out, shown
from kiosk.screens.fontfile import font_file
from kiosk.screens.sfnt import characters_of

from .characters import ALPHABET


def package(weight: int) -> Has:
    covered = characters_of(font_file(weight).read_bytes())
    return lambda character: ord(character) in covered


def built_in(character: str) -> bool:
    pygame.font.init()
    return BuiltinFont(20).has(character)


every_font = pytest.mark.parametrize(
    "has", [package(400), package(600), package(700), built_in], ids=["400", "600", "700", "built in"]
)


@every_font
def test_every_vietnamese_letter_is_drawn_composed_or_not(has: Has) -> None:
    assert len(set(ALPHABET)) == 89
    for text in (ALPHABET, ALPHABET.upper()):
        assert shown(text, has) == text
        assert shown(unicodedata.normalize("NFD", text), has) == text
        assert left_out(unicodedata.normalize("NFD", text), has) == ()


@every_font
@pytest.mark.parametrize(
    ("text", "drawn", "lost"),
    [
        ("مكتب 3", "3", "مكتب"),
        ("מרפאה", "", "מרפאה"),
        ("人民 Quầy", "Quầy", "人民"),
        ("Quầy 👩‍👩‍👧🏽🇻🇳 3", "Quầy 3", "👩👧🏽🇻🇳"),
        ("Quầy\u202e 3 yầuQ\u202c", "Quầy 3 yầuQ", ""),
        ("a\u0300\u0301\u0301\u0301b", "àb", "\u0301"),
        ("\u0301 Quầy", "Quầy", "\u0301"),
        ("Đất đai\u2011Xây dựng", "Đất đai-Xây dựng", ""),
        ("\ufeffQuầy\ufe0f\u200d", "Quầy", ""),
        ("Quầy\x00\t\n\u2028 \u3000 3\ud800", "Quầy 3", ""),
        ("\u200b\u00ad\u2060", "", ""),
    ],
)
def test_what_cannot_be_drawn_is_left_out_and_named(has: Has, text: str, drawn: str, lost: str) -> None:
    assert shown(text, has) == drawn
    assert left_out(text, has) == tuple(dict.fromkeys(lost))


def test_a_no_break_space_stays_and_is_read_as_a_space() -> None:
    assert shown("phục\u00a0vụ \u00a0 tốt", package(400)) == "phục\u00a0vụ tốt"
    assert as_read("phục\u00a0vụ Accept\u00adable") == "phục vụ Acceptable"
