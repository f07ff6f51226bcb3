"""Whether the screen can show what was configured."""

import subprocess
import sys
from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.doctor import letters
from kiosk.doctor.finding import Verdict
from tests.kiosk.doctor.terminal import configured


def test_vietnamese_words_are_well() -> None:
    words = {
        "texts.unit": "Ủy ban nhân dân phường Nguyễn Thị Minh Khai",
        "labels.level_1": "Rất không hài lòng",
    }
    (found,) = letters.check(configured(words))
    assert found.verdict is Verdict.OK


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_option_is_named_with_the_characters_that_are_left_out(language: str) -> None:
    found = list(letters.check(configured({"texts.counter": "柜台 3", "labels.level_5": "Yêu thích 💚"})))
    assert [finding.verdict for finding in found] == [Verdict.WARNING] * 2
    said = [finding.seen.render(Texts(language)) for finding in found]
    assert "texts.counter" in said[0]
    assert "柜 台" in said[0]
    assert "labels.level_5" in said[1]
    assert "💚" in said[1]
    assert all(finding.remedy is not None for finding in found)


def test_where_the_font_is_missing_nothing_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fontpkg", None)
    (found,) = letters.check(configured({"texts.unit": "🙂"}))
    assert found.verdict is Verdict.NOTE


def test_the_check_loads_no_pygame() -> None:
    """A broken one would end the doctor."""
    program = (
        "import sys, kiosk.doctor.letters as letters\n"
        "from tests.kiosk.doctor.terminal import configured\n"
        "list(letters.check(configured({})))\n"
        "sys.exit('pygame' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
