"""Telex as telephones take it, with every Vietnamese word of our own catalogue and guides."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.wizard.telex import typed

ROOT = Path(__file__).parents[3]
MARKS = {"\u0302": "", "\u0306": "w", "\u031b": "w"}
TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
NO_SYLLABLES = {"NĐ", "micrô", "milimét"}
"""Abbreviations and foreign words: Telex is for syllables, and knows no others."""
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"


def type_(keys: str, text: str = "") -> str:
    for key in keys:
        text = typed(text, key)
    return text


def keys_of(word: str) -> str:
    """How a word is typed: each letter with its mark, the tone at the end."""
    keys, tone = "", ""
    for letter in word:
        base, *marks = list(unicodedata.normalize("NFD", letter))
        keys += {"đ": "dd", "Đ": "DD"}.get(base, base)
        for mark in marks:
            if mark in TONES:
                tone = TONES[mark]
            else:
                keys += MARKS[mark] or base
    return keys + tone


def words() -> set[str]:
    """Every syllable with a Vietnamese letter in our catalogues and guides."""
    files = [*(ROOT / "docs" / "vi").glob("*.md"), *ROOT.glob("*/locale/vi/LC_MESSAGES/*.po")]
    text = unicodedata.normalize("NFC", "\n".join(file.read_text(encoding="utf-8") for file in files))
    found = {word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()}
    return {word for word in found if set(unicodedata.normalize("NFD", word.lower())[0]) <= set(LETTERS)}


def test_every_word_of_our_catalogues_and_guides_can_be_typed() -> None:
    found = words()
    assert len(found) > 600
    wrong = {word: type_(keys_of(word)) for word in found if type_(keys_of(word)) != word}
    assert set(wrong) <= NO_SYLLABLES


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("tieengs Vieetj", "tiếng Việt"),
        ("Thieeus daay mangj, sex laamf sau", "Thiếu dây mạng, sẽ lầm sau"),
        ("nguowif dduwowcj", "người được"),
        ("nguoiwf duocdwj", "người được"),  # marks after the letters at the end
        ("hoaf hoanf hoanj", "hòa hoàn hoạn"),
        ("hoasn toansf", "hoán toàn"),
        ("quas giaf gif quys", "quá già gì quý"),
        ("khuyur ngoaif thuyr", "khuỷu ngoài thủy"),
        ("muaw quawng huuw guiwr", "mưa quăng hưu gửi"),
        ("DDUWOWNGF DDuwowngf", "ĐƯỜNG Đường"),
        ("asz ass aaa aww ddd uwow", "a as aa aw dd ươ"),
        ("wifi Wifi router", "wifi Wifi router"),
        ("quaafy 3", "quầy 3"),
        ("", ""),
    ],
)
def test_what_is_typed(keys: str, text: str) -> None:
    assert type_(keys) == text


@given(st.text(), st.characters())
def test_whatever_is_typed_nothing_before_the_word_changes_and_no_key_fails(text: str, key: str) -> None:
    text = unicodedata.normalize("NFC", text)
    found = typed(text, key)
    kept = len(text)
    while kept and text[kept - 1].isalpha():
        kept -= 1
    assert found[:kept] == text[:kept]


def test_a_tone_that_is_typed_once_more_is_taken_back_and_becomes_its_letter() -> None:
    tried = 0
    for word in words() - NO_SYLLABLES:
        keys = keys_of(word)
        parts = unicodedata.normalize("NFD", word)
        tones = [TONES[part] for part in parts if part in TONES]
        if tones:
            plain = "".join(part for part in parts if part not in TONES)
            assert type_(keys + tones[0]) == unicodedata.normalize("NFC", plain) + tones[0], word
            tried += 1
    assert tried > 400
