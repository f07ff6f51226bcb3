"""Real taps, recorded on a real X server (`dumps/README.md`), give exactly one press each."""

import json
from pathlib import Path

import pygame
import pytest

from hardware.events import Level, Press, Source
from hardware.pointer import FingerDown, FingerUp, MouseDown, MouseUp, Pointer, Rect, Targets
from kiosk.window import record_of

DUMPS = Path(__file__).with_name("dumps")


def replay(name: str) -> tuple[list[tuple[int, int]], int, list[Press]]:
    """The taps that were made, the width of the surface, the presses that came of them."""
    header, *lines = (json.loads(line) for line in (DUMPS / f"{name}.jsonl").read_text().splitlines())
    width, height = header["surface"]
    columns = tuple(Rect(width * index // 5, 0, width // 5, height) for index in range(5))
    targets, pointer, presses = Targets(columns, margin_px=30), Pointer(), []
    for line in lines:
        event = pygame.event.Event(getattr(pygame, line["type"]), line["fields"])
        record = record_of(event, line["at_ns"])
        if isinstance(record, FingerDown | FingerUp | MouseDown | MouseUp):
            press = pointer.feed(record, targets, (width, height))
            presses += [press] if isinstance(press, Press) else []
    return [tuple(tap) for tap in header["taps"]], width, presses


@pytest.mark.parametrize("name", ["touch", "pointer", "marked", "unmarked"])
def test_as_many_presses_as_taps_on_the_same_columns(name: str) -> None:
    taps, width, presses = replay(name)
    assert len(taps) == 10
    assert [press.level for press in presses] == [Level(x_px * 5 // width + 1) for x_px, _ in taps]


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("touch", {Source.TOUCH}),
        ("pointer", {Source.MOUSE}),
        ("marked", {Source.TOUCH}),
        ("unmarked", {Source.TOUCH, Source.MOUSE}),
    ],
)
def test_presses_name_the_wire_that_came_first(name: str, sources: set[Source]) -> None:
    _, _, presses = replay(name)
    assert {press.source for press in presses} == sources


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("touch", {("FINGERDOWN", None)}),
        ("pointer", {("MOUSEBUTTONDOWN", False)}),
        ("marked", {("FINGERDOWN", None), ("MOUSEBUTTONDOWN", True)}),
        ("unmarked", {("FINGERDOWN", None), ("MOUSEBUTTONDOWN", False)}),
    ],
)
def test_each_dump_holds_what_its_name_says(name: str, kinds: set[tuple[str, bool | None]]) -> None:
    lines = [json.loads(line) for line in (DUMPS / f"{name}.jsonl").read_text().splitlines()[1:]]
    downs = [line for line in lines if line["type"].endswith("DOWN")]
    assert {(line["type"], line["fields"].get("touch")) for line in downs} == kinds
