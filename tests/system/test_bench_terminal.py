"""The terminal's bench itself, small: that it measures both, and that what does not work gives no figure.

What it finds at full size is in docs/evidence/terminal.md.
"""

import dataclasses
import sys
from pathlib import Path

import pytest

from hardware.events import Level
from tests.bench import __main__ as command
from tests.bench import terminal
from tests.bench.measures import Memory, NotMeasured, Spent
from tests.bench.page import html, places
from tests.bench.panel import NothingChanged
from tests.bench.rivals import Terminal, VoteNotKept, check_kept, ratings
from tests.bench.stage import Visit
from tests.bench.terminal import Figures, Side
from tests.bench.terminal_report import goals_of, tables_of


def test_both_are_started_pressed_weighed_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "REST_S", 0.5)
    figures = terminal.measure(tmp_path, presses=2, starts=1, idle_s=1.0)
    for side, clicks, buttons in ((figures.ours, 2, 2), (figures.rival, 4, 0)):
        assert (len(side.starts_s), len(side.clicks), len(side.buttons)) == (1, clicks, buttons)
        assert all(0 < visit.first_s <= visit.thanked_s for visit in side.clicks + side.buttons)
        assert side.memory is not None
        assert 0 < side.memory.pss <= side.memory.rss
        assert side.idle is not None
        assert side.idle.wake_ups > 0
    assert figures.rival.memory is not None
    assert figures.rival.memory.processes > 1
    assert figures.votes == 4
    # The program waits so long whether a second button follows: what is measured is really a button.
    assert min(visit.thanked_s for visit in figures.ours.buttons) >= 0.05
    assert ratings(tmp_path / "data") == 4
    assert len(tables_of(figures, goals_of(figures))) == 2


def test_a_page_that_answers_nothing_gives_no_figure(tmp_path: Path) -> None:
    dead = html(places()).replace('addEventListener("pointerdown"', 'addEventListener("never"')
    with (
        terminal.both(tmp_path, page=dead, patience_s=3.0) as (_, rival),
        rival.started(),
        pytest.raises(NothingChanged, match="an answer to a press"),
    ):
        rival.click(Level(3))


def test_a_page_that_never_thanks_gives_no_figure(tmp_path: Path) -> None:
    thankless = html(places()).replace('classList.add("thanked")', 'classList.add("silent")')
    with (
        terminal.both(tmp_path, page=thankless, patience_s=3.0) as (_, rival),
        rival.started(),
        pytest.raises(NothingChanged, match="the thank-you"),
    ):
        rival.click(Level(3))


def vote_once_and_claim_two(ours: Terminal) -> None:
    with ours.started():
        ours.click(Level(5))
        ours.votes += 1


def test_thanks_without_a_vote_in_the_ledger_give_no_figure(tmp_path: Path) -> None:
    with terminal.both(tmp_path) as (ours, _), pytest.raises(VoteNotKept, match="2 presses are 1 ratings"):
        vote_once_and_claim_two(ours)
    with pytest.raises(VoteNotKept, match="is not in the ledger"):
        check_kept(tmp_path / "data", {"seq": 1, "hash": "ab" * 32})


def test_a_ledger_in_memory_gives_no_figure() -> None:
    with pytest.raises(NotMeasured, match="in memory"):
        terminal.mount_of(Path("/dev/shm"))  # noqa: S108 - nothing is written there


def test_what_was_not_measured_is_neither_reached_nor_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*_: object) -> int:
        raise NotMeasured("nothing moved")

    monkeypatch.setattr(terminal, "run", run)
    monkeypatch.setattr(sys, "argv", ["bench", "terminal"])
    assert command.main() == command.NOT_MEASURED
    assert capsys.readouterr().out == "not measured: nothing moved\n"


def side(times_s: float, pss: int, cpu_s: float) -> Side:
    visits = [Visit(times_s, times_s)] * 10
    spent = Spent(cpu_s, round(1000 * cpu_s))
    return Side([times_s], [times_s], visits, visits, Memory(1, pss, pss), spent)


def test_every_goal_can_be_reached_and_missed() -> None:
    good = Figures(0.0, side(0.01, 10_000_000, 0.01), side(1.0, 400_000_000, 1.0), votes=100, idle_s=60.0)
    assert all(goal.reached for goal in goals_of(good))
    bad = dataclasses.replace(good, ours=side(1.1, 90_000_000, 2.0))
    assert not any(goal.reached for goal in goals_of(bad))
