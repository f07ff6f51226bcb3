"""Finds closed ledgers whose entries are not all in the one in use, and brings them in when nothing else is due."""

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger import remains
from kiosk.ledger.closing import closed_files, number_of, remembered_of
from kiosk.ledger.kinds import Draft
from kiosk.ledger.receipts import Receipts
from kiosk.ledger.remains import Remains
from kiosk.ledger.salvage import Identity, Salvage, already_salvaged

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    closed: Path
    ledger_id: bytes | None
    live: sqlite3.Connection | None
    last_seq: int


class Restorer:
    """The queue of closed ledgers to salvage, oldest first.

    A closed ledger whose salvage is complete has a marker beside it (``…closed-<n>.salvaged``), so a power cut
    in the middle resumes, and a finished one costs nothing at the next start.

    Args:
        folder: Of the ledger.
        receipts: What central holds of the closed ones need not be brought in.
    """

    def __init__(self, folder: Path, receipts: Receipts) -> None:
        self._folder = folder
        self._receipts = receipts
        self._scratch = folder / "salvage"
        self._jobs: deque[_Job] = deque()
        self._copier: threading.Thread | None = None
        self._copying: _Job | None = None
        self._copied = threading.Event()
        self._copy_failed = False
        self._salvage: Salvage | None = None
        self._done: set[Identity] | None = None

    def look_for_work(self) -> None:
        """Queue every closed ledger that is not known to be complete."""
        known = {job.closed for job in self._jobs}
        for closed in unfinished(self._folder):
            if closed not in known:
                self._jobs.append(_Job(closed, remembered_of(closed), None, 0))
        self._jobs = deque(sorted(self._jobs, key=lambda job: number_of(job.closed)))

    def add(
        self, closed: Path, ledger_id: bytes | None, live: sqlite3.Connection | None, last_seq: int
    ) -> None:
        """Queue a ledger that has just been closed. Its live connection, if any, is closed in the end."""
        # What was being salvaged went into the ledger that is closed now; it is done again, into the new one.
        self.start_over()
        self._jobs.append(_Job(closed, ledger_id, live, last_seq))
        for older in closed_files(self._folder):
            # What it has brought into the ledger that is closed now may be lost with that one.
            marker(older).unlink(missing_ok=True)
        self.look_for_work()

    def start_over(self) -> None:
        """Begin the present piece of work again: what the ledger in use carries is not what was believed."""
        if self._salvage is not None:
            self._salvage.close()
            self._salvage = None
        self._done = None

    def has_work(self) -> bool:
        """Whether something is left to salvage."""
        return bool(self._jobs)

    def step(self, connection: sqlite3.Connection) -> Iterator[list[Draft]]:
        """The next few drafts to append, if any are ready. The caller appends each before asking for more."""
        if not self._jobs:
            return
        job = self._jobs[0]
        if self._salvage is None and not self._prepared(job, connection):
            return
        salvage = self._salvage
        if salvage is None:
            return
        drafts = salvage.take()
        if drafts is not None:
            if drafts:
                yield drafts
            return
        yield [salvage.last_word()]
        if self._salvage is not salvage:
            return  # storing the last word has replaced the ledger: `add` has begun again
        salvage.close()
        self._salvage = None
        marker(job.closed).touch()
        self._drop_first()

    def _drop_first(self) -> None:
        job = self._jobs.popleft()
        if job.live is not None:
            job.live.close()

    def _prepared(self, job: _Job, connection: sqlite3.Connection) -> bool:
        if self._copier is None:
            self._copied.clear()
            self._copying = job
            self._copier = threading.Thread(target=self._copy, args=(job,), name="salvage-copy", daemon=True)
            self._copier.start()
            return False
        if not self._copied.is_set():
            return False
        self._copier = None
        if self._copying is not job:
            return False  # another one has come before it meanwhile
        if self._copy_failed:
            # No room for a copy: the others may be smaller; the next start tries this one again.
            self._drop_first()
            return False
        if self._done is None:
            self._done = already_salvaged(connection)
        found = Remains(
            job.closed,
            self._scratch,
            ledger_id=job.ledger_id,
            live=job.live,
            last_seq=job.last_seq,
        )
        self._salvage = Salvage(found, self._done, self._receipts.of(found.ledger_id))
        return True

    def _copy(self, job: _Job) -> None:
        self._copy_failed = False
        try:
            remains.copy(job.closed, self._scratch, job.ledger_id)
        except (OSError, sqlite3.Error):
            log.exception(
                "no copy of %s could be made; its entries stay there until the next start", job.closed
            )
            self._copy_failed = True
        finally:
            self._copied.set()

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


def unfinished(folder: Path) -> list[Path]:
    """The closed ledgers of a folder of which it is not known that all has been brought in."""
    return [closed for closed in closed_files(folder) if closed.exists() and not marker(closed).exists()]


def marker(closed: Path) -> Path:
    """The file that says that all of a closed ledger that could be read has been brought in."""
    return closed.with_name(closed.name + ".salvaged")
