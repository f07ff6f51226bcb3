"""Font files are checked before pygame may die of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.screens.sfnt import check_font
from kiosk.screens.type import font_file

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
