"""The sixth button asks for another language. It never votes, and no vote is worse for it."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import InputDevice
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from hardware.buttons import BUTTONS, ButtonLogic
from hardware.events import (
    Ambiguous,
    AnyButton,
    InputEvent,
    Level,
    OtherButton,
    Press,
    Source,
    Switch,
    Trouble,
    TroubleKind,
)
from hardware.fakes.bounce import BounceTrace, load_traces
from hardware.fakes.gpio import MockButtons
from hardware.fakes.pad import PtyPad
from hardware.frames import Button, Heartbeat, Hello, encode
from hardware.gpio import GpioButtons, GpioSettings, Pull
from hardware.pad import Backoff, PadMode, PadSettings, SerialPad
from hardware.padlink import CharacterLink, FramedLink
from hardware.padpattern import LinePattern
from hardware.patternlink import PatternLink
from tests.hardware.inbox import HandClock, Inbox, just_now, until

MS = 1_000_000
S = 1_000_000_000
SIXTH = OtherButton.LANGUAGE
PINS = (5, 6, 13, 19, 26)
PIN = 21


def switch(at_ns: int, source: Source = Source.PAD) -> Switch:
    return Switch(at_ns, source)


def play(edges: list[tuple[AnyButton, bool, int]], until_ns: int) -> list[InputEvent]:
    logic = ButtonLogic(Source.GPIO)
    events = [event for edge in edges for event in logic.edge(*edge)]
    return events + logic.tick(until_ns)


def test_it_asks_at_its_first_edge_and_needs_the_lock_out_before_it_asks_again() -> None:
    logic = ButtonLogic(Source.GPIO)
    assert logic.edge(SIXTH, True, 7) == [switch(7, Source.GPIO)]
    assert logic.next_deadline_ns == 7 + 30 * S, "nothing is to be decided"
    logic.edge(SIXTH, False, 20 * MS)
    assert logic.edge(SIXTH, True, 119 * MS) == []
    logic.edge(SIXTH, False, 130 * MS)
    assert logic.edge(SIXTH, True, 230 * MS) == [switch(230 * MS, Source.GPIO)]


@pytest.mark.parametrize("trace", load_traces(), ids=lambda trace: trace.contact)
def test_a_bounce_train_asks_once(trace: BounceTrace) -> None:
    edges: list[tuple[AnyButton, bool, int]] = [(SIXTH, down, at_us * 1000) for at_us, down in trace.edges]
    assert play(edges, 60 * S) == [switch(trace.edges[0][0] * 1000, Source.GPIO)]


@pytest.mark.parametrize("apart_ms", [-49, -1, 0, 1, 49])
def test_a_vote_beside_it_is_one_vote_and_two_votes_beside_it_are_ambiguous(apart_ms: int) -> None:
    at_ns = S + apart_ms * MS
    first: tuple[AnyButton, bool, int] = (SIXTH, True, S)
    votes = play(sorted_edges(first, (Level.GOOD, True, at_ns)), 2 * S)
    assert [event for event in votes if not isinstance(event, Switch)] == [
        Press(Level.GOOD, Source.GPIO, at_ns)
    ]
    second: tuple[AnyButton, bool, int] = (Level.POOR, True, at_ns + 30 * MS)
    hand = play(sorted_edges(first, (Level.GOOD, True, at_ns), second), 2 * S)
    assert [type(event) for event in hand if not isinstance(event, Switch)] == [Ambiguous]


def sorted_edges(*edges: tuple[AnyButton, bool, int]) -> list[tuple[AnyButton, bool, int]]:
    return sorted(edges, key=lambda edge: edge[2])


@given(st.lists(st.tuples(st.sampled_from(BUTTONS), st.booleans(), st.integers(0, 3000)), max_size=60))
def test_whatever_it_does_the_five_are_as_if_it_were_not_there(
    edges: list[tuple[AnyButton, bool, int]],
) -> None:
    in_time = [(button, down, ms * MS) for button, down, ms in sorted(edges, key=lambda edge: edge[2])]
    alone = [edge for edge in in_time if edge[0] is not SIXTH]
    kinds = (Press, Ambiguous)
    with_it = [event for event in play(in_time, 10 * S) if isinstance(event, kinds)]
    assert with_it == [event for event in play(alone, 10 * S) if isinstance(event, kinds)]


def test_a_held_one_is_a_quiet_fault_of_its_own_without_a_level_and_the_five_vote_on() -> None:
    logic = ButtonLogic(Source.GPIO)
    events = logic.edge(SIXTH, True, 0) + logic.tick(40 * S) + logic.edge(Level.POOR, True, 41 * S)
    events += logic.tick(42 * S) + logic.edge(SIXTH, False, 50 * S) + logic.tick(51 * S)
    wish, stuck, press, well = events
    assert wish == switch(0, Source.GPIO)
    assert press == Press(Level.POOR, Source.GPIO, 41 * S)
    assert isinstance(stuck, Trouble)
    assert isinstance(well, Trouble)
    assert [(t.kind, t.active, t.level) for t in (stuck, well)] == [
        (TroubleKind.STUCK, True, None),
        (TroubleKind.STUCK, False, None),
    ]


def test_one_that_chatters_for_a_weekend_asks_once_is_one_fault_and_no_vote_is_lost() -> None:
    chance, logic, events = random.Random(7), ButtonLogic(Source.GPIO), []  # noqa: S311 - reproducible
    at_ns, votes = 0, 0
    for number in range(20_000):
        at_ns += chance.randint(1, 90) * MS
        events += logic.edge(SIXTH, number % 2 == 0, at_ns)
        if number % 500 == 0:
            votes += 1
            events += logic.edge(Level.GOOD, True, at_ns) + logic.edge(Level.GOOD, False, at_ns + MS)
    events += logic.tick(at_ns + 99 * MS)
    assert sum(isinstance(event, Press) for event in events) == votes
    assert [type(event) for event in events if not isinstance(event, Press)] == [Switch, Trouble]


@pytest.fixture
def hand() -> Iterator[tuple[MockButtons, Inbox, HandClock]]:
    settings = GpioSettings(PINS, language=PIN)
    hand, inbox, clock = MockButtons(settings), Inbox(), HandClock()
    buttons = GpioButtons(settings, hand.make_factory, boottime=clock, age=just_now)
    buttons.start(inbox)
    yield hand, inbox, clock
    buttons.close()


def test_on_gpio_it_has_a_pin_of_its_own(hand: tuple[MockButtons, Inbox, HandClock]) -> None:
    buttons, inbox, clock = hand
    buttons.press(SIXTH)
    assert inbox.next() == switch(clock.now_ns, Source.GPIO)
    for level in Level:  # it is held all the time
        buttons.tap(level)
        clock.forward(50)
        press = inbox.next()
        assert isinstance(press, Press)
        assert press.level is level
        clock.forward(200)


@pytest.mark.parametrize("pull", [Pull.UP, Pull.DOWN])
def test_on_gpio_one_held_at_start_asks_nothing_and_is_a_fault_after_30_s(pull: Pull) -> None:
    settings = GpioSettings(PINS, pull, language=PIN)
    buttons, inbox, clock = MockButtons(settings, held=(SIXTH,)), Inbox(), HandClock()
    source = GpioButtons(settings, buttons.make_factory, boottime=clock, age=just_now)
    source.start(inbox)
    clock.forward(31_000)
    buttons.tap(Level.GOOD)  # an edge, so that the thread looks at the clock
    trouble = inbox.next()
    assert isinstance(trouble, Trouble)
    assert (trouble.kind, trouble.level) == (TroubleKind.STUCK, None)
    source.close()


def test_on_gpio_a_pin_that_is_in_use_costs_the_language_and_no_vote(
    caplog: pytest.LogCaptureFixture,
) -> None:
    factory, inbox = MockFactory(), Inbox()
    other = InputDevice(PIN, pin_factory=factory)
    source = GpioButtons(GpioSettings(PINS, language=PIN), lambda: factory)
    source.start(inbox)
    assert f"without the one for the language: GPIO pin {PIN} is in use" in caplog.text
    factory.pin(PINS[0]).drive_low()
    assert isinstance(inbox.next(), Press)
    source.close()
    other.close()


@pytest.mark.parametrize(("pin", "leds"), [(6, ()), (16, (12, 16, 20, 21, 25)), (-1, ())])
def test_on_gpio_a_pin_has_one_use(pin: int, leds: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=rf"GPIO pin.* {pin}"):
        GpioSettings(PINS, leds=leds, language=pin)


def test_a_framed_pad_has_it_as_button_6() -> None:
    link = FramedLink()
    link.opened(0)
    link.heard(encode(Hello(0, 3, frozenset())), 0)
    events, answer = link.heard(encode(Button(1, SIXTH, True)), S)
    assert events == [switch(S)]
    assert answer, "and it is acknowledged, so that the pad need not repeat it"
    assert link.heard(encode(Button(1, SIXTH, True)), S + 100 * MS)[0] == []
    # A release that got lost is made good by the heartbeat, as for the five.
    link.heard(encode(Heartbeat(1, frozenset({SIXTH}))), 2 * S)
    assert link.heard(encode(Button(2, SIXTH, True)), 3 * S)[0] == []
    link.heard(encode(Heartbeat(2, frozenset())), 4 * S)
    assert link.heard(encode(Button(3, SIXTH, True)), 5 * S)[0] == [switch(5 * S)]


def test_a_framed_pad_may_be_plugged_in_with_it_held() -> None:
    link = FramedLink()
    link.opened(0)
    assert link.heard(encode(Hello(0, 3, frozenset({SIXTH}))), 0)[0] == []
    assert link.heard(encode(Button(1, Level.GOOD, True)), S)[0] + link.tick(2 * S) == [
        Press(Level.GOOD, Source.PAD, S)
    ]


def test_a_simple_pad_has_it_as_its_sixth_character() -> None:
    link = CharacterLink("123450")
    link.opened(0)
    assert link.heard(b"0\r\n", S)[0] == [switch(S)]
    assert link.heard(b"04", 2 * S)[0] + link.tick(3 * S) == [
        switch(2 * S),
        Press(Level.GOOD, Source.PAD, 2 * S),
    ]
    noisy = CharacterLink("12345")
    noisy.opened(0)
    assert noisy.heard(b"04", S)[0] + noisy.tick(2 * S) == [], "without it that character is noise"


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"KEY(?P<level>[1-5])|(?P<language>LANG)", b"LANG\n"),
        (r"(?P<l1>A)|(?P<l2>B)|(?P<l3>C)|(?P<l4>D)|(?P<l5>E)|(?P<language>F)", b"F\r"),
    ],
)
def test_a_foreign_pad_has_it_as_a_group_of_the_pattern(pattern: str, line: bytes) -> None:
    assert LinePattern(pattern).has_language
    link = PatternLink(LinePattern(pattern))
    link.opened(0)
    assert link.heard(line, S)[0] + link.tick(2 * S) == [switch(S)]
    assert not LinePattern(r"KEY(?P<level>[1-5])").has_language


@pytest.mark.parametrize("mode", PadMode)
def test_on_a_real_line_it_asks_and_the_five_vote(mode: PadMode, tmp_path: Path) -> None:
    pattern = r"KEY(?P<level>[1-5])|(?P<language>KEY6)"
    with PtyPad(tmp_path, mode=mode, characters="abcdef") as pad:
        settings = PadSettings(str(pad.path), mode, "abcdef", pattern=pattern)
        source, inbox = SerialPad(settings, backoff=Backoff(0.02, 0.1)), Inbox()
        source.start(inbox)
        assert until(lambda: source._link.up)
        for _ in range(2):
            pad.press(SIXTH)
            wish = inbox.next()
            assert isinstance(wish, Switch), wish
            for level in Level:
                pad.press(level)
                press = inbox.next()
                assert isinstance(press, Press), press
                assert press.level is level  # five times 50 ms, and the lock-out is over
        source.close()
        assert inbox.empty()
