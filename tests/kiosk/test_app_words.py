"""The loop: words change while nobody is in the middle of anything, and a mistake in them costs nothing else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hardware.events import Level, Source, Switch
from hardware.fakes.scripted import ScriptedSource
from kiosk.app import Kiosk, Parts
from kiosk.clock import SystemClock
from kiosk.controller.rules import Rules, S
from kiosk.display import NoDisplay, Words
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import own_fields
from kiosk.manner import Manner
from kiosk.messages import wire
from kiosk.messages.client import Client, NoKiosk
from kiosk.messages.statements import ConfigStatement
from kiosk.report import Reporter
from kiosk.screens.palette import THEMES, Palette
from kiosk.sound.player import Tuning
from kiosk.view import Facts, ScreenName, View
from tests.kiosk.ledger.central import STATEMENT, Central, revised
from tests.kiosk.ledger.terminal import stored

PATIENCE_S = 30.0
RULES = Rules(repeat_interval_ns=S, correction_window_ns=S // 2, thanks_ns=S // 2)


class Board(NoDisplay):
    """Notes what it is shown, and in between that its words were changed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[ScreenName | str] = []
        self.languages: list[str] = []
        self.refuses = False

    def show(self, view: View, now_ns: int) -> None:  # noqa: ARG002
        if not self.languages or self.languages[-1] != view.language:
            self.languages.append(view.language)
        if not self.seen or self.seen[-1] != view.name:
            self.seen.append(view.name)

    def dress(self, words: Words, colours: Palette) -> None:  # noqa: ARG002
        if self.refuses:
            raise ZeroDivisionError
        self.seen.append("dressed")


class Running:
    """A kiosk on a thread of its own."""

    def __init__(self, data: Path, configured: ConfigStatement | None) -> None:
        self.board = Board()
        self.hand = ScriptedSource([Level.GOOD] * 5)
        self.asked: list[ConfigStatement | None] = []
        self.rules = RULES
        self.kiosk = Kiosk(
            Parts(
                display=self.board,
                keeper=Keeper(data / "ledger", SystemClock(), "hailong test"),
                sources=[self.hand],
                inputs=frozenset({Source.SCRIPT}),
                rules=RULES,
                reporter=Reporter(None),
                clock=SystemClock(),
                examine=lambda: Facts("a test", None, False),
                manner=self._manner,
                configured=configured,
            )
        )

    def _manner(self, statement: ConfigStatement | None) -> Manner:
        self.asked.append(statement)
        return Manner({}, THEMES["calm"], self.rules, Tuning(None), 0)


@contextmanager
def running(
    data: Path, monkeypatch: pytest.MonkeyPatch, configured: ConfigStatement | None = None
) -> Iterator[Running]:
    monkeypatch.setattr("kiosk.app.ended_by_signals", unsigned_end)
    made = Running(data, configured)
    thread = threading.Thread(target=made.kiosk.run)
    thread.start()
    try:
        until(lambda: ScreenName.IDLE in made.board.seen)
        yield made
    finally:
        made.kiosk.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@contextmanager
def unsigned_end(*_: object) -> Iterator[None]:
    """Signals belong to the main thread, which is the test's."""
    yield


def until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(round(PATIENCE_S / 0.01)):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come true")


def client_of(data: Path) -> Client:
    def served() -> bool:
        try:
            Client(data).close()
        except NoKiosk:
            return False
        return True

    until(served)
    return Client(data)


def test_new_words_wait_until_the_visit_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    central = Central()
    with running(tmp_path, monkeypatch) as told, client_of(tmp_path) as client:
        told.hand.release()
        until(lambda: ScreenName.THANKED in told.board.seen)
        assert client.ask(central.enrolment()) == wire.Done()
        until(lambda: "dressed" in told.board.seen)
        at = told.board.seen.index("dressed")
        assert told.board.seen[at - 1] is ScreenName.IDLE
        assert told.kiosk._state.visit is None
        assert told.asked == [STATEMENT]
        assert client.ask(wire.PutConfig(central.config(revised(2)))) == wire.Done()
        until(lambda: told.asked == [STATEMENT, revised(2)])


def test_words_that_are_shown_already_are_not_shown_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, monkeypatch), client_of(tmp_path) as client:
        client.ask(Central().enrolment())
    with running(tmp_path, monkeypatch, configured=STATEMENT) as told, client_of(tmp_path) as client:
        client.ask(wire.GetHead())
        told.hand.release()
        until(lambda: ScreenName.THANKED in told.board.seen)
        assert told.asked == []
    with running(tmp_path, monkeypatch) as told:  # the record beside the ledger was lost
        until(lambda: told.asked == [STATEMENT])


def test_words_that_cannot_be_shown_cost_no_vote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with running(tmp_path, monkeypatch) as told, client_of(tmp_path) as client:
        told.board.refuses = True
        client.ask(Central().enrolment())
        until(lambda: told.asked == [STATEMENT])
        told.hand.release()
        until(lambda: ScreenName.THANKED in told.board.seen)
    assert "could not be followed" in caplog.text


def test_times_and_languages_are_those_of_the_new_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    central = Central()
    with running(tmp_path, monkeypatch) as told, client_of(tmp_path) as client:
        told.rules = replace(
            RULES, languages=("en", "vi"), repeat_interval_ns=S // 10, correction_window_ns=0
        )
        assert client.ask(central.enrolment()) == wire.Done()
        until(lambda: told.board.languages == ["vi", "en"])
        assert told.kiosk._rules == told.rules


def test_whoever_reads_in_another_language_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of that language may be gone afterwards."""
    central = Central()
    with running(tmp_path, monkeypatch) as told, client_of(tmp_path) as client:
        told.kiosk._rules = replace(RULES, languages=("vi", "en"), language_ns=S)
        told.kiosk._inbox.put(Switch(SystemClock().boottime_ns(), Source.SCRIPT))
        until(lambda: told.board.languages == ["vi", "en"])
        assert client.ask(central.enrolment()) == wire.Done()
        until(lambda: told.asked != [])
        assert told.board.languages == ["vi", "en", "vi"], "it came back first"


def test_no_vote_is_lost_while_configurations_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    central, revisions = Central(), 20
    with running(tmp_path, monkeypatch) as told, client_of(tmp_path) as client:
        assert client.ask(central.enrolment()) == wire.Done()
        for revision in range(2, revisions + 2):
            if revision % 4 == 0:
                told.hand.release()
            assert client.ask(wire.PutConfig(central.config(revised(revision)))) == wire.Done()
        until(lambda: told.kiosk._followed == revised(revisions + 1) and told.kiosk._is_idle())
    entries = stored(tmp_path / "ledger")
    repeats = [own_fields(entry.payload)["counts"] for entry in entries if entry.kind == "repeat"]
    presses = sum(entry.kind in ("rating", "correction") for entry in entries)
    presses += sum(
        n for counts in repeats if isinstance(counts, dict) for n in counts.values() if isinstance(n, int)
    )
    assert presses == 5
    assert sum(entry.kind == "config" for entry in entries) == revisions + 1
