"""One ticket in whatever form it comes: typed, scanned, on a stick, in a file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.address import NotProtected
from sync.codes import BadCode
from sync.tickets import BadTicket, Ticket, decoded, in_groups, key_id, read, ticket

URL, CODE, KEY = "https://danhgia.example.vn", "7K3F9Q2MXPTB", "ab12cd34ef567890"
WHOLE, PART = Ticket(URL, CODE, KEY), Ticket(URL, CODE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{URL} {CODE} {KEY}", WHOLE),
        (f"{URL} 7K3F-9Q2M-XPTB ab12-cd34-ef56-7890\n", WHOLE),
        (f"{URL}\n7k3f 9q2m xptb\nAB12-CD34-EF56-7890\n", WHOLE),
        (f"\ufeff{URL}\r\n{CODE}\r\n\r\n", PART),
        (f"url = {URL}\ncode = {CODE}\ncentral = {KEY}\n", WHOLE),
        (f"URL={URL}\nCode=7K3F-9Q2M-XPTB\n", PART),
        (json.dumps({"url": URL, "code": CODE, "central": KEY}), WHOLE),
        (json.dumps({"url": URL + "/", "code": "7k3f-9q2m-xptb", "central": None, "more": 1}), PART),
        (f"danhgia.example.vn {CODE}", PART),
    ],
)
def test_every_form_is_the_same_ticket(text: str, expected: Ticket) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", URL, f"{URL} 7K3F", f"{URL} {CODE} ab12", "{", "{}", '{"url": 5, "code": "x"}', "[" * 5, "{" * 100_000,
     json.dumps({"url": URL, "code": CODE, "central": "ab12"}), json.dumps({"url": URL, "code": CODE, "central": 5})],
)  # fmt: skip
def test_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(BadTicket):
        read(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_file_is_read_as_windows_writes_it(encoding: str) -> None:
    """Notepad and PowerShell write what they call Unicode."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    assert read(decoded(f"{mark}{URL}\r\n{CODE}\r\n{KEY}\r\n".encode(encoding))) == WHOLE


@given(st.binary())
def test_no_bytes_do_anything_but_become_a_text(content: bytes) -> None:
    assert isinstance(decoded(b"\xff\xfe" + content), str)
    assert isinstance(decoded(content), str)


def test_the_reason_is_told_apart() -> None:
    for url, code, cause in (("http://danhgia.example.vn", CODE, NotProtected), (URL, "7K3F", BadCode)):
        with pytest.raises(BadTicket) as found:
            ticket(url, code)
        assert isinstance(found.value.__cause__, cause)


def test_a_code_is_not_shown() -> None:
    assert CODE not in repr(WHOLE)


def test_a_key_id_is_compared_in_groups() -> None:
    assert in_groups(KEY) == "ab12-cd34-ef56-7890"
    assert key_id(in_groups(KEY).upper()) == KEY


@given(st.text() | st.text().map(lambda text: f"{URL} {text}") | st.text().map(lambda text: "{" + text))
def test_no_text_does_anything_but_be_refused_or_be_a_ticket(text: str) -> None:
    try:
        found = read(text)
    except BadTicket:
        return
    assert found.code is not None
    assert len(found.code) == 12
