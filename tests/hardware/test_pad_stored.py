"""A pad with lights is told that a rating of its own is stored, and whether a press would be kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.events import Level, WithLights
from hardware.fakes.pad import PtyPad
from tests.hardware.inbox import until
from tests.hardware.padbench import Bench


@pytest.fixture
def framed(tmp_path: Path) -> Iterator[Bench]:
    with PtyPad(tmp_path, heartbeat_s=0.1) as pad:
        bench = Bench(pad)
        bench.source.start(bench.inbox)
        assert pad.wait_acknowledged(1)
        yield bench
        bench.source.close()


def test_a_pad_with_lights_is_told_that_a_rating_is_stored(framed: Bench) -> None:
    assert isinstance(framed.source, WithLights)
    framed.source.acknowledge()
    assert framed.pad.wait_stored(1)
    framed.pad.press(Level.GOOD)  # and the pad goes on as before
    assert framed.press().level is Level.GOOD


def test_a_pad_of_version_1_works_and_is_not_told(tmp_path: Path) -> None:
    with PtyPad(tmp_path, version=1, heartbeat_s=0.1) as pad:
        bench = Bench(pad)
        bench.source.start(bench.inbox)
        assert pad.wait_acknowledged(1)
        bench.source.acknowledge()
        pad.press(Level.GOOD)
        assert bench.press().level is Level.GOOD
        assert pad.wait_acknowledged(3)  # the answer to what came later is here, so STORED would be, too
        assert pad.stored == 0
        bench.source.close()


def test_a_pad_is_told_at_once_whether_its_lights_glow_and_again_with_every_heartbeat(framed: Bench) -> None:
    assert framed.pad.wait_glow(False), "dark until the terminal says that presses are kept"
    for on in (True, False, True):
        framed.source.glow(on)
        assert framed.pad.wait_glow(on)
    told = framed.pad.told_to_glow
    assert until(lambda: framed.pad.told_to_glow >= told + 3)
    assert framed.pad.glows
    framed.pad.press(Level.GOOD)
    assert framed.press().level is Level.GOOD


def test_a_pad_that_comes_back_is_told_and_dark_when_the_program_ends(framed: Bench) -> None:
    framed.source.glow(True)
    assert framed.pad.wait_glow(True)
    framed.pad.unplug()
    assert framed.trouble().active
    framed.pad.replug()
    assert framed.pad.wait_glow(True)
    framed.source.close()
    assert framed.pad.wait_glow(False)


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_pad_works_and_is_not_told_of_its_glow(tmp_path: Path, version: int) -> None:
    with PtyPad(tmp_path, version=version, heartbeat_s=0.05) as pad:
        bench = Bench(pad)
        bench.source.start(bench.inbox)
        assert pad.wait_acknowledged(1)
        bench.source.glow(True)
        pad.press(Level.GOOD)
        assert bench.press().level is Level.GOOD
        assert pad.wait_acknowledged(3)  # the answer to what came later is here
        assert pad.glows is None
        bench.source.close()


def test_stored_may_be_said_at_any_time(framed: Bench) -> None:
    for _ in range(100_000):  # more than the wake pipe holds
        framed.source.acknowledge()
    assert framed.pad.wait_stored(1)
    framed.pad.unplug()
    assert framed.trouble().active
    framed.source.acknowledge()
    framed.pad.replug()
    assert not framed.trouble().active
    framed.source.close()
    framed.source.acknowledge()
