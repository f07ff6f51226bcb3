"""The service gesture on gpiozero's mock pins, with the real thread."""

import threading
from collections.abc import Iterator

import pytest

import hardware.gpio
from hardware.events import InputEvent, Level, Press, ServiceGesture, Source
from hardware.judge import VERIFY_MS
from tests.hardware.inbox import LONG_S, until
from tests.hardware.test_gpio import PINS, Panel


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Panel]:
    """Both outer buttons are held since 50 ms, one of them for a second longer."""
    monkeypatch.setattr(hardware.gpio, "QUEUE_LENGTH", 8)
    panel = Panel()
    panel.with_hand_clock()
    panel.hand.press(Level.VERY_POOR)
    panel.clock.forward(1000)
    panel.hand.press(Level.EXCELLENT)
    panel.clock.forward(50)
    yield panel
    panel.buttons.close()


def two_presses(panel: Panel) -> tuple[InputEvent, InputEvent]:
    presses = panel.inbox.next(), panel.inbox.next()
    assert [type(press) for press in presses] == [Press, Press]
    return presses


def nothing_but_a_press_comes(panel: Panel) -> None:
    """Whatever was due has been decided when a later press is."""
    panel.hand.tap(Level.GOOD)
    panel.clock.forward(50)
    press = panel.inbox.next()
    assert isinstance(press, Press)
    assert press.level is Level.GOOD
    assert panel.inbox.empty()


def test_both_outer_buttons_held_for_six_seconds_are_the_service_gesture(held: Panel) -> None:
    presses = two_presses(held)
    held.clock.forward(5950)
    gesture = held.inbox.next()
    assert isinstance(gesture, ServiceGesture)
    assert (gesture.source, gesture.presses) == (Source.GPIO, presses)


def test_a_hold_of_which_the_kernel_lost_the_release_is_no_gesture(held: Panel) -> None:
    two_presses(held)
    pin = held.hand.make_factory().pin(PINS[Level.EXCELLENT - 1])  # type: ignore[attr-defined]
    pin.edges = "none"
    held.hand.release(Level.EXCELLENT)
    held.clock.forward(10_000)
    assert until(lambda: not held.buttons._judge._logic.is_down(Level.EXCELLENT))
    nothing_but_a_press_comes(held)


def test_a_queue_that_overflowed_during_a_hold_ends_it(held: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    two_presses(held)
    busy, free = threading.Event(), threading.Event()
    edge = held.buttons._judge.edge

    def slow_edge(level: Level, down: bool, at_ns: int, heard_ns: int) -> list[InputEvent]:
        busy.set()
        assert free.wait(LONG_S)
        return edge(level, down, at_ns, heard_ns)

    monkeypatch.setattr(held.buttons._judge, "edge", slow_edge)
    held.hand.tap(Level.POOR)
    assert busy.wait(LONG_S)
    for _ in range(20):
        held.hand.tap(Level.POOR)
    assert held.buttons._overflowed
    free.set()
    held.clock.forward(250)
    assert isinstance(held.inbox.next(), Press)

    def made_good() -> bool:
        held.clock.forward(VERIFY_MS)
        return not held.buttons._overflowed

    assert until(made_good)
    held.clock.forward(10_000)
    nothing_but_a_press_comes(held)
