"""A list of words: each one known and once, in the order that is wanted."""

import pytest

from assets.texts import Texts
from kiosk.config.errors import Refused
from kiosk.config.words_kind import WordsOf

KIND = WordsOf(("en", "vi"))


def test_the_order_is_kept_and_none_is_a_list_as_well() -> None:
    assert KIND.read(["vi", "en"]) == KIND.read_text(" vi, en ") == ("vi", "en")
    assert KIND.read([]) == KIND.read_text(" ") == ()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("vi", "is a text"),
        (["vi", "fr"], 'entry 2 is "fr"'),
        (["vi", 3], "entry 2 is 3"),
        ([["vi"]], "entry 1 is […]"),
        (["vi", "vi"], '"vi" is there twice'),
        (["vi", "en", "vi"], "it has 3 entries"),
        (None, "something else"),
    ],
)
def test_what_is_no_such_list_is_refused_with_a_reason(raw: object, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        KIND.read(raw)
    assert reason in refusal.value.phrases[0].render(Texts("en"))
