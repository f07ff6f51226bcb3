"""The kiosk while it runs, and while it does not, what it left behind: enough to be asked for, not to write.

Whoever is pulled from must answer also while no kiosk runs. The right to write stays free meanwhile: a kiosk that
starts must not find it taken. Only where a closed ledger waits to be brought over, and no kiosk has been seen for a
minute, is it taken for that moment, as `hailong sync once` does.
"""

import logging
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from kiosk.clock import Clock
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.evolve_file import EvolveFile, Kept
from kiosk.ledger.kinds import Kind, parse
from kiosk.ledger.reader import Reading, reading
from kiosk.ledger.restorer import unfinished
from kiosk.ledger.store import Head
from kiosk.messages import wire
from sync import source
from sync.connect import KioskLink, writer
from sync.errors import Fault, KioskAway, LocalFault
from sync.kiosk import head_of
from sync.place import Place
from sync.schedule import KIOSK_S
from sync.source import Source

log = logging.getLogger(__name__)

_Facts = tuple[tuple[int, int, int] | None, ...]
_AT_ONCE = 2_000
_AWAY_NS = 60 * 10**9


class MaybeKiosk:
    """Asks the kiosk, or looks for itself. Used by one thread.

    Args:
        place: The data folder.
        clock: The machine's clocks.
        program: Name and version, for the ledger, should something be brought over.
    """

    def __init__(self, place: Place, clock: Clock, program: str) -> None:
        self._place, self._clock, self._program = place, clock, program
        self._link: KioskLink | None = None
        self._away_ns: int | None = None
        self._copy = ExitStack()
        self._copied: tuple[_Facts, Reading] | None = None

    def ask(self, request: wire.Request) -> wire.Answer:
        """The kiosk's answer; without one, where the ledger ends. What would change the ledger has to wait."""
        link = self._connected()
        if link is not None:
            try:
                return link.ask(request)
            except KioskAway:
                self._drop()
        match request:
            case wire.GetHead():
                return self._rest()
            case wire.GetNonce():
                return wire.Nonce(secrets.token_hex(16))
            case _other:
                return wire.Later("the kiosk is not running")

    def wait(self, timeout_s: float) -> bool:
        """Wait until something is worth sending, or a kiosk has started; False when the time is up."""
        if self._link is None:
            time.sleep(min(timeout_s, KIOSK_S))
            return self._connected() is not None
        try:
            return self._link.wait(timeout_s)
        except KioskAway:
            self._drop()
            return False

    def close(self) -> None:
        """Let go of everything. May be called twice; what is asked afterwards begins anew."""
        self._drop()
        self._forget_copy()

    @contextmanager
    def opened(self, ledger_id: bytes | None = None) -> Iterator[Source]:
        """The ledger, for reading. Raises as `sync.source.opened`."""
        if self._link is not None:
            with source.opened(self._place.ledger, ledger_id) as ledger:
                yield ledger
            return
        with self._left_behind() as found:
            if ledger_id not in (None, found.ledger_id):
                raise KioskAway("another ledger has just taken the place of the one that was asked for")
            yield Source(found.connection, found.ledger_id)

    def _connected(self) -> KioskLink | None:
        if self._link is None:
            try:
                self._link = KioskLink(self._place.data_dir)
            except KioskAway:
                return None
            self._away_ns = None
            self._forget_copy()
        return self._link

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _forget_copy(self) -> None:
        self._copied = None
        self._copy.close()

    # --- without a kiosk

    def _rest(self) -> wire.Head:
        if self._is_long_away() and unfinished(self._place.ledger.parent):
            with writer(self._place.data_dir, self._clock, self._program) as own:
                head_of(own)  # brings over what closed ledgers hold
        with self._left_behind() as found:
            head, ledger = found.head(), Source(found.connection, found.ledger_id)
            tag = self._tag(ledger, head)
            enrolled, config = ledger.last(Kind.ENROLLED), ledger.last(Kind.CONFIG)
        said = {} if enrolled is None else parse(enrolled.payload)
        device, board, central = (said.get(name) for name in ("device", "board_serial", "public_key"))
        revision = 0 if config is None else parse(config.payload).get("revision")
        return wire.Head(
            ledger_id=ledger.ledger_id.hex(),
            seq=head.seq,
            hash=head.hash.hex(),
            tag=tag,
            device=device if isinstance(device, str) else None,
            central=central if isinstance(central, str) else None,
            board_serial=board if isinstance(board, str) else None,
            config_revision=revision if isinstance(revision, int) and revision >= 0 else 0,
        )

    def _is_long_away(self) -> bool:
        """Whether no kiosk is just starting, which would find the right to write taken."""
        now_ns = self._clock.boottime_ns()
        if self._away_ns is None:
            self._away_ns = now_ns
        return now_ns - self._away_ns >= _AWAY_NS

    def _tag(self, ledger: Source, head: Head) -> str | None:
        """The evolving tag at the end of the ledger, where this user may read the key and it leads there."""
        try:
            kept = EvolveFile(self._place.ledger.with_name("evolve.key")).read()
        except OSError as error:
            log.info("what is pulled without a kiosk carries no tag: %s", error)
            return None
        if kept is None or kept.ledger_id != ledger.ledger_id:
            return None
        return self._followed(kept, ledger, head)

    def _followed(self, kept: Kept, ledger: Source, head: Head) -> str | None:
        if ledger.hash_at(kept.state.seq) not in (kept.entry_hash, None):
            return None
        state = kept.state
        while state.seq < head.seq:
            entries = ledger.entries(state.seq, head.seq, _AT_ONCE)
            if not entries:
                return None
            state = state.after_all(entry.hash for entry in entries)
        return state.tag.hex() if state.seq == head.seq else None

    @contextmanager
    def _left_behind(self) -> Iterator[Reading]:
        """The ledger as it lies there; a copy of it is kept for as long as nobody writes it."""
        path, facts = self._place.ledger, self._facts()
        try:
            if self._copied is None or self._copied[0] != facts:
                self._forget_copy()
                self._copied = (facts, self._copy.enter_context(reading(path)))
            yield self._copied[1]
            if self._copied is not None and self._copied[1].in_use:
                self._forget_copy()
        except FileNotFoundError as error:
            raise KioskAway(f"there is no ledger at {path}: no kiosk has run with it") from error
        except (LedgerError, sqlite3.Error, OSError) as error:
            self._forget_copy()
            raise LocalFault(Fault.LEDGER, f"{path} cannot be read: {error}") from error

    def _facts(self) -> _Facts:
        facts: list[tuple[int, int, int] | None] = []
        for name in ("ledger.db", "ledger.db-wal"):
            try:
                found = self._place.ledger.with_name(name).stat()
            except OSError:
                facts.append(None)
            else:
                facts.append((found.st_ino, found.st_size, found.st_mtime_ns))
        return tuple(facts)
