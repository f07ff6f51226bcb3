"""Keeps a ledger going: opens it, replaces one that cannot go on, sees to the disk, salvages the old ones.

Used on the writer thread only. Whatever happens to the file, the answer is either "stored" or a fault with a
code, and a press after it finds a ledger to go into.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from kiosk.clock import Clock
from kiosk.faults import FaultCode
from kiosk.ledger import chain, closing, schema, store
from kiosk.ledger.ailments import Ailments
from kiosk.ledger.answers import News
from kiosk.ledger.chain import Entry
from kiosk.ledger.continuity import Continuity
from kiosk.ledger.disk import Disk, fault_of, sync_folder
from kiosk.ledger.errors import LedgerLocked, LedgerUnreadable, StoreFailed
from kiosk.ledger.kinds import VOTES, Draft, Kind
from kiosk.ledger.lock import WriterLock
from kiosk.ledger.membership import NOTHING_LOCAL, Local
from kiosk.ledger.outage import Outage
from kiosk.ledger.restorer import Restorer
from kiosk.ledger.store import Head, Ledger
from kiosk.ledger.unconfirmed import Unconfirmed
from kiosk.ledger.verify import Verdict
from kiosk.ledger.watch import Touched

log = logging.getLogger(__name__)


class Keeper:
    """The ledger of one folder, kept going.

    Args:
        folder: ``<data_dir>/ledger``; made when missing.
        clock: The machine's clocks.
        program: Name and version of who writes, for the `boot` entry.
        local: What this terminal makes of a configuration of central's.

    Attributes:
        lasting: What outlives a ledger.
        ailments: The faults that are going on.
    """

    def __init__(self, folder: Path, clock: Clock, program: str, local: Local = NOTHING_LOCAL) -> None:
        self.folder = folder
        self.path = folder / "ledger.db"
        self.clock = clock
        self.lasting = Continuity(folder, clock, program, local)
        self.ailments = Ailments()
        self._disk = Disk(folder)
        self._lock: WriterLock | None = None
        self._ledger: Ledger | None = None
        self._restorer = Restorer(folder, self.lasting.receipts)
        self._head: Head | None = None
        self._attempt: list[Entry] = []
        self._unconfirmed = Unconfirmed()
        self._news: News | None = None
        self._outage = Outage()
        self._booted = False

    @property
    def ledger_id(self) -> bytes | None:
        """The id of the ledger in use; None while none is open."""
        return None if self._ledger is None else self._ledger.ledger_id

    @property
    def ledger(self) -> Ledger:
        """The ledger in use. Raises `StoreFailed` while none is open."""
        if self._ledger is None:
            raise StoreFailed(FaultCode.LEDGER_ERROR, "the ledger is not open")
        return self._ledger

    @property
    def head(self) -> Head:
        """The end of the chain as this program wrote it."""
        return self._head or Head(0, chain.GENESIS)

    def claim(self) -> None:
        """Take the right to write before anything is shown; a disk that does not allow it now is `open`'s matter.

        Raises:
            LedgerLocked: Another program is the writer.
            LedgerNewer: The ledger belongs to a newer program.
        """
        try:
            self._take_lock()
        except LedgerLocked:
            raise
        except OSError as error:
            log.warning("the right to write cannot be had yet: %s", error)
        store.refuse_newer(self.path)

    def open(self) -> None:
        """Take the right to write, open or make the ledger, write the `boot` entry.

        Raises:
            LedgerLocked: Another program is the writer.
            LedgerNewer: The ledger belongs to a newer program.
            StoreFailed: The disk does not allow it now; may be called again.
        """
        try:
            self._take_lock()
            closing.finish(self.folder)
            if self._ledger is None:
                self._open_or_replace()
            self._disk.load_ballast()
            if not self._booted:
                self._say_boot()
        except OSError as error:
            raise _failed(error) from error
        self._restorer.look_for_work()

    def _say_boot(self) -> None:
        """Write the `boot` entry, the first thing that shows whether an old ledger takes entries at all."""
        try:
            self._append_opening()
        except LedgerUnreadable as error:
            self.condemn(str(error))
        self._booted = True

    def _take_lock(self) -> None:
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        if self._lock is not None and not self._lock.is_of_the_path():
            self._lock.close()
            self._lock = None
        if self._lock is None:
            # The folder's own name too must outlive a power cut; a start that was killed may have left it unsynced.
            sync_folder(self.folder.parent)
            self._lock = WriterLock(self.folder / "ledger.lock")

    def _open_or_replace(self) -> None:
        if not self._booted:
            store.refuse_newer(self.path)
        self.lasting.load()
        try:
            # SQLite must not even see an empty file: it would drop the WAL that belongs to it.
            if not self.path.exists() or self.path.stat().st_size < schema.PAGE_BYTES:
                raise LedgerUnreadable("the file is missing or empty")
            self._ledger = Ledger(self.path, self.clock, self._head)
            self._recognise(self._ledger)
            self._head = self._ledger.head
            if closing.remembered(self.folder) is None:  # the power was cut just after the ledger was made
                closing.remember(self.folder, self._ledger.ledger_id)
        except LedgerUnreadable as error:
            self.condemn(str(error))

    def _recognise(self, ledger: Ledger) -> None:
        try:
            self.lasting.recognise(ledger)
        except StoreFailed:
            self._let_go()
            raise

    def condemn(self, reason: str) -> None:
        """Put the present ledger aside, if there ever was one, and begin a new one; what the old one held is salvaged.

        Raises:
            StoreFailed: The disk does not allow it now.
        """
        try:
            self._take_lock()
            self._close_ledger(reason)
            ledger_id = store.create(self.path)
            closing.remember(self.folder, ledger_id)
            self._ledger = Ledger(self.path, self.clock)
            self._head = self._ledger.head
            self._recognise(self._ledger)
            self._append_opening()
            self._disk.try_to_load_ballast()
        except LedgerUnreadable as error:
            # A file made this moment: whoever damages it so fast would do it again; `recover` tries later.
            raise StoreFailed(FaultCode.LEDGER_ERROR, str(error)) from error
        except OSError as error:
            raise _failed(error) from error
        self._booted = True

    def _close_ledger(self, reason: str) -> None:
        """Put the present ledger aside, if there ever was one, and queue what it held for salvage."""
        old_id = self.ledger_id or closing.remembered(self.folder) or self.lasting.tags.ledger_id
        # A WAL without its database counts: it would be taken for the new ledger's own.
        leftovers = any((self.folder / f"ledger.db{suffix}").exists() for suffix in ("", "-wal"))
        if not leftovers and old_id is None:
            return
        log.error("the ledger cannot go on: %s; it is kept, and a new one begins", reason)
        live, self._ledger, self._booted = self._ledger, None, False
        closed = closing.put_aside(self.folder)
        last_seq = self.lasting.closed(closed, reason, old_id, self.head.seq)
        self._head = None
        self._restorer.add(closed, old_id, None if live is None else live.connection, last_seq)

    def _append_opening(self) -> None:
        self.lasting.opened(self._append(self.lasting.opening(self.ledger)))

    def append(self, drafts: Sequence[Draft], ref: int | None = None) -> list[Entry]:
        """Store entries; when this returns they are on the disk.

        A ledger that turns out to be beyond use is replaced, and the entries go into the new one.

        Args:
            drafts: Stored in one transaction.
            ref: What `late` shall call them, should they turn out to be stored after an error.

        Raises:
            StoreFailed: They are not stored. `recover` brings the ledger back, and `late` tells whether
                they reached the disk after all.
        """
        try:
            if self._lock is not None and not self._lock.is_of_the_path():
                self._take_lock()  # somebody removed it: another program could have become a writer
            if any(draft.kind in VOTES for draft in drafts) and not self._has_room():
                raise StoreFailed(FaultCode.DISK_FULL, "less room than the reserve")
            try:
                return self._attempted(drafts, ref)
            except LedgerUnreadable as error:
                self.condemn(str(error))
                return self._attempted(drafts, ref)
        except LedgerUnreadable as error:
            raise StoreFailed(FaultCode.LEDGER_ERROR, str(error)) from error
        except StoreFailed:
            raise
        except OSError as error:
            raise StoreFailed(fault_of(error), str(error)) from error

    def _has_room(self) -> bool:
        try:
            return self._disk.has_room()
        except FileNotFoundError:
            return True  # the folder is gone: the append will notice, and make a new one

    def _attempted(self, drafts: Sequence[Draft], ref: int | None) -> list[Entry]:
        try:
            return self._append(drafts)
        except StoreFailed as error:
            # The disk may have taken the transaction and failed only to say so.
            if ref is not None and self._attempt:
                self._unconfirmed.add(ref, self._attempt)
            raise self._disk.explained(error) from error

    def _append(self, drafts: Sequence[Draft]) -> list[Entry]:
        self._attempt = []
        ledger = self.ledger
        self._attempt = ledger.chained(drafts)
        ledger.append(self._attempt)
        self._head = ledger.head
        self.ailments.note(drafts)
        urgent = any(draft.kind is not Kind.CLOCK_ANCHOR for draft in drafts)
        self._news = News(ledger.head.seq, urgent or (self._news is not None and self._news.urgent))
        return self._attempt

    def news(self) -> News | None:
        """What was appended since this was asked last; None = nothing."""
        news, self._news = self._news, None
        return news

    def follow(self) -> bool:
        """Tag what was appended, on no vote's way; whether there is more to tag."""
        return self._ledger is not None and self.lasting.tags.follow(self._ledger)

    def explained(self, error: StoreFailed) -> StoreFailed:
        """See `Disk.explained`."""
        return self._disk.explained(error)

    def give_way(self, code: FaultCode) -> None:
        """After a failure: let go of the connection, free the ballast, and try to write the `fault` entry."""
        self._outage.begin(code, self.clock.boottime_ns())
        self._let_go()
        try:
            if code is FaultCode.DISK_FULL:
                self._disk.drop_ballast()
            self._take_lock()
            closing.finish(self.folder)
            self._open_or_replace()
            if not self._booted:
                self._say_boot()
            self._append([self._outage.beginning(code)])
            self._outage.told(code)
            self._unconfirmed.confirm(self._holds)
        except (OSError, LedgerUnreadable) as error:
            log.warning("the fault could not be written to the ledger yet: %s", error)

    def _let_go(self) -> None:
        """Close the connection, unless its file is gone: then only the connection can still read it."""
        if self._ledger is not None and self.path.exists():
            self._ledger.close()
            self._ledger = None

    def _holds(self, entry: Head) -> bool:
        return self._ledger is not None and self._ledger.holds(entry)

    def late(self) -> list[tuple[int, list[Entry]]]:
        """Failed appends that reached the disk after all, each with its `ref`; each is told once."""
        return self._unconfirmed.late()

    def recover(self, code: FaultCode) -> None:
        """Try whether votes can be kept again; on return they can.

        Raises:
            StoreFailed: Not yet.
        """
        self._outage.begin(code, self.clock.boottime_ns())
        try:
            self._disk.prove_writable()
            if not self._disk.has_room():
                raise StoreFailed(FaultCode.DISK_FULL, "less room than the reserve")
        except OSError as error:
            if isinstance(error, StoreFailed):
                raise
            if not isinstance(error, FileNotFoundError):  # then `open` makes the folder again
                raise StoreFailed(fault_of(error), str(error)) from error
        # A connection from before may belong to a disk that has been mounted again since, or be read-only still.
        self._let_go()
        self.open()
        self.append(self._outage.whole_story())
        self._outage.over()
        self._unconfirmed.confirm(self._holds)

    def look(self) -> Touched:
        """Whether somebody else touched the files, or the disk is in trouble, since the last entry.

        Raises:
            StoreFailed: There is no room for a vote, or the disk takes nothing.
        """
        if self._ledger is None:
            return Touched.NOT
        try:
            if not self._disk.has_room():
                raise StoreFailed(FaultCode.DISK_FULL, "less room than the reserve")
        except FileNotFoundError:
            return Touched.BEYOND_USE
        touched = self._ledger.watch.look()
        if touched is not Touched.SLIGHTLY:
            return touched
        try:
            # SQLite checks the log's own checksums only when it recovers, and would then drop everything behind
            # the first wrong one. Once it is in the database, the walk of the chain sees what the disk has.
            if not self._ledger.empty_log():
                return Touched.NOT  # somebody is reading; the next look finds the files as touched as now
        except LedgerUnreadable:
            return Touched.BEYOND_USE
        self._ledger.watch.settle()
        return touched

    def verified(self, verdict: Verdict, duration_ms: int) -> None:
        """Write the result of the check at start, and replace the ledger if it failed.

        Raises:
            StoreFailed: The result could not be written.
        """
        if not verdict.intact:
            self.condemn(f"check at start: entry {verdict.first_bad}: {verdict.reason}")
        self.append([Draft(Kind.VERIFIED, verdict.body() | {"duration_ms": duration_ms})])

    def has_salvage(self) -> bool:
        """Whether closed ledgers wait to be salvaged."""
        return self._restorer.has_work()

    def salvage(self) -> None:
        """Do a little of the salvage.

        Raises:
            StoreFailed: The disk does not allow it now.
        """
        if self._ledger is None:
            return
        try:
            for drafts in self._restorer.step(self._ledger.connection):
                self.append(drafts)
        except StoreFailed:
            # Whether this batch reached the disk is not known: what the ledger then holds will say.
            self._restorer.start_over()
            raise

    def close(self, *, clean: bool) -> None:
        """Close; with `clean`, the chain says so first. May be called twice."""
        try:
            if self._ledger is not None and clean:
                self.append([Draft(Kind.SHUTDOWN)])
                while self.follow():
                    pass
                self.lasting.settle()
        finally:
            if self._ledger is not None:
                self._ledger.close()
                self._ledger = None
            self._restorer.close()
            if self._lock is not None:
                self._lock.close()
                self._lock = None


def _failed(error: OSError) -> OSError:
    """An error of the operating system in the ledger's words."""
    kept = isinstance(error, StoreFailed | BlockingIOError)
    return error if kept else StoreFailed(fault_of(error), str(error))
