"""Where something is: files and proxies."""

from collections.abc import Callable

import pytest

from assets.texts import Texts
from kiosk.config.address_kinds import ProxyUrl
from kiosk.config.errors import Refused


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        (" http://10.0.0.1:3128/ ", "http://10.0.0.1:3128"),
        ("http://proxy.example.vn", "http://proxy.example.vn"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
    ],
)
def test_a_proxy_is_an_address_without_a_slash_at_its_end(text: str, value: str) -> None:
    assert ProxyUrl().read(text) == value


@pytest.mark.parametrize(
    "text", ["10.0.0.1:3128", "https://10.0.0.1", "http://10.0.0.1:0", "http://10.0.0.1:65536"]
)
def test_another_address_is_refused_and_said_again(text: str) -> None:
    with pytest.raises(Refused) as refused:
        ProxyUrl().read(text)

    assert text in _words(refused)


@pytest.mark.parametrize("read", [ProxyUrl().read, ProxyUrl().read_text])
@pytest.mark.parametrize(
    "text",
    [
        "http://clerk:s3cret@10.0.0.1:3128",
        "clerk:s3cret@proxy",
        "http://x:s3cret@h\n",
        "clerk:s3cret%40proxy",  # as some programs want it
        "http://proxy clerk s3cret",
    ],
)
def test_a_password_is_refused_and_never_said_again(read: Callable[[str], str], text: str) -> None:
    """What is refused stands on the page of mistakes, in the log and in the report of ``hailong doctor``."""
    with pytest.raises(Refused) as refused:
        read(text)

    assert "password" in _words(refused)
    assert "s3cret" not in _words(refused)


def _words(refused: pytest.ExceptionInfo[Refused]) -> str:
    return " ".join(phrase.render(Texts("en")) for phrase in refused.value.phrases)


@pytest.mark.parametrize(
    "raw", [16**6000, 8080, True, ["http://a"], {"a": "@"}], ids=lambda raw: type(raw).__name__
)
def test_a_proxy_that_is_no_text_is_refused(raw: object) -> None:
    with pytest.raises(Refused):
        ProxyUrl().read(raw)
