"""Why a terminal could not be asked, in the language of whoever reads it."""

from django.utils import translation

from central.pulling.words import REASONS, explained
from sync.errors import Trouble, Unreachable


def test_every_reason_is_said_in_vietnamese_with_its_detail() -> None:
    with translation.override("vi"):
        said = {explained(f"{code}: [Errno 111]") for code in REASONS}
        assert all(one.endswith(" ([Errno 111])") and not one.startswith(("The ", "What ")) for one in said)
        error = Unreachable(Trouble.REFUSED, "nobody")
        assert explained(str(error)) == "Thiết bị không trả lời tại địa chỉ này. (nobody)"


def test_what_has_no_words_stays_as_it_is() -> None:
    assert explained("") == ""
    assert explained("401.1 no valid signature: x") == "401.1 no valid signature: x"
