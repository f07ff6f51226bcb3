"""Five buttons on GPIO pins, and one for the language where it is wired, through gpiozero.

An edge has the time at which the kernel saw it. The program may hear of it much later, while a picture is drawn, say;
then two edges of one bounce would seem to be far apart, and make two presses.

The library's threads only put edges on a queue; one thread of ours judges them with `ContactJudge`. It sleeps on
the queue until an edge comes or a decision is due, so an idle terminal has no wake-ups from here.

gpiozero's own `bounce_time` is not used: it means something else on every back end and can swallow a press
(gpiozero#550, #1039). The pin factory is always built explicitly, so that a missing library is an error and not
a quiet change to another one that writes registers.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import cast

from gpiozero import InputDevice

from hardware.buttons import NS_PER_S, ButtonTimings
from hardware.clock import age_ns, boottime_ns
from hardware.errors import GpioError, GpioUnavailable
from hardware.events import AnyButton, Boottime, Emit, InputEvent, Level, OtherButton, Source
from hardware.gpiochip import INSTALL_HINT, find_chip, load_lgpio
from hardware.gpiopin import PinFactory, pin_error
from hardware.judge import ContactJudge
from hardware.lights import ButtonLights
from hardware.pulse import Pulse
from hardware.safelog import hand_on, log_failure

logger = logging.getLogger(__name__)

QUEUE_LENGTH = 4096
"""Edges that may wait. A contact that chatters faster than we count must not take the memory."""

FAILURE_PAUSE_S = 0.2
"""Rest after an unexpected error, so that one that repeats cannot fill the log or the processor."""


class Pull(StrEnum):
    """The resistor that holds a pin while its button is open."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class Active(StrEnum):
    """The level of a pin while its button is pressed."""

    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class GpioSettings:
    """How the five buttons are wired.

    Attributes:
        pins: BCM numbers, from the worst level to the best.
        pull: The resistor to switch on.
        active: The level when pressed. None takes what `pull` implies; with `Pull.NONE` it must be given.
        leds: BCM numbers of the lights in the buttons, high while they shine; empty when there are none.
        language: BCM number of a sixth button, for the language, wired like the five; None when there is none.

    Raises:
        ValueError: not five different pins, two uses of one pin, or `pull` and `active` contradict each other.
    """

    pins: tuple[int, ...]
    pull: Pull = Pull.UP
    active: Active | None = None
    leds: tuple[int, ...] = ()
    language: int | None = None

    def __post_init__(self) -> None:
        if len(self.pins) != len(Level):
            raise ValueError(f"five pins are needed, one for each level, not {len(self.pins)}")
        twice = sorted({pin for pin in self.pins if self.pins.count(pin) > 1})
        if twice:
            raise ValueError(f"GPIO pin {', '.join(map(str, twice))} is given to more than one button")
        lowest = min(*self.buttons.values(), *self.leds)
        if lowest < 0:
            raise ValueError(f"GPIO pins are BCM numbers from 0, not {lowest}")
        if self.leds and len(set(self.leds)) != len(Level):
            raise ValueError(f"five different pins are needed for the lights, or none, not {self.leds}")
        shared = sorted(set(self.pins) & set(self.leds))
        if shared:
            raise ValueError(f"GPIO pin {', '.join(map(str, shared))} is given to a button and to a light")
        if self.language in (*self.pins, *self.leds):
            raise ValueError(
                f"GPIO pin {self.language} is given to the language and to another button or light"
            )
        implied = {Pull.UP: Active.LOW, Pull.DOWN: Active.HIGH, Pull.NONE: None}[self.pull]
        if implied is None and self.active is None:
            raise ValueError("without a pull resistor the active level must be given: low or high")
        if implied is not None and self.active not in (None, implied):
            raise ValueError(
                f"with pull {self.pull} a pressed button is {implied}, it cannot be {self.active}"
            )

    @property
    def buttons(self) -> dict[AnyButton, int]:
        """The BCM number of every button there is."""
        five: dict[AnyButton, int] = dict(zip(Level, self.pins, strict=True))
        return five if self.language is None else five | {OtherButton.LANGUAGE: self.language}

    @property
    def active_high(self) -> bool:
        """Whether a pin is high while its button is pressed."""
        return self.active is Active.HIGH or self.pull is Pull.DOWN


