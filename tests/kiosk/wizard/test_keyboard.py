"""Everything that a step asks for can be typed with the keyboard on the screen."""

import string

import pytest

from kiosk.provision.page import Keys
from kiosk.wizard.keyboard import (
    CAPITALS,
    CODE,
    ERASE,
    LAYERS,
    LETTERS,
    LONGEST,
    OK,
    SHIFT,
    SHOW,
    SPACE,
    TELEX,
    Typing,
    begin,
    touched,
    typed,
)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reachable(layer: str) -> set[str]:
    """Every key that can be touched from a layer on."""
    seen, waiting = {layer}, [layer]
    keys: set[str] = set()
    while waiting:
        here = {key.name for row in LAYERS[waiting.pop()] for key in row}
        keys |= here
        beyond = {name for name in here if name in LAYERS} | ({CAPITALS} if SHIFT in here else set())
        waiting += beyond - seen
        seen |= beyond
    return keys


@pytest.mark.parametrize("keys", [Keys.TEXT, Keys.ADDRESS, Keys.CODE])
def test_every_character_of_ascii_can_be_typed(keys: Keys) -> None:
    wanted = set(string.ascii_letters + string.digits + string.punctuation) | {SPACE, ERASE, OK}
    assert wanted <= reachable(begin(keys).layer)


def test_the_layer_of_codes_has_crockfords_letters_and_none_that_could_be_a_digit() -> None:
    keys = {key.name for row in LAYERS[CODE] for key in row if len(key.name) == 1}
    assert keys == {*CROCKFORD, "-"}


def test_numbers_have_comma_and_point_and_the_times_sign() -> None:
    assert {*string.digits, ",", ".", "×", ERASE, OK} <= reachable(begin(Keys.DIGITS).layer)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_row_is_as_wide_as_the_others_and_no_key_is_narrower_than_a_tenth(layer: str) -> None:
    for row in LAYERS[layer]:
        assert sum(key.units for key in row) == 10
        assert all(key.units >= 1 for key in row)
    assert OK in {key.name for key in LAYERS[layer][-1]}


def test_a_capital_is_one_letter() -> None:
    typing = begin(Keys.TEXT)
    for key in (SHIFT, "U", "b", SPACE, SHIFT, SHIFT, "x", ERASE, "n"):
        typing = touched(typing, key)
    assert typing.text == "Ub n"
    assert typing.layer == LETTERS


def test_a_secret_is_hidden_until_it_is_wanted_and_never_in_a_log() -> None:
    typing = begin(Keys.TEXT, "mat khau", secret=True)
    assert typing.visible == "•" * 8
    assert touched(typing, SHOW).visible == "mat khau"
    assert "mat khau" not in repr(typing)


def test_what_a_scanner_types_comes_whole_and_without_control_characters() -> None:
    said = typed(Typing(), "https://danhgia.vn 7K3F-9Q2M-XPTB\r\n\x00")
    assert said.text == "https://danhgia.vn 7K3F-9Q2M-XPTB"
    assert len(typed(said, "x" * 1000).text) == LONGEST


def test_a_reason_is_typed_by_telex_and_passwords_and_codes_are_not() -> None:
    def touches(typing: Typing, keys: str) -> str:
        for key in keys:
            typing = touched(typing, key)
        return typing.text

    assert touches(begin(Keys.WORDS), "thieeus") == "thiếu"
    assert touches(touched(begin(Keys.WORDS), TELEX), "thieeus") == "thieeus"
    assert touches(begin(Keys.TEXT), "office") == "office"  # the name of a Wi-Fi
    assert touches(touched(begin(Keys.TEXT), TELEX), "quaan") == "quân"
    assert begin(Keys.TEXT, secret=True).telex is None
    assert touches(begin(Keys.TEXT, secret=True), "thieeus") == "thieeus"
    assert touches(begin(Keys.CODE), "AA") == "AA"


def test_one_capital_is_followed_by_small_letters_in_telex_too() -> None:
    typing = touched(touched(touched(begin(Keys.WORDS), SHIFT), "D"), "d")
    assert (typing.text, typing.layer) == ("Đ", LETTERS)


def test_what_a_scanner_types_is_never_composed() -> None:
    assert typed(begin(Keys.WORDS), "https://dd.vn").text == "https://dd.vn"
