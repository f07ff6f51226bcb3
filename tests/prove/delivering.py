"""A terminal of `scripts/prove delivery`: the product's ledger, the product's delivery, and a clock that runs fast."""

import random
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import psycopg

from central.embedded import EmbeddedError
from kiosk.ledger.chain import Entry
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.office import Office
from kiosk.messages import wire
from sync.connect import OwnKiosk
from sync.contact import Settings
from sync.enrolling import enrol
from sync.errors import SyncError
from sync.once import deliver
from sync.place import Place
from sync.run import Runner
from sync.store import Store
from sync.tickets import ticket
from sync.transport import Limits
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import stored, vote
from tests.prove.served_central import Central, Row

PROGRAM = "hailong prove"
PATIENT = Limits(connect_s=2.0, read_s=3.0, total_s=4.0)
_CASTS_A_LIFE = 250
"""So many times something is stored before the machine is switched off and on."""

_SIZES = (1, 1, 2, 3, 5, 8, 12, 20)
_BACKLOG = 700
_RECENT = 40
_LEFT_S = 1.5


class Disagreement(Exception):
    """The terminal believes what is not so, or something is lost, doubled, or in another order."""


@dataclass
class Cast:
    """What the ledger has acknowledged.

    Attributes:
        levels: Of each rating, by its seq, after its corrections.
        entries: How many votes (ratings and corrections).
    """

    levels: dict[int, int] = field(default_factory=dict)
    entries: int = 0


class Link:
    """The kiosk as `hailong sync run` sees it, in this process; while it is waited for, people vote.

    Args:
        terminal: Whose.
    """

    def __init__(self, terminal: "Terminal") -> None:
        self._terminal = terminal
        self._kiosk = OwnKiosk(Office(terminal.keeper))

    def ask(self, request: wire.Request) -> wire.Answer:
        """See `sync.kiosk.Kiosk`."""
        return self._kiosk.ask(request)

    def wait(self, timeout_s: float) -> bool:
        """Time passes, all at once."""
        self._terminal.clock.advance(timeout_s)
        self._terminal.cast()
        self._terminal.leave_time()
        return True

    def close(self) -> None:
        """Nothing is open."""


class Terminal:
    """One, used by one thread.

    Args:
        central: Where it belongs.
        data: Its data folder.
        seed: For every decision.
    """

    def __init__(self, central: Central, data: Path, seed: str) -> None:
        self._central = central
        self._dice = random.Random(seed)  # noqa: S311 - to be repeatable
        self.clock = FakeClock()
        self.settings = Settings(Place(data), "", "", PROGRAM, self.clock, PATIENT)
        self.cast_so_far = Cast()
        self.sync_kills = 0
        self.contacts = 0
        self.looks = 0
        self._boots = 0
        self._onlooker: psycopg.Connection[Row] | None = None
        self.device, code = central.device(f"Quầy {data.name}")
        enrol(self.settings, ticket(central.public_url, code), self.settings.place.key_or_new())

    def begin(self) -> None:
        """The machine is switched on; from now on only this thread uses it."""
        self._boots += 1
        self.clock.reboot(f"boot-{self._boots}", 400 * 10**9)
        self.keeper = Keeper(self.settings.place.data_dir / "ledger", self.clock, PROGRAM)
        self.keeper.open()
        self._casts = 0
        self._runner = Runner(
            self.settings, lambda: Link(self), self._dice.random, pause=lambda s: self.clock.advance(s)
        )

    def cast(self) -> None:
        """Some people vote; some of them think better of it."""
        size = _BACKLOG if self._dice.random() < 0.002 else self._dice.choice(_SIZES)
        drafts: list[Draft] = []
        for _ in range(size):
            recent = list(self.cast_so_far.levels)[-_RECENT:] if self._dice.random() < 0.1 else []
            level = self._dice.randint(1, 5)
            drafts.append(
                Draft(Kind.CORRECTION, {"of": self._dice.choice(recent), "level": level, "source": "touch"})
                if recent
                else vote(level)
            )
        for entry, draft in zip(self.keeper.append(drafts), drafts, strict=True):
            of = draft.body.get("of", entry.seq)
            assert isinstance(of, int)
            self.cast_so_far.levels[of] = int(str(draft.body["level"]))
        self.cast_so_far.entries += size
        self.keeper.follow()
        self._casts += 1

    def leave_time(self) -> None:
        """Between votes and their push, for whoever fetches."""
        if self.settings.pull:
            time.sleep(self._dice.uniform(0.0, _LEFT_S))

    def step(self) -> None:
        """A contact, with what comes before it. Raises `Disagreement`."""
        if self._casts >= _CASTS_A_LIFE:
            self.end_life()
            self.begin()
        self._runner.step()
        self.contacts += 1
        self.look()
        time.sleep(0)

    def end_life(self) -> None:
        """The machine is switched off."""
        while self.keeper.follow():
            pass
        self.keeper.close(clean=True)

    def look(self) -> None:
        """Whether central holds what the terminal believes it holds. Raises `Disagreement`."""
        with Store(self.settings.place.database) as store:
            believed = store.cursor(self.keeper.ledger.ledger_id)
        if believed.seq == 0:
            return
        sql = "SELECT hash FROM central_entry WHERE device_id = %s AND ledger_id = %s AND seq = %s"
        try:
            if self._onlooker is None:
                self._onlooker = self._central.connect()
            values = (self.device, self.keeper.ledger.ledger_id, believed.seq)
            row = self._onlooker.execute(sql, values).fetchone()
        except (psycopg.Error, OSError, EmbeddedError):
            self._onlooker = None  # PostgreSQL is killed now and then, and cannot be asked
            return
        self.looks += 1
        if row is None or bytes(row[0]) != believed.hash:
            raise Disagreement(f"it believes central has {believed.seq} entries, and central has not")

    def kill_sync(self, after_s: float) -> None:
        """`hailong sync once`'s work in a process of its own, killed in the middle."""
        self.cast()
        self.end_life()
        child = get_context("forkserver").Process(target=deliver_once, args=(self.settings,))
        child.start()
        child.join(after_s)
        child.kill()
        child.join()
        self.sync_kills += 1
        self.begin()

    def drain(self, most: int) -> None:
        """Until nothing is waiting. Raises `Disagreement` when so many contacts do not suffice."""
        last: SyncError | None = None
        for _ in range(most):
            try:
                found = deliver(self.settings)
            except SyncError as error:
                last = error
                self.clock.advance(60)
                continue
            if found.waiting.votes == 0:
                return
        raise Disagreement(f"it cannot deliver what is left: {last}")

    def entries(self) -> list[Entry]:
        """The whole ledger."""
        return stored(self.settings.place.ledger.parent)

    def counted(self) -> dict[int, int]:
        """What the ledger itself says that counts: level by seq."""
        path = self.settings.place.ledger
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
            return dict(connection.execute("SELECT seq, level FROM counted_rating"))

    def close(self) -> None:
        """Let go of central's database."""
        if self._onlooker is not None:
            self._onlooker.close()
            self._onlooker = None


def deliver_once(settings: Settings) -> None:
    """What a child does; what stands in its way does not matter."""
    try:
        deliver(settings)
    except SyncError:
        return
