"""Five buttons on gpiozero's mock pins, with the real thread and the real clock."""

import logging
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from gpiozero import Device, InputDevice
from gpiozero.pins.mock import MockFactory

from hardware.buttons import ButtonTimings
from hardware.clock import boottime_ns
from hardware.errors import GpioError, GpioPinBusy, GpioUnavailable
from hardware.events import Ambiguous, InputEvent, Level, Press, Source, Trouble, TroubleKind
from hardware.fakes.bounce import BounceTrace, load_traces
from hardware.fakes.gpio import MockButtons
from hardware.gpio import Active, GpioButtons, GpioSettings, Pull
from hardware.gpiopin import PinFactory
from tests.hardware.inbox import LONG_S, HandClock, Inbox, just_now, until

PINS = (5, 6, 13, 19, 26)
WIRINGS = [
    GpioSettings(PINS),
    GpioSettings(PINS, Pull.UP, Active.LOW),
    GpioSettings(PINS, Pull.DOWN),
    GpioSettings(PINS, Pull.NONE, Active.LOW),
    GpioSettings(PINS, Pull.NONE, Active.HIGH),
]


class Panel:
    """The buttons, the source that reads them, and what it says."""

    def __init__(self, settings: GpioSettings = WIRINGS[0], held: tuple[Level, ...] = ()) -> None:
        self.hand = MockButtons(settings, held)
        self.inbox = Inbox()
        self.clock = HandClock()
        self.buttons = GpioButtons(settings, self.hand.make_factory)

    def with_hand_clock(self) -> None:
        """Start with a clock that the test moves."""
        self.buttons = GpioButtons(WIRINGS[0], self.hand.make_factory, boottime=self.clock, age=just_now)
        self.buttons.start(self.inbox)


@pytest.fixture
def panel() -> Iterator[Panel]:
    panel = Panel()
    panel.buttons.start(panel.inbox)
    yield panel
    panel.buttons.close()


@pytest.fixture
def timed() -> Iterator[Panel]:
    panel = Panel()
    panel.with_hand_clock()
    yield panel
    panel.buttons.close()


@pytest.mark.parametrize("settings", WIRINGS, ids=lambda wiring: f"{wiring.pull}-{wiring.active}")
def test_each_button_is_its_level_with_every_wiring(settings: GpioSettings) -> None:
    panel = Panel(settings)
    panel.buttons.start(panel.inbox)
    try:
        for level in Level:
            before_ns = boottime_ns()
            panel.hand.tap(level)
            press = panel.inbox.next()
            assert isinstance(press, Press)
            assert (press.level, press.source) == (level, Source.GPIO)
            assert before_ns <= press.boottime_ns <= boottime_ns()
    finally:
        panel.buttons.close()
    assert panel.inbox.empty()


def test_two_buttons_at_once_are_ambiguous(timed: Panel) -> None:
    timed.hand.press(Level.GOOD)
    timed.clock.forward(49)
    timed.hand.press(Level.POOR)
    timed.clock.forward(1)
    event = timed.inbox.next()
    assert isinstance(event, Ambiguous)
    assert event.levels == (Level.GOOD, Level.POOR)


@pytest.mark.parametrize("trace", load_traces(), ids=lambda trace: trace.contact)
def test_a_bounce_train_on_the_pin_is_one_press(timed: Panel, trace: BounceTrace) -> None:
    start_ns = timed.clock.now_ns
    for at_us, down in trace.edges:
        timed.clock.now_ns = start_ns + at_us * 1000
        (timed.hand.press if down else timed.hand.release)(Level.EXCELLENT)
    timed.clock.forward(1000)
    timed.hand.tap(Level.VERY_POOR)
    timed.clock.forward(50)
    assert timed.inbox.next() == Press(Level.EXCELLENT, Source.GPIO, start_ns)
    second = timed.inbox.next()
    assert isinstance(second, Press)
    assert second.level is Level.VERY_POOR


def test_edges_of_one_bounce_that_are_heard_of_far_apart_are_one_press(panel: Panel) -> None:
    now_s, now_ns = time.monotonic(), boottime_ns()
    for ago_s, down in [(1, True), (0.8, False), (0.799, True), (0.798, False)]:
        panel.hand.tell_late(Level.GOOD, down, now_s - ago_s)
        time.sleep(1.5 * ButtonTimings().lockout_ms / 1000)  # a picture is drawn between any two of them
    press = panel.inbox.next()
    assert isinstance(press, Press)
    assert press.boottime_ns < now_ns
    panel.hand.tap(Level.POOR)
    last = panel.inbox.next()
    assert isinstance(last, Press)
    assert last.level is Level.POOR


@pytest.mark.parametrize("stamp_s", [1.7e9, -1e6])
def test_a_stamp_of_another_clock_is_not_believed(panel: Panel, stamp_s: float) -> None:
    before_ns = boottime_ns()
    panel.hand.tell_late(Level.GOOD, True, stamp_s)
    press = panel.inbox.next()
    assert isinstance(press, Press)
    assert before_ns <= press.boottime_ns <= boottime_ns()


