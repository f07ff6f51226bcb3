"""What is kept of a PIN lets that PIN in, and no other."""

import pytest

from kiosk.service.pin import hash_of, is_hash, is_pin, matches


def test_the_pin_is_known_again_and_no_other_is() -> None:
    kept = hash_of("20260")
    assert is_hash(kept)
    assert "20260" not in kept.split("$")[4:]
    assert matches("20260", kept)
    assert not any(matches(pin, kept) for pin in ("20261", "2026", "020260", "", "2026０"))


def test_the_same_pin_is_kept_differently_each_time() -> None:
    assert hash_of("1234", 2) != hash_of("1234", 2)


@pytest.mark.parametrize("text", ["123", "123456789", "12a4", "", "１２３４", "12 34", "1234\n"])
def test_a_pin_is_four_to_eight_plain_digits(text: str) -> None:
    assert not is_pin(text)
    with pytest.raises(ValueError, match="4 to 8 digits"):
        hash_of(text)


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "1234",
        "scrypt$3$8$1$" + 32 * "0" + "$" + 64 * "0",
        "scrypt$999999$99$9$" + 32 * "0" + "$" + 64 * "0",
    ],
)
def test_what_is_no_hash_lets_nobody_in_and_takes_no_memory(kept: str) -> None:
    assert not is_hash(kept)
    assert not matches("1234", kept)
