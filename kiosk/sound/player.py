"""Plays the acknowledgement on a thread of its own. Whatever the sound card does, nobody waits for it.

The card is opened when a visit begins, because some take a while, and closed when nothing was asked for a while:
an open card wakes the processor dozens of times a second. The thread begins when the terminal is ready, or with the
first visit.
"""

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Protocol

from kiosk.clock import Clock

log = logging.getLogger(__name__)

REST_S = 8.0
"""So long after the last request the card is closed."""

LATE_NS = 1_500_000_000
"""A sound that would come later than this after the thank-you is left out: it would seem to answer something else."""

RETRY_NS = 600_000_000_000
"""After a failure the card is left alone for so long: it is a plug that somebody may put in, not a fault to chase."""

_WAITING = 4
_FAREWELL_S = 2.0


class SpeakerFailed(OSError):
    """There is no sound card, or it has gone."""


class Speaker(Protocol):
    """An open sound card."""

    def play(self, pcm: bytes) -> None:
        """Begin to play and return. Raises `SpeakerFailed`."""

    def close(self) -> None:
        """Give the card back. Raises `SpeakerFailed`."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is heard, and when.

    Attributes:
        pcm: Makes what is played; takes a while. None = nothing is ever heard.
        quiet: Whether no sound is wanted at a wall time, nanoseconds.
    """

    pcm: Callable[[], bytes] | None
    quiet: Callable[[int], bool] = lambda _wall_ns: False


class Sound(Protocol):
    """What the loop asks for; every method returns at once and raises nothing."""

    def tune(self, tuning: Tuning) -> None:
        """Sound so from now on."""

    def warm(self) -> None:
        """Nobody is there yet: make what the first thank-you will need."""

    def prepare(self) -> None:
        """A thank-you may follow."""

    def play(self) -> None:
        """The thank-you is there."""

    def close(self) -> None:
        """End; may be called twice."""


class Silence:
    """A terminal without sound."""

    def tune(self, tuning: Tuning) -> None:
        """Nothing to tune."""

    def warm(self) -> None:
        """Nothing to make."""

    def prepare(self) -> None:
        """Nothing to prepare."""

    def play(self) -> None:
        """Nothing to play."""

    def close(self) -> None:
        """Nothing to end."""


class _Request(Enum):
    WARM = auto()
    PREPARE = auto()
    PLAY = auto()
    END = auto()


class Player:
    """A `Sound` that can be heard. While its tuning has nothing to hear it loads nothing and has no thread.

    Args:
        open_speaker: Opens the card; called on the player's thread. Raises `SpeakerFailed`.
        tuning: What to play, and when.
        clock: For lateness and for the quiet hours.
        rest_s: So long after the last request the card is closed.
    """

    def __init__(
        self,
        open_speaker: Callable[[], Speaker],
        tuning: Tuning,
        clock: Clock,
        rest_s: float = REST_S,
    ) -> None:
        self._open_speaker = open_speaker
        self._tuning = tuning
        self._clock = clock
        self._rest_s = rest_s
        self._requests: queue.Queue[tuple[_Request, int]] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None
        self._pcm: tuple[Tuning, bytes] | None = None
        self._speaker: Speaker | None = None
        self._failed_ns: int | None = None
        self._warned = False

    def tune(self, tuning: Tuning) -> None:
        """Sound so from the next request on; what is being played ends as it began."""
        self._tuning = tuning

    def warm(self) -> None:
        """Make the sound: it takes a while, and the first citizen's screen would have to wait for it."""
        self._ask(_Request.WARM, begin=True)

    def prepare(self) -> None:
        """A thank-you may follow: open the card."""
        self._ask(_Request.PREPARE, begin=True)

    def _begin(self) -> None:
        if self._thread is None:
            # A daemon: a driver that hangs must not keep the program from ending.
            self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
            self._thread.start()

    def play(self) -> None:
        """Play it now, or not at all."""
        self._ask(_Request.PLAY)

    def close(self) -> None:
        """Let a sound that has begun end, for a moment."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._ask_to_end()
            thread.join(_FAREWELL_S)

    def _ask(self, request: _Request, *, begin: bool = False) -> None:
        if self._tuning.pcm is None:
            return
        if begin:
            self._begin()
        # A card that hangs leaves requests waiting; those that do not fit are not missed.
        with suppress(queue.Full):
            self._requests.put_nowait((request, self._clock.boottime_ns()))

    def _ask_to_end(self) -> None:
        end = (_Request.END, self._clock.boottime_ns())
        try:
            self._requests.put_nowait(end)
        except queue.Full:  # the card hangs: what waits for it is not worth waiting for
            with suppress(queue.Empty):
                while True:
                    self._requests.get_nowait()
            self._requests.put_nowait(end)

    def _run(self) -> None:
        while True:
            try:
                # Nothing is open: sleep without limit, so that an idle terminal has no wake-ups from here.
                request, at_ns = self._requests.get(timeout=None if self._speaker is None else self._rest_s)
            except queue.Empty:
                self._guarded(self._shut)
                continue
            if request is _Request.END:
                self._guarded(self._shut)
                return
            self._guarded(partial(self._serve, request, at_ns))

    def _guarded(self, work: Callable[[], None]) -> None:
        """A card that fails costs the sound, once with a warning; voting goes on either way."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - drivers raise what they like; it is logged
            self._failed_ns = self._clock.boottime_ns()
            if not self._warned:
                self._warned = True
                log.warning("no sound: %s; it is tried again later", error)
            self._abandon()

    def _abandon(self) -> None:
        """Close what has failed: an open card would go on waking the processor."""
        try:
            self._shut()
        except Exception as error:  # noqa: BLE001 - as above
            log.info("the sound card could not be closed either: %s", error)

    def _serve(self, request: _Request, at_ns: int) -> None:
        tuning = self._tuning
        if tuning.pcm is None:
            return
        if self._pcm is None or self._pcm[0] is not tuning:
            self._pcm = tuning, tuning.pcm()
        if request is _Request.WARM:
            return
        now_ns = self._clock.boottime_ns()
        if self._failed_ns is not None and now_ns - self._failed_ns < RETRY_NS:
            return
        if tuning.quiet(self._clock.wall_ns()):
            return
        if self._speaker is None:
            self._speaker = self._open_speaker()
            self._failed_ns = None
        if request is _Request.PLAY and self._clock.boottime_ns() - at_ns <= LATE_NS:
            self._speaker.play(self._pcm[1])
            self._warned = False  # it could be heard: the next failure is news

    def _shut(self) -> None:
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            speaker.close()
