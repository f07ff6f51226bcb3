"""Font files are checked before pygame may die of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.screens.fontfile import font_file
from kiosk.screens.sfnt import characters_of, check_font

WHOLE = font_file(400).read_bytes()


@pytest.mark.parametrize("weight", [400, 600, 700])
def test_the_fonts_of_the_screens_are_whole(weight: int) -> None:
    check_font(font_file(weight).read_bytes())


@pytest.mark.parametrize(
    "data", [b"", b"OTTO", b"no font at all", WHOLE[:20], b"\x00\x01\x00\x00" + bytes(8)]
)
def test_what_is_no_font_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="it "):
        check_font(data)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, len(WHOLE) - 1))
def test_a_font_cut_short_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"its? "):
        check_font(WHOLE[:length])


@settings(max_examples=30, deadline=None)
@given(st.integers(len(WHOLE) // 2, len(WHOLE) - 600), st.integers(1, 255))
def test_a_page_of_other_bytes_in_the_middle_is_noticed(at: int, other: int) -> None:
    page = bytes(byte ^ other for byte in WHOLE[at : at + 512])
    with pytest.raises(ValueError, match="damaged"):
        check_font(WHOLE[:at] + page + WHOLE[at + 512 :])


def test_a_font_tells_its_characters_and_those_that_it_lacks() -> None:
    found = characters_of(WHOLE)
    assert {ord(character) for character in "aAếẾđĐƠư–…₫\u00a0"} <= found
    assert found.isdisjoint(ord(character) for character in "عא中🙂①→\ufffd\uffff")


def test_a_character_map_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="character map"):
        characters_of(WHOLE[:12])
    record = next(WHOLE[at : at + 16] for at in range(12, 1000, 16) if WHOLE[at : at + 4] == b"cmap")
    cmap = int.from_bytes(record[8:12])
    torn = bytearray(WHOLE)
    for subtable in range(cmap, cmap + int.from_bytes(record[12:16])):
        if torn[subtable : subtable + 2] == b"\0\4":
            torn[subtable + 6 : subtable + 8] = b"\xff\xfe"  # 32,767 ranges
            break
    with pytest.raises(ValueError, match="character map"):
        characters_of(bytes(torn))