def lgpio_factory(chip: str | int | None = None) -> PinFactory:
    """The lgpio factory of gpiozero on the chip of the 40-pin header.

    Args:
        chip: Override of the chip: its label, or its number.

    Raises:
        GpioUnavailable: lgpio or its part of gpiozero cannot be loaded.
        GpioChipNotFound: no such chip.
        GpioError: the chip was found and cannot be used.
    """
    library = load_lgpio()
    found = find_chip(library, chip)
    try:
        from gpiozero.pins.lgpio import LGPIOFactory
    except ImportError as error:
        raise GpioUnavailable(f"gpiozero cannot use lgpio ({error}): {INSTALL_HINT}") from error
    try:
        factory = LGPIOFactory(chip=found.number)
    except library.error as error:
        raise GpioError(f"{found} cannot be used: {error}") from error
    logger.info("GPIO buttons on %s", found)
    return cast(PinFactory, factory)


class _Sign(Enum):
    """What wakes the thread beside an edge."""

    STOP = auto()
    STORED = auto()
    GLOW = auto()


class _Line:
    """One button's pin. `changed` runs in the library's thread."""

    def __init__(
        self,
        button: AnyButton,
        device: InputDevice,
        active_high: bool,
        put: Callable[[AnyButton, bool, float], None],
    ) -> None:
        self.button = button
        self.device = device
        self._active_high = active_high
        self._put = put

    def watch(self) -> None:
        """Have every edge reported; gpiozero keeps only a weak reference to the method."""
        pin = self.device.pin
        pin.bounce = None
        pin.edges = "both"
        pin.when_changed = self.changed

    def changed(self, stamp_s: float, state: float) -> None:
        """An edge. The pin itself says the new state: asking the device would miss edges it takes as double."""
        self._put(self.button, bool(state) == self._active_high, stamp_s)

    def is_down(self) -> bool:
        """Whether the button is pressed now."""
        return bool(self.device.is_active)

    def close(self) -> None:
        """End the reports and release the pin."""
        self.device.pin.when_changed = None
        self.device.close()