def test_a_button_held_at_start_is_no_press_and_its_release_makes_it_work() -> None:
    panel = Panel(held=(Level.EXCELLENT,))
    panel.buttons = GpioButtons(WIRINGS[0], panel.hand.make_factory, timings=ButtonTimings(stuck_s=1))
    panel.buttons.start(panel.inbox)
    try:
        stuck = panel.inbox.next()
        assert isinstance(stuck, Trouble)
        assert (stuck.kind, stuck.active, stuck.level) == (TroubleKind.STUCK, True, Level.EXCELLENT)
        panel.hand.release(Level.EXCELLENT)
        well = panel.inbox.next()
        assert isinstance(well, Trouble)
        assert not well.active
        panel.hand.tap(Level.EXCELLENT)
        press = panel.inbox.next()
        assert isinstance(press, Press)
        assert press.level is Level.EXCELLENT
    finally:
        panel.buttons.close()


def test_a_storm_of_edges_is_one_press_and_loses_no_later_one(
    timed: Panel, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20_000):
        timed.hand.tap(Level.GOOD)
    timed.hand.bounce(Level.GOOD, load_traces()[0])
    assert until(timed.buttons._edges.empty)
    timed.clock.forward(1000)
    first = timed.inbox.next()
    assert isinstance(first, Press)
    assert first.level is Level.GOOD
    assert until(lambda: not timed.buttons._judge._logic.is_down(Level.GOOD))
    timed.hand.tap(Level.POOR)
    timed.clock.forward(50)
    later = timed.inbox.next()
    assert isinstance(later, Press)
    assert later.level is Level.POOR
    assert caplog.text.count("edges come faster") <= 1


def test_a_release_that_nobody_reported_is_found_by_reading_the_pins(timed: Panel) -> None:
    timed.hand.press(Level.GOOD)
    pin = timed.hand.make_factory().pin(PINS[Level.GOOD - 1])  # type: ignore[attr-defined]
    pin.edges = "none"  # the kernel's queue overflows just now
    timed.hand.release(Level.GOOD)
    pin.edges = "both"
    timed.clock.forward(50)
    assert isinstance(timed.inbox.next(), Press)
    timed.clock.forward(200)
    assert until(lambda: not timed.buttons._judge._logic.is_down(Level.GOOD))
    timed.clock.forward(200)
    timed.hand.tap(Level.GOOD)
    timed.clock.forward(50)
    assert isinstance(timed.inbox.next(), Press)


def test_an_event_that_cannot_be_handed_on_is_logged_and_the_next_one_is_not_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inbox = Inbox()
    panel = Panel()

    def emit(event: InputEvent) -> None:
        inbox(event)
        raise RuntimeError(f"no room for {event}")

    panel.buttons.start(emit)
    try:
        for level in (Level.POOR, Level.GOOD):
            panel.hand.tap(level)
            event = inbox.next()
            assert isinstance(event, Press)
            assert event.level is level
        assert panel.buttons.alive()
    finally:
        panel.buttons.close()
    assert "handing on an input event failed: RuntimeError" in caplog.text
    assert "in emit" in caplog.text  # the traceback, without the values
    assert "POOR" not in caplog.text
    assert "GOOD" not in caplog.text


def test_a_clock_that_fails_once_costs_one_edge_and_not_the_input(caplog: pytest.LogCaptureFixture) -> None:
    failures = iter([True])
    broken = threading.Event()

    def clock() -> int:
        if broken.is_set() and next(failures, False):
            raise OSError("clock")
        return boottime_ns()

    hand, inbox = MockButtons(WIRINGS[0]), Inbox()
    buttons = GpioButtons(WIRINGS[0], hand.make_factory, boottime=clock, age=just_now)
    buttons.start(inbox)
    try:
        broken.set()
        hand.press(Level.GOOD)  # does not raise into the library
        hand.tap(Level.POOR)
        press = inbox.next()
        assert isinstance(press, Press)
        assert press.level is Level.POOR
    finally:
        buttons.close()
    assert "taking an edge failed: OSError" in caplog.text


