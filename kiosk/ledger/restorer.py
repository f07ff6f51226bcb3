"""Finds closed ledgers whose entries are not all in the one in use, and brings them in when nothing else is due."""

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.ledger import remains
from kiosk.ledger.closing import closed_files
from kiosk.ledger.kinds import Draft
from kiosk.ledger.remains import Remains
from kiosk.ledger.salvage import Identity, Salvage, already_salvaged

log = logging.getLogger(__name__)

_BATCH = 100


@dataclass(slots=True)
class _Job:
    closed: Path
    ledger_id: bytes | None
    live: sqlite3.Connection | None
    last_seq: int
    copied: threading.Event = field(default_factory=threading.Event)
    copy_failed: bool = False


class Restorer:
    """The queue of closed ledgers to salvage, oldest first.

    A closed ledger whose salvage is complete has a marker beside it (``…closed-<n>.salvaged``), so a power cut
    in the middle resumes, and a finished one costs nothing at the next start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scratch = folder / "salvage"
        self._jobs: deque[_Job] = deque()
        self._copier: threading.Thread | None = None
        self._salvage: Salvage | None = None
        self._done: set[Identity] | None = None

    def look_for_work(self) -> None:
        """Queue every closed ledger that is not known to be complete."""
        known = {job.closed for job in self._jobs}
        for closed in closed_files(self._folder):
            if closed not in known and closed.exists() and not _marker(closed).exists():
                self.add(closed, None, None, 0)

    def add(
        self, closed: Path, ledger_id: bytes | None, live: sqlite3.Connection | None, last_seq: int
    ) -> None:
        """Queue a ledger that has just been closed. Its live connection, if any, is closed in the end."""
        if self._salvage is not None:
            # It was writing into the ledger that is closed now; its work is done again, into the new one.
            self._salvage.close()
            self._salvage = None
        self._done = None
        self._jobs.append(_Job(closed, ledger_id, live, last_seq))
        for job in self._jobs:
            # What they brought into the closed ledger may be lost with it.
            _marker(job.closed).unlink(missing_ok=True)

    def has_work(self) -> bool:
        """Whether something is left to salvage."""
        return bool(self._jobs)

    def step(self, connection: sqlite3.Connection, newborn: Path) -> Iterator[list[Draft]]:
        """The next few drafts to append, if any are ready. The caller appends each before asking for more."""
        if not self._jobs:
            return
        job = self._jobs[0]
        if self._salvage is None and not self._prepared(job, connection, newborn):
            return
        if self._salvage is None:
            return
        drafts = self._salvage.take(_BATCH)
        if drafts:
            yield drafts
            return
        yield [self._salvage.last_word()]
        self._salvage.close()
        self._salvage = None
        _marker(job.closed).touch()
        self._jobs.popleft()

    def _prepared(self, job: _Job, connection: sqlite3.Connection, newborn: Path) -> bool:
        if self._copier is None:
            self._copier = threading.Thread(target=self._copy, args=(job,), name="salvage-copy", daemon=True)
            self._copier.start()
            return False
        if not job.copied.is_set():
            return False
        self._copier = None
        if job.copy_failed:
            # No room for a copy: stay in the queue behind the others; the next start tries again.
            self._jobs.popleft()
            return False
        if self._done is None:
            self._done = already_salvaged(connection)
        found = Remains(
            job.closed,
            self._scratch,
            ledger_id=job.ledger_id,
            newborn=newborn,
            live=job.live,
            last_seq=job.last_seq,
        )
        self._salvage = Salvage(found, self._done)
        return True

    def _copy(self, job: _Job) -> None:
        try:
            remains.copy(job.closed, self._scratch)
        except OSError:
            log.exception(
                "no copy of %s could be made; its entries stay there until the next start", job.closed
            )
            job.copy_failed = True
        job.copied.set()

    def close(self) -> None:
        """Let go of everything; what is not finished is resumed at the next start."""
        if self._copier is not None:
            self._copier.join()
            self._copier = None
        if self._salvage is not None:
            self._salvage.close()
            self._salvage = None
        for job in self._jobs:
            if job.live is not None:
                job.live.close()
        self._jobs.clear()


def _marker(closed: Path) -> Path:
    return closed.with_name(closed.name + ".salvaged")
