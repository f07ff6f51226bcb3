"""Who may reach what over the network: addresses, networks, keys."""

import pytest

from assets.texts import Texts
from kiosk.config.errors import Refused
from kiosk.config.kinds import Kind
from kiosk.config.network_kinds import HttpsUrl, KeyText, ListenAddress, Networks, split_address

KEY = "ab" * 32


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (ListenAddress(), "", ""),
        (ListenAddress(), " 10.1.2.3:8443 ", "10.1.2.3:8443"),
        (ListenAddress(), "127.0.0.1:0", "127.0.0.1:0"),
        (ListenAddress(), "[FD00::1]:08443", "[fd00::1]:8443"),
        (Networks(), [], ()),
        (Networks(), ["10.0.0.0/8", "192.0.2.7"], ("10.0.0.0/8", "192.0.2.7/32")),
        (HttpsUrl(), "", ""),
        (HttpsUrl(), "https://10.1.2.3:8443/", "https://10.1.2.3:8443"),
        (HttpsUrl(), "https://quay-1.example.vn", "https://quay-1.example.vn"),
        (KeyText(), KEY.upper(), KEY),
        (KeyText(), "", ""),
    ],
)
def test_what_is_right_is_taken_in_its_one_form(kind: Kind, raw: object, value: object) -> None:
    assert kind.read(raw) == value
    assert kind.read(value) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        *(
            (ListenAddress(), raw)
            for raw in ("8443", ":8443", "10.1.2.3", "10.1.2.3:65536", "10.1.2:1", "a.vn:1")
        ),
        *(
            (ListenAddress(), raw)
            for raw in ("0.0.0.0:1", "[::]:1", "224.0.0.1:1", "fd00::1:1", "1.2.3.4:1\n", 8443)
        ),
        *((Networks(), raw) for raw in ("10.0.0.0/8", ["10.0.0.1/8"], ["x"], [8], [""], 8)),
        *(
            (HttpsUrl(), raw)
            for raw in ("http://10.1.2.3", "https://a/b", "https://a?b", "https://u@a", "https://a:0")
        ),
        *(
            (HttpsUrl(), raw)
            for raw in ("https://", "https://a:70000", "https://" + "a" * 200, "https://é", 1)
        ),
        *((KeyText(), raw) for raw in (KEY[:-1], KEY + "a", "xx" * 32, 7)),
    ],
)
def test_what_is_wrong_is_refused_in_words(kind: Kind, raw: object) -> None:
    with pytest.raises(Refused) as refused:
        kind.read(raw)
    assert all(phrase.render(Texts("vi")) != phrase.render(Texts("en")) for phrase in refused.value.phrases)


@pytest.mark.parametrize("kind", [HttpsUrl(), KeyText()])
def test_what_may_hold_a_secret_is_refused_and_not_said_again(kind: Kind) -> None:
    with pytest.raises(Refused) as refused:
        kind.read("https://clerk:s3cret@10.1.2.3")
    assert "s3cret" not in " ".join(phrase.render(Texts("en")) for phrase in refused.value.phrases)


def test_networks_of_a_variable_are_separated_by_commas() -> None:
    assert Networks().read_text("10.0.0.0/8, 192.0.2.7") == ("10.0.0.0/8", "192.0.2.7/32")
    assert Networks().read_text(" ") == ()


@pytest.mark.parametrize(
    ("text", "found"), [("10.1.2.3:8", ("10.1.2.3", 8)), ("[fd00::1]:9", ("fd00::1", 9))]
)
def test_an_address_falls_into_host_and_port(text: str, found: tuple[str, int]) -> None:
    assert split_address(text) == found
