"""Plays the tones of the levels in the headphones: ``python -m kiosk.sound.earpiece DEVICE VOLUME``, levels on a pipe.

Only on the named device. If that is not there, nobody hears a tone; there is no other device to go to.
"""

import logging
import os
import select
import sys

from hardware.events import Level
from kiosk.clock import Clock, SystemClock
from kiosk.sound.headphones import MESSAGE
from kiosk.sound.level_tone import LONGEST_S, level_tone
from kiosk.sound.player import LATE_NS, REST_S, RETRY_NS, SpeakerFailed
from kiosk.sound.speaker import MixerSpeaker

log = logging.getLogger(__name__)

_MANY = 64 * MESSAGE.size


class Earpiece:
    """One pair of headphones.

    Args:
        device: SDL's name of the output.
        volume: 1 to 100.
        clock: For what comes too late.
        rest_s: So long after the last tone the device is closed.
    """

    def __init__(self, device: str, volume: int, clock: Clock, rest_s: float = REST_S) -> None:
        self._device = device
        self._clock = clock
        self._rest_s = rest_s
        self._tones = {level: level_tone(level, volume) for level in Level}
        self._speaker: MixerSpeaker | None = None
        self._failed_ns: int | None = None

    def listen(self, fd: int) -> None:
        """Play what comes, until the other end of the pipe is closed."""
        while True:
            ready, _, _ = select.select([fd], [], [], None if self._speaker is None else self._rest_s)
            messages = os.read(fd, _MANY) if ready else None
            if not messages:
                self._shut()
            if messages == b"":
                return
            if messages:
                # Of several that waited the last one counts: whoever corrects hears what is kept.
                number, at_ns = MESSAGE.unpack(messages[-MESSAGE.size :])
                self._play(Level(number), at_ns)

    def _play(self, level: Level, at_ns: int) -> None:
        now_ns = self._clock.boottime_ns()
        resting = self._failed_ns is not None and now_ns - self._failed_ns < RETRY_NS
        if resting or now_ns - at_ns > LATE_NS:
            return
        try:
            if self._speaker is None:
                self._speaker = MixerSpeaker(self._device, LONGEST_S)
            if self._clock.boottime_ns() - at_ns <= LATE_NS:
                self._speaker.play(self._tones[level])
            self._failed_ns = None
        except SpeakerFailed as error:
            self._failed_ns = now_ns
            log.warning("no tones in the headphones: %s; they are tried again later", error)
            self._shut()

    def _shut(self) -> None:
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            try:
                speaker.close()
            except SpeakerFailed as error:
                log.info("the headphones could not be closed: %s", error)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    Earpiece(sys.argv[1], int(sys.argv[2]), SystemClock()).listen(sys.stdin.fileno())
