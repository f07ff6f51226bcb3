"""The player: nobody waits for it, and nothing that a card does gets out of it."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from kiosk.sound.player import LATE_NS, RETRY_NS, Player, SpeakerFailed, Tuning
from tests.kiosk.fakes import FakeClock

PATIENCE_S = 30.0
PCM = b"\1\0" * 100


@dataclass
class Card:
    """A sound card that says what is done with it; every turn of the player passes `done`."""

    opens: bool = True
    plays: bool = True
    did: list[str] = field(default_factory=list)
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def open(self) -> "Card":
        self._do("open", self.opens)
        return self

    def play(self, pcm: bytes) -> None:
        assert pcm == PCM
        self._do("play", self.plays)

    def close(self) -> None:
        self._do("close", True)

    def _do(self, what: str, works: bool) -> None:
        assert threading.current_thread() is not threading.main_thread()
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        self.did.append(what)
        self.turn.release()
        if not works:
            raise SpeakerFailed(f"cannot {what}")

    def until(self, *did: str) -> None:
        """Wait until exactly this was done."""
        while len(self.did) < len(did):
            assert self.turn.acquire(timeout=PATIENCE_S), self.did
        assert tuple(self.did) == did


@pytest.fixture
def card() -> Card:
    return Card()


@pytest.fixture
def make(card: Card) -> Iterator[Callable[..., Player]]:
    made: list[Player] = []

    def player(clock: FakeClock | None = None, **others: object) -> Player:
        given = {"rest_s": PATIENCE_S} | others
        tuning = Tuning(lambda: PCM, given.pop("quiet", lambda _wall_ns: False))  # type: ignore[arg-type]
        made.append(Player(card.open, tuning, clock or FakeClock(), **given))  # type: ignore[arg-type]
        return made[-1]

    yield player
    card.gate.set()
    for one in made:
        one.close()


def test_the_card_is_opened_when_a_visit_begins_and_closed_when_nothing_more_comes(
    card: Card, make: Callable[..., Player]
) -> None:
    player = make(rest_s=0.0)
    player.prepare()
    card.until("open", "close")
    player.prepare()
    card.until("open", "close", "open", "close")


def test_a_thank_you_is_played_once_on_the_open_card(card: Card, make: Callable[..., Player]) -> None:
    player = make()
    player.prepare()
    player.play()
    card.until("open", "play")
    player.close()
    card.until("open", "play", "close")


def test_the_sound_is_made_when_there_is_time_and_the_card_is_left_alone_meanwhile(card: Card) -> None:
    made = threading.Event()

    def pcm() -> bytes:
        assert threading.current_thread() is not threading.main_thread()
        assert not made.is_set()
        made.set()
        return PCM

    player = Player(card.open, Tuning(pcm), FakeClock(), rest_s=PATIENCE_S)
    player.warm()
    assert made.wait(PATIENCE_S)
    assert card.did == []
    player.prepare()
    player.play()
    card.until("open", "play")
    player.close()


def test_before_it_is_asked_for_anything_there_is_no_thread(make: Callable[..., Player]) -> None:
    before = threading.active_count()
    player = make()
    player.close()
    assert threading.active_count() == before


def test_a_missing_card_is_one_warning_and_is_left_alone_for_a_while(
    card: Card, make: Callable[..., Player], caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    card.opens = False
    player = make(clock)
    for _ in range(3):
        player.prepare()
        player.play()
    card.until("open")
    clock.now_ns += RETRY_NS
    player.prepare()
    card.until("open", "open")
    player.close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_card_that_goes_during_a_sound_is_closed_and_found_again_later(
    card: Card, make: Callable[..., Player], caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    card.plays = False
    player = make(clock)
    player.prepare()
    player.play()
    card.until("open", "play", "close")
    card.plays = True
    clock.now_ns += RETRY_NS
    player.prepare()
    player.play()
    card.until("open", "play", "close", "open", "play")
    assert len(caplog.records) == 1


def test_nobody_waits_for_a_card_that_hangs(card: Card, make: Callable[..., Player]) -> None:
    card.gate.clear()
    clock = FakeClock()
    player = make(clock)
    player.prepare()
    assert card.entered.wait(PATIENCE_S)
    for _ in range(1000):
        player.prepare()
        player.play()
    clock.now_ns += LATE_NS + 1
    card.gate.set()
    player.close()
    # Everything that waited was late by then.
    assert card.did == ["open", "close"]


def test_in_quiet_hours_the_card_is_not_even_opened(card: Card, make: Callable[..., Player]) -> None:
    asked: list[int] = []

    def always(wall_ns: int) -> bool:
        asked.append(wall_ns)
        return True

    player = make(quiet=always)
    player.prepare()
    player.play()
    player.close()
    assert card.did == []
    assert len(asked) == 2


def test_it_may_be_closed_twice(make: Callable[..., Player]) -> None:
    player = make()
    player.prepare()
    player.close()
    player.close()


def test_another_tuning_is_heard_from_the_next_visit_on(card: Card) -> None:
    other = b"\2\0" * 100
    played: list[bytes] = []

    def play(pcm: bytes) -> None:
        played.append(pcm)
        card._do("play", True)

    card.play = play  # type: ignore[method-assign]
    player = Player(card.open, Tuning(lambda: PCM), FakeClock(), rest_s=PATIENCE_S)
    for n, tuning in enumerate((Tuning(lambda: PCM), Tuning(lambda: other)), 1):
        player.tune(tuning)
        player.prepare()
        player.play()
        card.until("open", *["play"] * n)
    player.close()
    assert played == [PCM, other]


def test_a_tuning_without_sound_has_no_thread_until_there_is_one_with(card: Card) -> None:
    before = threading.active_count()
    player = Player(card.open, Tuning(None), FakeClock(), rest_s=0.0)
    for ask in (player.warm, player.prepare, player.play):
        ask()
    assert (threading.active_count(), card.did) == (before, [])
    player.tune(Tuning(lambda: PCM))
    player.prepare()
    card.until("open", "close")
    player.tune(Tuning(None))
    player.prepare()
    player.play()
    player.close()
    assert card.did == ["open", "close"]
