"""Nobody is told that something is wrong without being told what to do."""

import pytest

from assets.texts import Texts
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import COMMAND, MAINTAINER, Finding, Verdict
from kiosk.doctor.render import WORDS, lines_of

ANY = Phrase("Disk")


@pytest.mark.parametrize("verdict", [Verdict.WARNING, Verdict.ERROR])
def test_a_failing_check_has_a_remedy(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match="remedy"):
        Finding(ANY, verdict, ANY)


def test_every_verdict_has_a_word() -> None:
    assert set(WORDS) == set(Verdict)


def test_a_finding_is_said_in_every_language_with_its_remedy() -> None:
    finding = Finding(ANY, Verdict.ERROR, Phrase("Faces"), Phrase("Run it again with sudo."))
    assert list(lines_of(finding, [Texts("vi"), Texts("en")])) == [
        "✗ Ổ lưu trữ: LỖI: Khuôn mặt",
        "    → Xin chạy lại với sudo.",
        "  Disk: ERROR: Faces",
        "    → Run it again with sudo.",
    ]


def test_what_is_seen_cannot_write_to_the_terminal() -> None:
    finding = Finding(
        ANY, Verdict.OK, Phrase("{folder} belongs to {user}.", {"folder": "\x1b[2J\n", "user": "u"})
    )
    assert "\x1b" not in "".join(lines_of(finding, [Texts("en")]))


def test_what_is_typed_at_a_prompt_has_a_line_of_its_own_below_what_hands_can_do() -> None:
    finding = Finding(ANY, Verdict.WARNING, Phrase("Faces"), MAINTAINER, "sudo chmod go-w x")
    said = list(lines_of(finding, [Texts("vi"), Texts("en")]))
    assert said[-1] == f"{COMMAND}sudo chmod go-w x"
    assert [line for line in said if "sudo" in line] == said[-1:]
