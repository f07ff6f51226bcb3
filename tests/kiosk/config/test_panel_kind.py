"""Sizes of panels, as they are written and as they are mistaken."""

import pytest

from tests.kiosk.config.conftest import Load, Problems


@pytest.mark.parametrize(
    "size", ["[0, 0]", "[1, 1]", "[10000, 6000]", "[154, -86]", "[154]", "[1, 2, 3]", "[15.4, 8.6]"]
)
def test_a_panel_that_cannot_exist_is_a_mistake_in_the_configuration(problems: Problems, size: str) -> None:
    ((_, key, message),) = problems(f"screen.panel_mm = {size}")
    assert key == "screen.panel_mm"
    assert "each from 40 to 2000" in message


def test_a_size_in_words_is_refused(problems: Problems) -> None:
    ((_, _, message),) = problems('screen.panel_mm = "7 inch"')
    assert "is a text" in message


def test_a_size_is_read_from_a_file_and_from_the_environment(loaded: Load) -> None:
    assert loaded("screen.panel_mm = [154, 86]").config.screen.panel == (154, 86)
    assert loaded(environment={"HAILONG_SCREEN_PANEL_MM": "217, 136"}).config.screen.panel == (217, 136)


def test_no_size_is_no_mistake(loaded: Load) -> None:
    assert loaded("screen.panel_mm = []").config.screen.panel is None
    assert loaded(environment={"HAILONG_SCREEN_PANEL_MM": ""}).config.screen.panel is None
