"""A touch panel that the system turns as well hits other columns: the doctor sees the rule."""

from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.doctor import touch
from kiosk.doctor.finding import Verdict
from tests.kiosk.doctor.terminal import put, subject

PANEL = "S:input/by-id/usb-panel\nE:ID_INPUT=1\nE:ID_INPUT_TOUCHSCREEN=1\nG:power-switch\n"
KEYBOARD = "E:ID_INPUT=1\nE:ID_INPUT_KEYBOARD=1\nE:LIBINPUT_CALIBRATION_MATRIX=0 1 0 1 0 0\n"


def test_a_panel_without_such_a_rule_is_well(tmp_path: Path) -> None:
    assert touch.check(subject(tmp_path)).verdict is Verdict.NOTE
    put(tmp_path, "run/udev/data/c13:65", KEYBOARD)
    assert touch.check(subject(tmp_path)).verdict is Verdict.NOTE
    put(tmp_path, "run/udev/data/c13:66", PANEL)
    assert touch.check(subject(tmp_path)).verdict is Verdict.OK
    put(tmp_path, "run/udev/data/c13:66", PANEL + "E:LIBINPUT_CALIBRATION_MATRIX=1 0 0 0 1 0\n")
    assert touch.check(subject(tmp_path)).verdict is Verdict.OK


@pytest.mark.parametrize("matrix", ["0 -1 1 1 0 0", "-1 0 1 0 -1 1", "1.1 0 -0.05 0 1 0", "nonsense"])
def test_a_panel_that_the_system_turns_is_a_warning_that_names_the_rule_and_the_test(
    tmp_path: Path, matrix: str
) -> None:
    put(tmp_path, "run/udev/data/c13:66", f"{PANEL}E:LIBINPUT_CALIBRATION_MATRIX={matrix}\n")
    found = touch.check(subject(tmp_path, screen__rotation=90))
    assert found.verdict is Verdict.WARNING
    assert matrix in found.seen.render(Texts("en"))
    assert found.remedy is not None
    for texts in (Texts("vi"), Texts("en")):
        assert "hailong hwtest" in found.remedy.render(texts)
        assert "screen.rotation" in found.remedy.render(texts)


def test_a_terminal_without_touch_is_not_asked(tmp_path: Path) -> None:
    put(tmp_path, "run/udev/data/c13:66", f"{PANEL}E:LIBINPUT_CALIBRATION_MATRIX=0 -1 1 1 0 0\n")
    assert touch.check(subject(tmp_path, inputs__touch=False)).verdict is Verdict.NOTE