def test_an_error_while_judging_is_logged_and_the_thread_goes_on(
    panel: Panel, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    logic = panel.buttons._judge._logic
    good = logic.edge
    calls = iter([True])

    def edge(level: Level, down: bool, at_ns: int) -> list[InputEvent]:
        if next(calls, False):
            raise ZeroDivisionError(level)
        return good(level, down, at_ns)

    monkeypatch.setattr(logic, "edge", edge)
    panel.hand.press(Level.GOOD)
    panel.hand.tap(Level.POOR)
    press = panel.inbox.next()
    assert isinstance(press, Press)
    assert press.level is Level.POOR
    assert panel.buttons.alive()
    assert "judging an edge failed: ZeroDivisionError" in caplog.text


def test_nothing_that_is_logged_names_a_button(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    panel = Panel(held=(Level.GOOD,))
    panel.buttons.start(panel.inbox)
    for level in Level:
        panel.hand.tap(level)
    panel.inbox.next()
    panel.buttons.close()
    ours = "\n".join(record.getMessage() for record in caplog.records)
    assert "held at start" in ours
    for mark in (*map(str, PINS), *(level.name for level in Level)):
        assert mark not in ours


def test_an_idle_panel_waits_without_a_time_limit(panel: Panel) -> None:
    assert panel.buttons._wait_s() is None


def test_close_may_be_called_twice_and_repr_afterwards(panel: Panel) -> None:
    assert panel.buttons.alive()
    assert "running" in repr(panel.buttons)
    panel.buttons.close()
    panel.buttons.close()
    assert not panel.buttons.alive()
    assert "not running" in repr(panel.buttons)


def test_a_closed_panel_can_be_started_again(panel: Panel) -> None:
    panel.buttons.close()
    panel.buttons.start(panel.inbox)
    panel.hand.tap(Level.GOOD)
    assert isinstance(panel.inbox.next(), Press)


def test_a_second_start_is_refused(panel: Panel) -> None:
    with pytest.raises(RuntimeError, match="already"):
        panel.buttons.start(panel.inbox)


def test_close_from_the_emitting_thread_does_not_wait_for_itself() -> None:
    panel = Panel()
    done = threading.Event()

    def emit(_event: InputEvent) -> None:
        panel.buttons.close()
        done.set()

    panel.buttons.start(emit)
    panel.hand.tap(Level.GOOD)
    assert done.wait(LONG_S)


def test_a_busy_pin_is_named_and_every_pin_is_released_again() -> None:
    factory = MockFactory()
    other = InputDevice(PINS[3], pin_factory=factory)
    buttons = GpioButtons(GpioSettings(PINS), lambda: factory)
    with pytest.raises(GpioPinBusy, match=f"GPIO pin {PINS[3]} .*another") as caught:
        buttons.start(Inbox())
    assert isinstance(caught.value, OSError)
    assert not buttons.alive()
    other.close()
    buttons.start(Inbox())
    buttons.close()


@pytest.mark.parametrize(
    ("pins", "pull"),
    [((99, 6, 13, 19, 26), Pull.UP), ((2, 6, 13, 19, 26), Pull.DOWN)],
    ids=["no such pin", "a pin with a resistor of its own"],
)
def test_a_pin_that_cannot_be_a_button_is_named(pins: tuple[int, ...], pull: Pull) -> None:
    buttons = GpioButtons(GpioSettings(pins, pull), MockFactory)
    with pytest.raises(GpioError, match=f"GPIO pin {pins[0]} "):
        buttons.start(Inbox())


def test_without_lgpio_there_is_an_error_and_no_other_factory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    buttons = GpioButtons(GpioSettings(PINS))
    with pytest.raises(GpioUnavailable, match="lgpio"):
        buttons.start(Inbox())
    assert Device.pin_factory is None


@pytest.mark.parametrize(
    ("pins", "pull", "active", "message"),
    [
        ((5, 6, 13, 19), Pull.UP, None, "five pins"),
        ((5, 6, 13, 19, 5), Pull.UP, None, "pin 5 is given to more than one"),
        ((-1, 6, 13, 19, 5), Pull.UP, None, "from 0"),
        (PINS, Pull.UP, Active.HIGH, "cannot be high"),
        (PINS, Pull.DOWN, Active.LOW, "cannot be low"),
        (PINS, Pull.NONE, None, "must be given"),
    ],
)
def test_impossible_wirings_are_refused(
    pins: tuple[int, ...], pull: Pull, active: Active | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        GpioSettings(pins, pull, active)


@pytest.mark.parametrize(
    ("leds", "message"),
    [
        ((1, 2, 3, 4), "five different pins are needed for the lights"),
        ((1, 2, 3, 4, 4), "five different pins are needed for the lights"),
        ((1, 2, 3, 4, 19), "pin 19 is given to a button and to a light"),
        ((1, 2, 3, 4, -9), "from 0, not -9"),
    ],
)
def test_impossible_lights_are_refused(leds: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GpioSettings(PINS, leds=leds)


def test_the_factory_that_was_made_is_closed_with_the_panel() -> None:
    closed = []

    class Watched(MockFactory):  # type: ignore[misc]  # gpiozero has no types
        def close(self) -> None:
            closed.append(True)
            super().close()

    def make() -> PinFactory:
        factory: PinFactory = Watched()
        return factory

    buttons = GpioButtons(GpioSettings(PINS), make)
    buttons.start(Inbox())
    buttons.close()
    assert closed == [True]
