"""The sound card, through pygame's mixer: the only module that loads it, on the player's thread."""

import os
import time

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # its greeting would be a line on standard output
os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")  # SIGTERM is the program's

import pygame

from kiosk.sound.player import SpeakerFailed
from kiosk.sound.tone import LENGTH_S, RATE_HZ

_BUFFER = 1024
_POLL_S = 0.02


class MixerSpeaker:
    """A sound output, open. There is one mixer in a process, so there is one output.

    Args:
        device: SDL's name of it; None: the system's own choice. A name that is not there is never replaced.
        longest_s: Of what is played on it.

    Raises:
        SpeakerFailed: There is none, or it cannot be opened.
    """

    def __init__(self, device: str | None = None, longest_s: float = LENGTH_S) -> None:
        self._longest_s = longest_s
        try:
            # One channel of 16 bits, whatever the card has: SDL converts.
            pygame.mixer.init(RATE_HZ, -16, 1, _BUFFER, devicename=device, allowedchanges=0)
        except pygame.error as error:
            raise SpeakerFailed(
                f"the sound output {device or 'of the system'} cannot be opened ({error})"
            ) from error
        self._sounds: dict[bytes, pygame.mixer.Sound] = {}
        self._channel: pygame.mixer.Channel | None = None

    def play(self, pcm: bytes) -> None:
        """Begin to play. A sound that still runs begins anew. Raises `SpeakerFailed`."""
        try:
            if pcm not in self._sounds:
                self._sounds[pcm] = pygame.mixer.Sound(buffer=pcm)
            pygame.mixer.stop()
            self._channel = self._sounds[pcm].play()
        except pygame.error as error:
            raise SpeakerFailed(f"the sound card does not play ({error})") from error

    def close(self) -> None:
        """Give the card back, once what has begun is over (a card that has gone never says so)."""
        end_s = time.monotonic() + self._longest_s
        try:
            while self._channel is not None and self._channel.get_busy() and time.monotonic() < end_s:
                time.sleep(_POLL_S)
            pygame.mixer.quit()
        except pygame.error as error:
            raise SpeakerFailed(f"the sound card cannot be closed ({error})") from error
