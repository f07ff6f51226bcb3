"""One list of codes: the page, the screens, the lights and the doctor say the same."""

from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.codes import CODES, Shown, named
from kiosk.codes_page import page
from kiosk.controller.show import invites
from kiosk.doctor import disk, folder, gpio, groups, ledger, pad, screen, settings
from kiosk.faults import FaultCode, ProgramCode
from kiosk.screens.fault_words import fault_note
from kiosk.screens.heads import words_of
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View
from tests.kiosk.controller.terminal import Terminal
from tests.kiosk.controller.troubles import broken_by

PAGE = Path(__file__).parents[2] / "docs" / "codes.md"
LANGUAGES = (Texts("vi"), Texts("en"))
CHECKS = (disk, folder, gpio, groups, ledger, pad, settings)


def rows(code: str) -> list[list[str]]:
    """The rows of a code on the page, Vietnamese first."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith(f"| {code} |")
    ]


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m kiosk.codes_page > docs/codes.md"


def test_every_code_is_explained_once_in_both_languages() -> None:
    assert set(CODES) == {*FaultCode, *ProgramCode}
    for code in CODES:
        assert len(rows(code.value)) == 2
        assert all(len(row) == 7 and all(row) for row in rows(code.value))


@pytest.mark.parametrize("code", FaultCode)
def test_the_page_says_what_the_screen_says_word_for_word(code: FaultCode) -> None:
    for row, texts in zip(rows(code.value), LANGUAGES, strict=True):
        said = words_of(View(ScreenName.FAULT, fault=code), Wording.from_texts(texts), texts)
        note = fault_note(code, texts)
        assert note.endswith(f"{code.value} – {row[1]}")
        if CODES[code].shown is Shown.STOPPED:
            assert row[2] == f"“{said.title}. {said.text} {note}”"


@pytest.mark.parametrize("code", FaultCode)
def test_screen_mark_and_lights_are_what_the_page_says(code: FaultCode) -> None:
    t = broken_by(code, Terminal())
    assert t.view.attention
    assert (t.view.name is ScreenName.FAULT) == (CODES[code].shown is Shown.STOPPED)
    assert t.glows == invites(t.view) == (CODES[code].shown is Shown.QUIET)
    _, english = rows(code.value)
    assert english[3:5] == ["triangle", "glow" if t.glows else "dark"]


def test_every_check_that_is_named_is_one_of_the_doctor() -> None:
    names = [check.NAME for check in CHECKS] + [screen.DISPLAY, screen.TYPE, screen.FACES]
    assert all(check in names for explained in CODES.values() for check in explained.checks)


def test_a_code_is_named_with_its_words() -> None:
    assert named(FaultCode.DISK_FULL).render(Texts("en")) == "D2 – memory card full"
