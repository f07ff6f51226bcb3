"""The words of a place."""

import pytest

from assets.texts import Texts
from kiosk.faults import FaultCode
from kiosk.screens.characters import as_read
from kiosk.screens.fault_words import fault_note, fault_words
from kiosk.screens.wording import Wording


def test_the_defaults_are_the_catalogues(texts: Texts) -> None:
    wording = Wording.from_texts(texts)
    assert wording.labels == ("Thất vọng", "Chưa tốt", "Chấp nhận", "Tốt", "Yêu thích")
    assert as_read(wording.question) == "Ông/bà thấy việc phục vụ hôm nay thế nào?"
    assert wording.names == ()


def test_a_place_may_choose_its_words_and_an_empty_one_changes_nothing(texts: Texts) -> None:
    wording = Wording.from_texts(texts, {"label_1": "Rất không hài lòng", "label_5": " ", "unit": "UBND xã"})
    assert wording.labels[0] == "Rất không hài lòng"
    assert wording.labels[4] == "Yêu thích"
    assert wording.unit == "UBND xã"


def test_an_unknown_word_is_refused_and_the_known_ones_are_named(texts: Texts) -> None:
    with pytest.raises(ValueError, match=r"'label_6'.*label_5"):
        Wording.from_texts(texts, {"label_6": "?"})


@pytest.mark.parametrize(
    ("overrides", "names"),
    [
        ({"unit": "U", "department": "D", "counter": "C", "field": "F"}, (("U", "D"), ("C", "F"))),
        ({"counter": "C"}, (("C", ""),)),
        ({"department": "D", "field": "F"}, (("D", ""), ("F", ""))),
    ],
)
def test_the_header_has_no_gaps(
    texts: Texts, overrides: dict[str, str], names: tuple[tuple[str, str], ...]
) -> None:
    assert Wording.from_texts(texts, overrides).names == names


def test_every_fault_has_its_own_words(texts: Texts) -> None:
    assert len({fault_words(code, texts) for code in FaultCode}) == len(FaultCode)
    assert fault_note(FaultCode.DISK_FULL, texts) == "Mã: D2 – thẻ nhớ đầy"


def test_a_text_of_which_nothing_can_be_drawn_is_as_good_as_empty(texts: Texts) -> None:
    overrides = {"unit": "مكتب", "counter": "Quầy 3", "question": "你好吗", "label_1": "🙁", "label_2": "Kém"}
    stored = Wording.from_texts(texts, overrides)
    drawn = stored.drawn_with(lambda character: ord(character) < 0x500, texts)
    assert drawn.names == (("Quầy 3", ""),)
    assert as_read(drawn.question) == "Ông/bà thấy việc phục vụ hôm nay thế nào?"
    assert drawn.labels[:2] == ("Thất vọng", "Kém")
    assert (stored.unit, stored.labels[0]) == ("مكتب", "🙁"), "what is stored stays as it was given"
