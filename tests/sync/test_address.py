"""An address has one form, and nothing travels unprotected to another machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.address import BadAddress, NotProtected, normalised


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://danhgia.example.vn", "https://danhgia.example.vn"),
        ("danhgia.example.vn", "https://danhgia.example.vn"),
        ("  HTTPS://DanhGia.Example.VN/  ", "https://danhgia.example.vn"),
        ("https://danhgia.example.vn:443//", "https://danhgia.example.vn"),
        ("https://danhgia.example.vn:8443/dg/", "https://danhgia.example.vn:8443/dg"),
        ("danhgia.example.vn:8443", "https://danhgia.example.vn:8443"),
        ("https://đánhgiá.example.vn", "https://xn--nhgi-4nae44a.example.vn"),
        ("https://10.1.2.3", "https://10.1.2.3"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9/", "http://127.9.9.9"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_address_has_one_form(typed: str, found: str) -> None:
    assert normalised(typed) == found
    assert normalised(found) == found


@pytest.mark.parametrize(
    "typed",
    [
        "http://danhgia.example.vn",
        "http://10.1.2.3:8000",
        "http://127.0.0.1.example.vn",
        "http://localhost.example.vn",
        "http://0.0.0.0:8000",
        "http://[::ffff:10.1.2.3]",
        "http://2130706433",
    ],
)
def test_plain_http_goes_to_this_machine_alone(typed: str) -> None:
    with pytest.raises(NotProtected):
        normalised(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "https:///path",
        "ftp://danhgia.example.vn",
        "file:///etc/passwd",
        "https://name@danhgia.example.vn",
        "https://name:word@danhgia.example.vn",
        "https://@danhgia.example.vn",
        "https://danhgia.example.vn?a=1",
        "https://danhgia.example.vn#a",
        "https://danhgia.example.vn/a b",
        "https://danhgia.example.vn/../x%00",
        "https://danhgia.example.vn:0",
        "https://danhgia.example.vn:99999",
        "https://danhgia.example.vn:port",
        "https://dan hgia.example.vn",
        "https://[::1",
        "https://[fe80::1%25eth0]",
        "https://-a.vn-",
        "https://a\x00b.vn",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        normalised(typed)


@given(st.text() | st.text().map(lambda text: f"https://{text}"))
def test_no_text_does_anything_but_be_refused_or_have_one_form(typed: str) -> None:
    try:
        found = normalised(typed)
    except BadAddress:
        return
    assert normalised(found) == found
    assert found.isascii()
