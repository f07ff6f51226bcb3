"""The link in the QR code on a terminal's screen carries its key, whole, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import links

KEY = bytes(range(250, 256)) * 5 + b"ab"


@given(st.binary(min_size=32, max_size=32))
def test_a_key_comes_back_as_it_was_and_needs_no_escape(key: bytes) -> None:
    text = links.written(key)
    assert links.read(text) == key
    assert re.fullmatch("[A-Za-z0-9_-]{43}", text)


def test_the_link_leads_to_central_by_its_own_address() -> None:
    found = links.link("https://danhgia.example.vn:8443/nhan", KEY)
    assert found == f"https://danhgia.example.vn:8443/nhan/admin/k/{links.written(KEY)}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "x" * 42,
        "x" * 44,
        links.written(KEY) + "=",
        links.written(KEY)[:-1] + "1",
        "é" * 43,
        "+" * 43,
        "A" * 43 + "\n",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(links.BadLink):
        links.read(text)
