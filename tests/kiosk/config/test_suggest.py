"""Guesses."""

import pytest

from kiosk.config.suggest import nearest


@pytest.mark.parametrize(
    ("word", "guess"),
    [("enabeld", "enabled"), ("ENABLED", "enabled"), ("data-dir", "data_dir"), ("zzz", None), ("", None)],
)
def test_the_nearest_word_is_found_whatever_its_case(word: str, guess: str | None) -> None:
    assert nearest(word, ["enabled", "data_dir"]) == guess


def test_an_endless_word_takes_no_endless_time() -> None:
    assert nearest("x" * 1_000_000, ["enabled"]) is None
