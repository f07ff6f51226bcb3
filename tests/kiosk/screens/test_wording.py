"""The words of a place."""

import pytest

from assets.texts import Texts
from kiosk.faults import FaultCode
from kiosk.screens.fault_words import fault_sentence, fault_words
from kiosk.screens.wording import Wording


def test_the_defaults_are_the_catalogues(texts: Texts) -> None:
    wording = Wording.from_texts(texts)
    assert wording.labels == ("Thất vọng", "Chưa tốt", "Chấp nhận", "Tốt", "Yêu thích")
    assert wording.question == "Ông/bà thấy việc phục vụ hôm nay thế nào?"
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
    assert fault_sentence(FaultCode.DISK_FULL, texts) == "Xin báo cán bộ tại quầy. Mã: D2 – thẻ nhớ đầy"
    assert fault_sentence(None, texts) == "Xin báo cán bộ tại quầy."
