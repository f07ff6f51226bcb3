"""Notices that the program is started again and again, so that the fifth time it tries something simpler.

A start that ended in good order does not count. Kept in a small file beside the ledger, by CLOCK_BOOTTIME.
"""

import json
import logging
from pathlib import Path

from kiosk.clock import Clock

log = logging.getLogger(__name__)

WITHIN_NS = 60_000_000_000
TOO_MANY = 5


def starts_ns(file: Path, boot_id: str) -> list[int]:
    """The starts of this boot that are remembered, CLOCK_BOOTTIME in nanoseconds."""
    try:
        content = json.loads(file.read_bytes())
        return [int(at) for at in content["starts_ns"]] if content["boot_id"] == boot_id else []
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s says nothing about earlier starts: %s", file, error)
        return []


class Starts:
    """The starts of the last minute.

    Args:
        file: Where they are kept; a file that cannot be read or written is as good as none.
        clock: For the time and the boot.
    """

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._boot_id = clock.boot_id()
        self._now_ns = clock.boottime_ns()
        self._recent = [at for at in self._read() if 0 <= self._now_ns - at < WITHIN_NS]
        self._write([*self._recent, self._now_ns])

    @property
    def is_crash_loop(self) -> bool:
        """Whether this is at least the fifth start within 60 s."""
        return len(self._recent) + 1 >= TOO_MANY

    def ended_well(self) -> None:
        """This start does not count: it ended in good order, and nothing had gone wrong."""
        self._write([at for at in self._read() if at != self._now_ns])

    def _read(self) -> list[int]:
        return starts_ns(self._file, self._boot_id)

    def _write(self, starts_ns: list[int]) -> None:
        try:
            self._file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            draft = self._file.with_name(self._file.name + ".new")
            draft.write_text(json.dumps({"boot_id": self._boot_id, "starts_ns": starts_ns}), encoding="utf-8")
            draft.rename(self._file)
        except OSError as error:
            log.warning("this start is not remembered: %s", error)
