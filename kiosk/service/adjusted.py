"""What a technician has set at the terminal itself: the volume. Stronger than the file, weaker than central's word."""

import json
import logging
from dataclasses import replace
from pathlib import Path

from kiosk.config.model import Config
from kiosk.ledger.disk import replace_file

log = logging.getLogger(__name__)

NAME = "adjusted.json"


class Adjusted:
    """One small file in the data folder; one that cannot be read says nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._volume = self._load()

    def over(self, config: Config) -> Config:
        """The configuration with it."""
        if self._volume is None:
            return config
        return replace(config, sound=replace(config.sound, volume=self._volume))

    def set_volume(self, percent: int) -> None:
        """From now on, and after the next start. Raises `OSError` where it cannot be kept: then it holds for now."""
        self._volume = percent
        self._file.parent.mkdir(mode=0o2750, parents=True, exist_ok=True)
        replace_file(self._file, json.dumps({"sound.volume": percent}).encode())

    def _load(self) -> int | None:
        try:
            volume = json.loads(self._file.read_bytes())["sound.volume"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s cannot be read; the volume is that of the configuration: %s", self._file, error)
            return None
        return volume if isinstance(volume, int) and 0 <= volume <= 100 else None
