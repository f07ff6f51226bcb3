"""Pads that were not made for this terminal, on a real pseudo-terminal: one character or one line for each press."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.events import Level, Press, Trouble
from hardware.fakes.pad import PtyPad
from hardware.pad import PadMode
from tests.hardware.inbox import until
from tests.hardware.padbench import Bench


@pytest.fixture
def simple(tmp_path: Path) -> Iterator[Bench]:
    with PtyPad(tmp_path, mode=PadMode.CHARACTERS) as pad:
        bench = Bench(pad, PadMode.CHARACTERS)
        bench.source.start(bench.inbox)
        assert until(lambda: bench.source._link.up)
        yield bench
        bench.source.close()


def test_each_character_of_a_simple_pad_is_its_level(simple: Bench) -> None:
    for level in Level:
        simple.pad.press(level)
        assert simple.press().level is level


@pytest.mark.parametrize("mode", [PadMode.CHARACTERS, PadMode.PATTERN])
def test_noise_at_full_speed_does_not_stop_a_simple_pad(mode: PadMode, tmp_path: Path) -> None:
    with PtyPad(tmp_path, mode=mode) as pad:
        bench = Bench(pad, mode)
        bench.source.start(bench.inbox)
        for _ in range(40):
            pad.send(bytes(byte | 0x80 for byte in os.urandom(2880)))
        pad.send(b"\r\n")

        def press() -> bool:
            """What is near noise does not count: try until the noise has been read and is over."""
            pad.press(Level.EXCELLENT)
            threading.Event().wait(0.2)
            return not bench.inbox.empty()

        assert until(press)
        bench.source.close()
        events = [bench.inbox.next() for _ in iter(bench.inbox.empty, True)]
        assert {event.level for event in events if isinstance(event, Press)} == {Level.EXCELLENT}


def test_each_line_of_a_foreign_pad_is_its_level(tmp_path: Path) -> None:
    with PtyPad(tmp_path, mode=PadMode.PATTERN) as pad:
        bench = Bench(pad, PadMode.PATTERN)
        bench.source.start(bench.inbox)
        assert until(lambda: bench.source._link.up)
        for level in Level:
            pad.press(level)
            assert bench.press().level is level
        bench.source.close()


def test_a_pattern_that_nothing_fits_is_a_trouble_with_the_remedy(tmp_path: Path) -> None:
    with PtyPad(tmp_path, mode=PadMode.PATTERN, line="BUTTON {level}\n") as pad:
        bench = Bench(pad, PadMode.PATTERN)
        bench.source.start(bench.inbox)
        assert until(lambda: bench.source._link.up)
        for _ in range(20):
            pad.press(Level.GOOD)
        assert "none fits pad.pattern" in bench.trouble().detail
        pad.send(b"KEY4\n")
        assert isinstance(bench.inbox.next(), Trouble | Press)
        bench.source.close()
