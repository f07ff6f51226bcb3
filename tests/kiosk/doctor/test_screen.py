"""The trials of what the screen is made of, run as they are on a terminal."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.doctor import screen
from kiosk.doctor.finding import Verdict
from kiosk.doctor.running import RunningKiosk
from tests.kiosk.doctor.terminal import subject
from tests.xdisplay import environment, xvfb


def plain(**variables: str) -> dict[str, str]:
    """This environment without any display."""
    names = ("DISPLAY", "WAYLAND_DISPLAY")
    kept = {n: v for n, v in os.environ.items() if n not in names and not n.startswith("SDL_")}
    return kept | variables


@pytest.mark.parametrize("driver", ["dummy", "offscreen"])
def test_a_driver_that_nobody_can_see_is_an_error(tmp_path: Path, driver: str) -> None:
    examined = subject(tmp_path)
    machine = replace(examined.machine, environ=plain(SDL_VIDEODRIVER=driver))
    display, type_, faces = screen.check(replace(examined, machine=machine))
    assert (display.verdict, type_.verdict, faces.verdict) == (Verdict.ERROR, Verdict.OK, Verdict.OK)


def test_no_display_at_all_is_an_error(tmp_path: Path) -> None:
    examined = subject(tmp_path)
    machine = replace(examined.machine, environ=plain())
    assert screen.check(replace(examined, machine=machine))[0].verdict is Verdict.ERROR


def test_a_display_is_well_even_when_only_the_running_kiosk_names_it(tmp_path: Path) -> None:
    with xvfb() as display:
        environ = environment(display)
        examined = subject(tmp_path)
        here = replace(examined, machine=replace(examined.machine, environ=environ))
        assert screen.check(here)[0].verdict is Verdict.OK
        kiosk = RunningKiosk(77, {"DISPLAY": display, "HOME": "/nowhere"}, ("hailong", "run"))
        over_network = replace(examined, machine=replace(examined.machine, environ=plain()), kiosk=kiosk)
        assert screen.check(over_network)[0].verdict is Verdict.OK


def test_a_kiosk_on_the_bare_console_is_not_disturbed(tmp_path: Path) -> None:
    examined = subject(tmp_path)
    machine = replace(examined.machine, environ=plain())
    found = screen.check(replace(examined, machine=machine, kiosk=RunningKiosk(77)))
    assert found[0].verdict is Verdict.NOTE


def test_a_terminal_without_a_screen_is_not_asked_for_one(tmp_path: Path) -> None:
    examined = subject(tmp_path)
    by_argument = replace(examined, headless=True)
    by_kiosk = replace(examined, kiosk=RunningKiosk(77, arguments=("hailong", "run", "--headless")))
    for terminal in (by_argument, by_kiosk):
        assert [found.verdict for found in screen.check(terminal)] == [Verdict.NOTE]


@pytest.mark.parametrize("part", ["type", "faces"])
def test_a_library_that_ends_the_process_is_a_finding(tmp_path: Path, part: str) -> None:
    (tmp_path / "pygame.py").write_text("import os\nos.abort()\n")
    tried = screen.attempt(part, plain(PYTHONPATH=str(tmp_path)))
    assert tried.problems
    assert "-6" in tried.problems[0]


def test_a_missing_font_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "fontpkg.py").write_text("raise ImportError('no fontpkg here')\n")
    examined = subject(tmp_path)
    machine = replace(examined.machine, environ=plain(PYTHONPATH=str(tmp_path), SDL_VIDEODRIVER="dummy"))
    _, type_, faces = screen.check(replace(examined, machine=machine))
    assert (type_.verdict, faces.verdict) == (Verdict.ERROR, Verdict.OK)
    assert "no fontpkg here" in str(type_.seen.values["problem"])
