"""The lights of GPIO buttons: a steady glow, and one blink of all when a rating is stored."""

from collections.abc import Iterator

import pytest
from gpiozero import LED, InputDevice
from gpiozero.pins.mock import MockFactory

from hardware.events import Level, Press, WithLights
from hardware.fakes.gpio import MockButtons
from hardware.gpio import GpioButtons, GpioSettings
from hardware.lights import BLINK_NS, Blink
from tests.hardware.inbox import HandClock, Inbox, just_now, until

PINS = (5, 6, 13, 19, 26)
LEDS = (12, 16, 20, 21, 25)
ALL, NONE = [True] * 5, [False] * 5
MS = BLINK_NS // 1_000_000


class Panel:
    """Buttons with lights, on mock pins, with a clock that the test moves."""

    def __init__(self) -> None:
        settings = GpioSettings(PINS, leds=LEDS)
        self.hand = MockButtons(settings)
        self.inbox = Inbox()
        self.clock = HandClock()
        self.buttons = GpioButtons(settings, self.hand.make_factory, boottime=self.clock, age=just_now)

    def show(self, lights: list[bool]) -> bool:
        """Wait for the lights to be like that."""
        return until(lambda: self.hand.lights() == lights)


@pytest.fixture
def panel() -> Iterator[Panel]:
    panel = Panel()
    panel.buttons.start(panel.inbox)
    panel.buttons.glow(True)
    assert panel.show(ALL)
    yield panel
    panel.buttons.close()


def test_they_glow_while_a_press_would_be_kept_and_cost_no_wake_up(panel: Panel) -> None:
    assert panel.hand.lights() == ALL
    assert panel.buttons._wait_s() is None
    for lights in (NONE, ALL):
        panel.buttons.glow(lights is ALL)
        assert panel.show(lights)
        assert until(lambda: panel.buttons._wait_s() is None)
    panel.buttons.close()
    assert panel.hand.lights() == NONE


def test_all_blink_together_three_times_and_glow_again(panel: Panel) -> None:
    assert isinstance(panel.buttons, WithLights)
    panel.buttons.acknowledge()
    for lights in (NONE, ALL, NONE, ALL, NONE, ALL):
        assert panel.show(lights)
        panel.clock.forward(MS)
    assert until(lambda: panel.buttons._wait_s() is None)
    assert panel.hand.lights() == ALL


def test_they_are_dark_until_it_is_said_that_a_press_would_be_kept() -> None:
    panel = Panel()
    panel.buttons.start(panel.inbox)
    panel.hand.tap(Level.GOOD)
    panel.clock.forward(50)
    assert isinstance(panel.inbox.next(), Press)
    assert panel.hand.lights() == NONE
    panel.buttons.close()


def test_dark_is_dark_in_the_middle_of_a_blink_too_and_a_late_stored_shows_nothing(panel: Panel) -> None:
    panel.buttons.acknowledge()
    assert panel.show(NONE)
    panel.clock.forward(MS)
    panel.buttons.glow(False)
    panel.buttons.acknowledge()
    assert panel.show(NONE)
    assert until(lambda: panel.buttons._wait_s() is None)
    panel.clock.forward(MS)
    assert panel.hand.lights() == NONE


def test_a_press_alone_shows_nothing_and_buttons_work_while_the_lights_blink(panel: Panel) -> None:
    panel.hand.tap(Level.GOOD)
    panel.clock.forward(50)
    assert isinstance(panel.inbox.next(), Press)
    assert panel.hand.lights() == ALL
    panel.buttons.acknowledge()
    assert panel.show(NONE)
    panel.clock.forward(120)
    panel.hand.tap(Level.POOR)
    panel.clock.forward(50)
    press = panel.inbox.next()
    assert isinstance(press, Press)
    assert press.level is Level.POOR


def test_a_second_rating_begins_the_blink_anew() -> None:
    blink = Blink()
    assert blink.lit(0)
    assert blink.next_deadline_ns(0) is None
    blink.begin(0)
    assert [blink.lit(n * BLINK_NS) for n in range(3)] == [False, True, False]
    blink.begin(3 * BLINK_NS)
    assert [blink.lit(n * BLINK_NS) for n in range(3, 9)] == [False, True, False, True, False, True]
    assert blink.next_deadline_ns(9 * BLINK_NS) is None


def test_a_light_whose_pin_is_in_use_is_named_and_the_buttons_work(caplog: pytest.LogCaptureFixture) -> None:
    factory, inbox = MockFactory(), Inbox()
    other = InputDevice(LEDS[2], pin_factory=factory)
    buttons = GpioButtons(GpioSettings(PINS, leds=LEDS), lambda: factory)
    buttons.start(inbox)
    assert f"without their lights: GPIO pin {LEDS[2]} is in use" in caplog.text
    buttons.acknowledge()
    factory.pin(PINS[0]).drive_low()
    assert isinstance(inbox.next(), Press)
    assert "failed" not in caplog.text
    LED(LEDS[0], pin_factory=factory).close()  # the pins of the others are free again
    buttons.close()
    other.close()


def test_a_light_that_fails_makes_all_dark_is_logged_once_and_disturbs_no_button(
    panel: Panel, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_led: LED) -> None:
        raise RuntimeError("no such line")

    monkeypatch.setattr(LED, "off", fail)
    for _ in range(3):
        panel.buttons.acknowledge()
    assert panel.show(NONE)
    panel.hand.tap(Level.GOOD)
    panel.clock.forward(50)
    assert isinstance(panel.inbox.next(), Press)
    assert caplog.text.count("switching the lights of the buttons failed: RuntimeError") == 1


def test_stored_may_be_said_to_buttons_without_lights_and_to_closed_ones() -> None:
    settings, inbox = GpioSettings(PINS), Inbox()
    hand = MockButtons(settings)
    buttons = GpioButtons(settings, hand.make_factory)
    buttons.acknowledge()
    buttons.start(inbox)
    buttons.acknowledge()
    hand.tap(Level.GOOD)
    assert isinstance(inbox.next(), Press)
    buttons.close()
    buttons.acknowledge()
    buttons.start(inbox)
    buttons.close()
