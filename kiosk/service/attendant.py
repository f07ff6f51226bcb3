"""Sees to what the service menu asks of the machine, on threads of its own: no stick can stop the screen."""

import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kiosk.config.phrase import Phrase
from kiosk.leaf import (
    Answer,
    ChangeSetting,
    Errand,
    Export,
    Leaf,
    PinTried,
    SeeDelivery,
    SeeSetting,
    SeeStick,
    Setting,
    Told,
    TryPin,
)
from kiosk.service.backlight import Backlight
from kiosk.service.gate import Gate
from kiosk.service.stick import NO_STICK, NoStick, Stick

log = logging.getLogger(__name__)

Reply = Callable[[Answer], None]
"""Takes an answer, from any thread."""

_PATIENCE_S = 30.0
_LONGEST_LINE, _MOST_LINES = 300, 12

READY = Phrase("A USB stick is there. Only the central server can read what is written to it.")


@dataclass(frozen=True, slots=True)
class Hands:
    """What an attendant works with.

    Attributes:
        gate: Looks at PINs.
        delivery: The command that says how the delivery is.
        stick: Writes exports.
        backlight: Of the panel; None where there is none.
        volume: How loud it is; None where that is not set here.
        set_volume: Sets it, and lets it be heard.
    """

    gate: Gate
    delivery: Sequence[str] = ()
    stick: Stick = field(default_factory=NoStick)
    backlight: Backlight | None = None
    volume: Callable[[], int | None] = lambda: None
    set_volume: Callable[[int], None] = lambda _percent: None

    @property
    def items(self) -> tuple[Leaf, ...]:
        """What the menu has."""
        found = [Leaf.STATUS, Leaf.INPUTS, Leaf.DELIVERY, Leaf.EXPORT]
        if self.backlight is not None:
            found.append(Leaf.BRIGHTNESS)
        if self.volume() is not None:
            found.append(Leaf.VOLUME)
        return (*found, Leaf.RESTART)


class Attendant:
    """One for a terminal. What takes long has a thread of its own, the rest is done in order on another."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._errands: queue.SimpleQueue[tuple[Errand, Reply]] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None

    def attend(self, errand: Errand, reply: Reply) -> None:
        """See to it and answer; returns at once."""
        if isinstance(errand, SeeDelivery | Export):
            self._begin(lambda: self._do(errand, reply))
            return
        self._errands.put((errand, reply))
        if self._worker is None:
            self._worker = self._begin(self._work)

    def _begin(self, target: Callable[[], None]) -> threading.Thread:
        # Daemons: a stick that hangs must not keep the program from ending.
        thread = threading.Thread(target=target, name="attendant", daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        while True:
            self._do(*self._errands.get())

    def _do(self, errand: Errand, reply: Reply) -> None:
        try:
            answer = answer_to(self._hands, errand)
        except Exception:
            log.exception("the service menu's %s failed", type(errand).__name__)
            answer = _failed(errand)
        if answer is not None:
            reply(answer)


def answer_to(hands: Hands, errand: Errand) -> Answer | None:
    """Do it. None = there is nothing to say. Raises `OSError` and whatever else may go wrong."""
    match errand:
        case TryPin():
            return hands.gate.try_pin(errand.pin)
        case SeeDelivery():
            return Told(Leaf.DELIVERY, _said(hands.delivery))
        case SeeStick():
            there = hands.stick.is_there()
            return Told(Leaf.EXPORT, (READY if there else NO_STICK,), offers=there)
        case Export():
            done, line = hands.stick.export()
            return Told(Leaf.EXPORT, (line,), offers=hands.stick.is_there(), done=done)
        case SeeSetting():
            return Setting(errand.leaf, _percent(hands, errand.leaf))
        case ChangeSetting():
            if errand.leaf is Leaf.VOLUME:
                hands.set_volume(errand.percent)
            elif hands.backlight is not None:
                hands.backlight.ask(errand.percent)
            return None


def _percent(hands: Hands, leaf: Leaf) -> int | None:
    if leaf is Leaf.VOLUME:
        return hands.volume()
    return None if hands.backlight is None else hands.backlight.percent()


def _said(command: Sequence[str]) -> tuple[Phrase, ...]:
    """What one of our commands prints, in the terminal's language."""
    done = subprocess.run(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S, check=False
    )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    if done.returncode != 0 and not lines:
        log.warning("%s ended with %d: %r", command[-2:], done.returncode, done.stderr[-500:])
        return (_UNKNOWN,)
    said = [line.strip()[:_LONGEST_LINE] for line in lines if line.strip()]
    return tuple(Phrase("{text}", {"text": line}) for line in said[:_MOST_LINES])


_UNKNOWN = Phrase("That cannot be found out just now. Try again, or run “sudo hailong status”.")
_NOT_DONE = Phrase("The export failed. Take another stick, or run “sudo hailong doctor”.")


def _failed(errand: Errand) -> Answer | None:
    match errand:
        case TryPin():
            return PinTried(right=False)
        case SeeDelivery():
            return Told(Leaf.DELIVERY, (_UNKNOWN,))
        case SeeStick():
            return Told(Leaf.EXPORT, (_UNKNOWN,))
        case Export():
            return Told(Leaf.EXPORT, (_NOT_DONE,), offers=True, done=False)
        case SeeSetting() | ChangeSetting():
            return Setting(errand.leaf, None)
