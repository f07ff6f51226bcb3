"""The loop: in which order what was decided is done."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hardware.events import Level
from hardware.fakes.scripted import ScriptedSource
from kiosk.app import Conductor, Kiosk, Parts
from kiosk.clock import SystemClock
from kiosk.commands import start
from kiosk.controller.rules import Rules
from kiosk.controller.state import Phase, State
from kiosk.display import NoDisplay
from kiosk.ledger.keeper import Keeper
from kiosk.report import Reporter
from kiosk.sound.player import Tuning
from kiosk.view import Facts, ScreenName, View


class Screen(NoDisplay):
    """Notes what it shows."""

    def __init__(self, did: list[str]) -> None:
        super().__init__()
        self._did = did
        self._shown: View | None = None

    def show(self, view: View, now_ns: int) -> None:  # noqa: ARG002 - nothing moves
        if view != self._shown:
            self._did.append(view.name.value)
        self._shown = view


@dataclass
class Speaker:
    """Notes what it is asked for."""

    did: list[str] = field(default_factory=list)

    def tune(self, tuning: Tuning) -> None:
        """Nothing to note."""

    def warm(self) -> None:
        self.did.append("warm")

    def prepare(self) -> None:
        self.did.append("prepare")

    def play(self) -> None:
        self.did.append("play")

    def close(self) -> None:
        """Nothing to note."""


def until_thanked(script: ScriptedSource) -> Conductor:
    """Let each press go when the terminal is idle, and end with the thank-you."""

    def conductor(state: State) -> bool:
        if state.phase is Phase.IDLE and script.left:
            script.release()
        return state.phase is Phase.THANKED

    return conductor


def test_sound_comes_after_the_frame_that_it_goes_with_and_is_made_before_the_first_press(
    tmp_path: Path,
) -> None:
    did: list[str] = []
    clock, script = SystemClock(), ScriptedSource([Level.GOOD])

    keeper = Keeper(tmp_path / "ledger", clock, "a test")
    keeper.claim()
    Kiosk(
        Parts(
            display=Screen(did),
            keeper=keeper,
            sources=[script],
            inputs=frozenset({script.source}),
            rules=Rules(),
            reporter=Reporter(None),
            clock=clock,
            examine=lambda: Facts("a test", None, False),
            sound=Speaker(did),
            conductor=until_thanked(script),
        )
    ).run()
    # A ledger that is there at once leaves no time for the screen before.
    assert [one for one in did if one != ScreenName.STARTING] == [
        ScreenName.IDLE,
        "warm",
        ScreenName.SAVING,
        "prepare",
        ScreenName.THANKED,
        "play",
    ]


def test_a_card_in_another_box_asks_for_a_technician_and_takes_ratings(tmp_path: Path) -> None:
    views: list[View] = []

    class Watched(NoDisplay):
        def show(self, view: View, now_ns: int) -> None:  # noqa: ARG002 - nothing moves
            views.append(view)

    clock, script = SystemClock(), ScriptedSource([Level.GOOD])

    keeper = Keeper(tmp_path / "ledger", clock, "a test")
    keeper.claim()
    Kiosk(
        Parts(
            display=Watched(),
            keeper=keeper,
            sources=[script],
            inputs=frozenset({script.source}),
            rules=Rules(),
            reporter=Reporter(None),
            clock=clock,
            examine=lambda: Facts("a test", None, False),
            conductor=until_thanked(script),
            another_board=lambda: True,
        )
    ).run()
    assert views[-1].name is ScreenName.THANKED
    assert {view.attention for view in views if view.name is not ScreenName.STARTING} == {True}


@pytest.mark.parametrize(("board", "moved"), [("10000000abcdef01", False), ("other", True), (None, False)])
def test_a_card_in_another_box_is_noticed_by_the_board_s_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: str | None, moved: bool
) -> None:
    monkeypatch.setattr(start, "serial_number", lambda: board)
    assert not start.is_moved(tmp_path)  # nobody has enrolled it
    (tmp_path / "ledger").mkdir()
    enrolment = {
        "device": "4T8JQ2ZK7M",
        "url": "https://central.example",
        "public_key": "11" * 32,
        "board_serial": "10000000abcdef01",
        "config": None,
    }
    (tmp_path / "ledger/enrolment.json").write_text(json.dumps(enrolment), encoding="utf-8")
    assert start.is_moved(tmp_path) is moved
