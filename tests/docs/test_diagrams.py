"""The drawings in the guides are those that the program's own pins give, and nothing in them is cut off."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hardware.events import Level
from hardware.gpio import GpioSettings
from tests.docs.diagrams.__main__ import drawings
from tests.docs.diagrams.pins import CLOCK, LANGUAGE, LIGHTS, buttons, header, of_gpio, pico, pico_pin
from tests.docs.diagrams.route import routes

FOLDER = Path(__file__).parents[2] / "docs" / "diagrams"
WIDEST_EM = 0.62
"""How wide a character may be on average in the fonts that a viewer may have."""


def test_the_committed_drawings_are_those_that_the_script_makes() -> None:
    committed = {
        str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.svg")
    }
    made = drawings()
    assert sorted(committed) == sorted(made)
    changed = [name for name, content in made.items() if committed[name] != content]
    assert not changed, "run scripts/diagrams"


@pytest.mark.parametrize("name", sorted(drawings()))
def test_no_text_leaves_its_sheet(name: str) -> None:
    sheet = ElementTree.fromstring(drawings()[name])  # noqa: S314 - of our own making
    width, height = float(sheet.attrib["width"]), float(sheet.attrib["height"])
    texts = [element for element in sheet if element.tag.endswith("}text")]
    assert texts
    for element in texts:
        words, size = element.text or "", float(element.attrib["font-size"])
        long = len(words) * size * WIDEST_EM
        start = (
            float(element.attrib["x"])
            - long * {"start": 0, "middle": 0.5, "end": 1}[element.attrib["text-anchor"]]
        )
        assert start >= 0, words
        assert start + long <= width, words
        assert size <= float(element.attrib["y"]) <= height, words


def test_what_the_drawing_proposes_can_be_configured() -> None:
    GpioSettings(pins=buttons(), leds=LIGHTS, language=LANGUAGE)
    clock = {int(name.removeprefix("GPIO")) for name in CLOCK if name.startswith("GPIO")}
    assert not clock & {*buttons(), *LIGHTS, LANGUAGE}


def test_a_pin_is_found_on_its_header() -> None:
    # Numbers as they are printed in every description of these boards.
    assert len(header()) == 40
    assert [of_gpio(gpio) for gpio in (2, 5, 26)] == [3, 29, 37]
    assert [pico_pin(gp) for gp in (0, 2, 6, 10, 14)] == [1, 4, 9, 14, 19]
    assert len(pico().buttons) == len(pico().lights) == len(Level)


def test_no_wire_crosses_another() -> None:
    pins = [(100.0, y) for y in (400.0, 430.0, 460.0, 490.0, 520.0)]
    boxes = [(0.0, y) for y in (300.0, 380.0, 460.0, 540.0, 620.0)]
    ways = routes(pins, boxes, 80, -1)
    for number, way in enumerate(ways):
        for other in ways[number + 1 :]:
            assert not any(_cross(one, another) for one in _edges(way) for another in _edges(other))


def _edges(way: list[tuple[float, float]]) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return list(pairwise(way))


def _cross(
    one: tuple[tuple[float, float], tuple[float, float]],
    other: tuple[tuple[float, float], tuple[float, float]],
) -> bool:
    """Whether two edges, each level or upright, have a point in common."""
    return all(
        max(min(one[0][axis], one[1][axis]), min(other[0][axis], other[1][axis]))
        <= min(max(one[0][axis], one[1][axis]), max(other[0][axis], other[1][axis]))
        for axis in (0, 1)
    )
