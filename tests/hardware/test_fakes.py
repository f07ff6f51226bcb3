"""The stand-ins that are shipped do what their descriptions say."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from hardware.events import InputSource, Level, Press, Source
from hardware.fakes.bounce import CONTACTS, load_traces, synthesise, to_json
from hardware.fakes.pad import PtyPad
from hardware.fakes.scripted import ScriptedSource
from tests.hardware.inbox import LONG_S, Inbox

LEVELS = [Level.EXCELLENT, Level.POOR, Level.POOR]


def levels(inbox: Inbox, count: int) -> list[Level]:
    taken = [inbox.next() for _ in range(count)]
    return [event.level for event in taken if isinstance(event, Press)]


def test_a_script_presses_once_for_each_release_and_then_is_finished() -> None:
    inbox, script = Inbox(), ScriptedSource(LEVELS)
    source: InputSource = script
    assert source.source is Source.SCRIPT
    assert not script.release()
    source.start(inbox)
    assert inbox.empty()
    for left in (2, 1, 0):
        assert not script.finished.is_set()
        assert script.release()
        assert script.left == left
    assert script.finished.is_set()
    assert not script.release()
    assert levels(inbox, 3) == LEVELS
    assert script.alive()
    script.close()
    script.close()
    assert not script.alive()


def test_a_script_with_a_gap_presses_by_itself() -> None:
    inbox, script = Inbox(), ScriptedSource(LEVELS, gap_s=0.01)
    script.start(inbox)
    assert script.finished.wait(LONG_S)
    assert levels(inbox, 3) == LEVELS
    assert script.alive()
    script.close()


def test_a_script_can_be_stopped_in_the_middle() -> None:
    script = ScriptedSource(LEVELS, gap_s=3600)
    script.start(Inbox())
    with pytest.raises(RuntimeError, match="already"):
        script.start(Inbox())
    script.close()
    assert script.left == 3
    assert not script.finished.is_set()


def test_an_empty_script_is_finished_and_an_impossible_gap_refused() -> None:
    assert ScriptedSource([]).finished.is_set()
    with pytest.raises(ValueError, match="positive"):
        ScriptedSource(LEVELS, gap_s=0)


def test_the_shipped_traces_are_what_the_generator_makes_and_say_so() -> None:
    assert {trace.contact: trace for trace in load_traces()} == {
        kind.name: synthesise(kind) for kind in CONTACTS
    }
    for kind in CONTACTS:
        text = (files("hardware.fakes") / "traces" / f"{kind.name}.json").read_text("utf-8")
        assert text == to_json(synthesise(kind))
        assert "not measured" in json.loads(text)["origin"]


def test_a_trace_is_one_press_with_bounces_at_both_ends() -> None:
    for trace in load_traces():
        times = [at_us for at_us, _ in trace.edges]
        states = [down for _, down in trace.edges]
        assert times == sorted(set(times))
        assert states == [place % 2 == 0 for place in range(len(states))]
        assert len(states) >= 6
        assert times[0] == 0


def test_the_pad_keeps_its_name_over_a_replug(tmp_path: Path) -> None:
    with PtyPad(tmp_path) as pad:
        assert pad.path.is_char_device()
        pad.unplug()
        pad.unplug()
        assert not pad.path.exists()
        pad.replug()
        pad.replug()
        assert pad.path.is_char_device()
    assert not pad.path.is_symlink()