class GpioButtons:
    """The buttons on GPIO pins, an `InputSource`.

    Args:
        settings: How they are wired.
        make_factory: Builds the pin factory at `start`; it is closed at `close`. Tests give gpiozero's mock
            (`hardware.fakes.MockButtons`), the product `lgpio_factory`.
        timings: The times by which edges are judged.
        boottime: CLOCK_BOOTTIME, nanoseconds.
        age: How long ago an edge was, nanoseconds, by the stamp that the library hands on.
        pulse: Other than the usual one in tests.
    """

    source = Source.GPIO

    def __init__(
        self,
        settings: GpioSettings,
        make_factory: Callable[[], PinFactory] = lgpio_factory,
        *,
        timings: ButtonTimings | None = None,
        boottime: Boottime = boottime_ns,
        age: Callable[[float], int] = age_ns,
        pulse: Pulse | None = None,
    ) -> None:
        self._settings = settings
        self._make_factory = make_factory
        self._timings = timings
        self._boottime = boottime
        self._age = age
        self._judge = ContactJudge(Source.GPIO, self._look, timings)
        self._edges: queue.Queue[tuple[AnyButton, bool, int] | _Sign] = queue.Queue(QUEUE_LENGTH)
        self._overflowed = False
        self._lines: list[_Line] = []
        self._lights = ButtonLights(settings.leds)
        self._glows = False
        self._held_open = ExitStack()
        self._stop = threading.Event()
        self._pulse = pulse or Pulse()
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"<GpioButtons, {'running' if self.alive() else 'not running'}>"

    def start(self, emit: Emit) -> None:
        """Claim the pins and begin to emit.

        Raises:
            GpioUnavailable: lgpio cannot be loaded.
            GpioChipNotFound: no chip with the label.
            GpioPinBusy: a pin is in use.
            GpioError: a pin cannot be used for another reason.
            RuntimeError: it is running already.
        """
        if self._thread is not None:
            raise RuntimeError("the GPIO buttons were started already")
        self._stop.clear()
        self._edges = queue.Queue(QUEUE_LENGTH)
        self._judge = ContactJudge(Source.GPIO, self._look, self._timings)
        with ExitStack() as claimed:
            factory = self._make_factory()
            claimed.callback(factory.close)
            self._lines = list(self._claim_all(factory, claimed))
            self._claim_lights(factory, claimed)
            now_ns = self._boottime()  # before the pins are read: an edge after this moment is judged anew
            for line in self._lines:
                line.watch()
            held = [line.button for line in self._lines if line.is_down()]
            self._held_open = claimed.pop_all()
        if held:
            logger.warning("%d of the GPIO buttons held at start; no press until released", len(held))
        self._judge.begin(held, now_ns)
        self._thread = threading.Thread(target=self._run, args=(emit,), name="gpio-buttons", daemon=True)
        self._thread.start()

    def alive(self) -> bool:
        """Whether the thread that judges edges runs, and does not hang."""
        return self._thread is not None and self._thread.is_alive() and not self._pulse.hangs()

    def glow(self, on: bool) -> None:
        """See `hardware.events.WithLights`."""
        self._glows = on
        with suppress(queue.Full):  # a full queue wakes the thread just as well
            self._edges.put_nowait(_Sign.GLOW)

    def acknowledge(self) -> None:
        """See `hardware.events.WithLights`."""
        with suppress(queue.Full):  # edges are worth more than a blink
            self._edges.put_nowait(_Sign.STORED)

    def close(self) -> None:
        """Stop, release the pins. May be called twice, and from any thread."""
        self._stop.set()
        with suppress(queue.Full):  # a full queue wakes the thread just as well
            self._edges.put_nowait(_Sign.STOP)
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        self._held_open.close()
        self._lines = []

    def _claim_all(self, factory: PinFactory, claimed: ExitStack) -> Iterator[_Line]:
        """The five, and the one for the language if it can be had: nobody's vote depends on that."""
        for button, pin in self._settings.buttons.items():
            try:
                yield self._claim(button, pin, factory, claimed)
            except GpioError as error:
                if isinstance(button, Level):
                    raise
                logger.error("the buttons work without the one for the language: %s", error)

    def _claim(self, button: AnyButton, pin: int, factory: PinFactory, claimed: ExitStack) -> _Line:
        floating = self._settings.pull is Pull.NONE
        try:
            device = InputDevice(
                pin,
                pull_up=None if floating else self._settings.pull is Pull.UP,
                active_state=self._settings.active_high if floating else None,
                pin_factory=factory,
            )
        except Exception as error:  # back ends raise what they like here, and lgpio need not be there
            raise pin_error(pin, "a button", error) from error
        line = _Line(button, device, self._settings.active_high, self._put)
        claimed.callback(line.close)
        return line

    def _claim_lights(self, factory: PinFactory, claimed: ExitStack) -> None:
        """Buttons without their lights are still buttons."""
        self._lights = ButtonLights(self._settings.leds)
        try:
            self._lights.claim(factory)
        except GpioError as error:
            logger.error("the buttons work without their lights: %s", error)
        claimed.callback(self._lights.close)

    def _put(self, button: AnyButton, down: bool, stamp_s: float) -> None:
        """In the library's thread: must return at once and must not raise, else edges are lost."""
        try:
            self._edges.put_nowait((button, down, self._boottime() - self._age(stamp_s)))
        except queue.Full:
            if not self._overflowed:
                self._overflowed = True
                logger.warning(
                    "edges come faster than they can be judged; the pins are read again afterwards"
                )
        except Exception as error:  # noqa: BLE001 - see above; it is logged
            log_failure(logger, "taking an edge", error)

    def _run(self, emit: Emit) -> None:
        while not self._stop.is_set():
            with self._pulse.working():
                try:
                    events = self._next_events()
                except Exception as error:  # noqa: BLE001 - logged; the other buttons must go on
                    log_failure(logger, "judging an edge", error)
                    self._stop.wait(FAILURE_PAUSE_S)
                    continue
                hand_on(logger, emit, events)

    def _next_events(self) -> list[InputEvent]:
        """Sleep until there is an edge or something is due; what came of it."""
        self._lights.glow(self._glows, self._boottime())
        try:
            with self._pulse.resting():
                edge = self._edges.get(timeout=self._wait_s())
        except queue.Empty:
            return self._tick(self._boottime())
        if isinstance(edge, _Sign):
            if edge is _Sign.STORED:
                self._lights.blink(self._boottime())
            return []
        if self._overflowed:
            self._judge.lost_edges()
        return self._judge.edge(*edge, heard_ns=self._boottime())

    def _tick(self, now_ns: int) -> list[InputEvent]:
        """No edge waits. Those that found no room are made good once the pins were looked at after the last one."""
        if self._overflowed:
            self._judge.lost_edges()
        events = self._judge.tick(now_ns)
        self._overflowed = self._overflowed and self._judge.verifies
        return events

    def _wait_s(self) -> float | None:
        now_ns = self._boottime()
        moments = (self._judge.next_deadline_ns, self._lights.next_deadline_ns(now_ns))
        due = [at_ns for at_ns in moments if at_ns is not None]
        return max(0.0, (min(due) - now_ns) / NS_PER_S) if due else None

    def _look(self) -> dict[AnyButton, bool]:
        """Which of the contacts are closed now."""
        return {line.button: line.is_down() for line in self._lines}
