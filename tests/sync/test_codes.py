"""A code survives being read out, typed and scanned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import codes
from sync.codes import ALPHABET, BadCode, for_people, new_code, new_device_id, normalise

code_texts = st.text(ALPHABET, min_size=12, max_size=12)


@given(code_texts)
def test_a_code_as_it_is_shown_is_understood(code: str) -> None:
    assert normalise(for_people(code)) == code
    assert normalise(f"  {for_people(code).lower()}\r\n") == code
    assert normalise(code.replace("0", "O").replace("1", "l")) == code
    assert normalise(code.replace("0", "o").replace("1", "I")) == code


@pytest.mark.parametrize("made", [new_code, new_device_id])
def test_new_ones_differ_and_have_no_letter_that_looks_like_another(made: object) -> None:
    assert callable(made)
    found = {made() for _ in range(1000)}
    assert len(found) == 1000
    assert not set("".join(found)) - set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)
    assert {len(text) for text in found} in ({codes.CODE_LENGTH}, {codes.DEVICE_LENGTH})


@pytest.mark.parametrize(
    "typed", ["", "7K3F-9Q2M-XPT", "7K3F-9Q2M-XPTBB", "7K3F-9Q2M-XPTU", "７K3F9Q2MXPTB", "7K3F.9Q2M.XPTB"]
)
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(BadCode, match="7K3F-9Q2M-XPTB"):
        normalise(typed)


@given(st.text())
def test_no_text_becomes_anything_but_a_code(typed: str) -> None:
    try:
        code = normalise(typed)
    except BadCode:
        return
    assert len(code) == 12
    assert not set(code) - set(ALPHABET)
