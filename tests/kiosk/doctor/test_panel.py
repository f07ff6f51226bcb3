"""How large the panel is, and whether the words fit: panels lie."""

from dataclasses import replace
from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.config.kinds import Value
from kiosk.doctor import panel
from kiosk.doctor.finding import Finding, Verdict
from tests.kiosk.doctor.terminal import subject
from tests.kiosk.doctor.test_screen import plain
from tests.kiosk.test_edid import connector, edid

HD = (1280, 800)


def checked(
    root: Path, size_px: tuple[int, int] = HD, mm: tuple[int, int] | None = None, **options: Value
) -> list[Finding]:
    """The checks of a panel that reports this size, or nothing."""
    if mm is not None:
        folder = root / "sys/class/drm"
        folder.mkdir(parents=True)
        connector(folder, "card0-HDMI-A-1", edid((mm[0] // 10 & 255, mm[1] // 10 & 255), mm))
    examined = subject(root, **options)
    machine = replace(examined.machine, environ=plain(SDL_VIDEODRIVER="dummy"))
    return list(panel.check(replace(examined, machine=machine), size_px))


def test_a_size_that_the_panel_states_is_well(tmp_path: Path) -> None:
    size, words = checked(tmp_path, mm=(217, 136))
    assert (size.verdict, words.verdict) == (Verdict.OK, Verdict.OK)
    assert "217 × 136 mm, as the panel says" in size.seen.render(Texts("en"))


@pytest.mark.parametrize("mm", [None, (0, 0), (1, 1), (4000, 4000), (160, 1600)])
def test_a_size_that_cannot_be_or_none_is_a_warning_that_says_to_measure(
    tmp_path: Path, mm: tuple[int, int] | None
) -> None:
    size, words = checked(tmp_path, mm=mm)
    assert size.verdict is Verdict.WARNING
    assert "10.1 inches are assumed" in size.seen.render(Texts("en"))
    if mm is not None and all(mm):
        assert f"{mm[0]} × {mm[1]} mm, which cannot be" in size.seen.render(Texts("en"))
    assert size.remedy is not None
    assert "screen.panel_mm = [" in size.remedy.render(Texts("vi"))
    assert words.verdict is Verdict.OK


def test_what_is_configured_goes_before_what_lies(tmp_path: Path) -> None:
    size, _ = checked(tmp_path, mm=(1, 1), screen__panel_mm=(217, 136))
    assert size.verdict is Verdict.OK
    turned, _ = checked(tmp_path, (800, 1280), screen__panel_mm=(217, 136), screen__rotation=90)
    assert turned.verdict is Verdict.OK
    exchanged, _ = checked(tmp_path, screen__panel_mm=(136, 217))
    assert exchanged.verdict is Verdict.WARNING
    assert "only its diagonal" in exchanged.seen.render(Texts("en"))


def test_words_that_do_not_fit_are_named_by_their_options_and_not_by_themselves(tmp_path: Path) -> None:
    long = "Ủy ban nhân dân phường Nguyễn Thị Minh Khai " * 6
    _, words = checked(
        tmp_path, (800, 480), screen__panel_mm=(154, 86), texts__unit=long.strip(), labels__level_2="W" * 40
    )
    assert words.verdict is Verdict.WARNING
    said = words.seen.render(Texts("en"))
    assert "texts.unit" in said
    assert "phường" not in said


@pytest.mark.parametrize("broken", ["import os\nos.abort()\n", "1 / 0\n"])
def test_a_trial_that_fails_is_a_warning_and_no_crash(tmp_path: Path, broken: str) -> None:
    (tmp_path / "pygame.py").write_text(broken)
    examined = subject(tmp_path)
    machine = replace(examined.machine, environ=plain(PYTHONPATH=str(tmp_path)))
    _, words = panel.check(replace(examined, machine=machine), HD)
    assert words.verdict is Verdict.WARNING
