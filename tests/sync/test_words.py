"""What a technician is told of a failure: first what he can do himself, and no English on a screen."""

import logging

import pytest

from assets.texts import Texts
from sync.commands.common import failed
from sync.errors import Refused
from sync.outcome import REFUSED
from sync.progress import Outcome
from sync.protocol import Problem
from sync.words import for_people

DETAIL = "the code is unknown, used, burnt or expired"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_code_that_is_not_taken_is_compared_before_another_is_asked_for(language: str) -> None:
    said = for_people(Outcome("refused", "403.3", DETAIL)).render(Texts(language))
    compare, ask = {"vi": ("so từng chữ", "cấp mã mới"), "en": ("letter by letter", "a new one")}[language]
    assert 0 < said.index(compare) < said.index(ask)


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        (Outcome("refused", "403.3", DETAIL), " (403.3)"),
        (Outcome("refused", "400.9", "nobody knows this one"), " (400.9)"),
        (Outcome("unreachable", "timeout", "timeout: read timed out"), "Please check the network."),
        (Outcome("not_confirmed"), "yet."),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
def test_the_number_of_a_problem_is_said_and_its_english_is_not(outcome: Outcome, ends: str) -> None:
    said = for_people(outcome).render(Texts("en"))
    assert said.endswith(ends)
    assert not outcome.detail or outcome.detail not in said


def test_a_command_says_what_to_do_last_and_keeps_the_english_for_the_log(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert failed(Refused(Problem(403, "403.3", "not taken", DETAIL)), Texts("vi")).exit_code == REFUSED
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith("cấp mã mới. (403.3)")
    assert DETAIL in caplog.text
    assert DETAIL not in last
