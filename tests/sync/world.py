"""A terminal with a real ledger and a real `sync.db`, and what a test asks of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.ledger.chain import Entry
from kiosk.ledger.kinds import Draft
from kiosk.ledger.office import Office, opened
from sync.connect import OwnKiosk
from sync.contact import Settings, contact
from sync.enrolling import Enrolled, enrol
from sync.place import Place
from sync.store import Store
from sync.tickets import ticket
from sync.transport import Limits
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import stored, vote
from tests.sync.reference import CODE, Reference

PROGRAM = "hailong test"
SHORT = Limits(connect_s=1.0, read_s=1.0, total_s=1.5)


def settings(data: Path, clock: FakeClock | None = None, ca_file: str = "", proxy: str = "") -> Settings:
    return Settings(Place(data), ca_file, proxy, PROGRAM, clock or FakeClock(), SHORT)


def clock_of(where: Settings) -> FakeClock:
    assert isinstance(where.clock, FakeClock)
    return where.clock


def enrolled(where: Settings, central: Reference, *, replace: bool = False) -> Enrolled:
    """Enrol with the code that central knows."""
    return enrol(where, ticket(central.url, CODE), where.place.key_or_new(), replace=replace)


@contextmanager
def office(where: Settings) -> Iterator[Office]:
    """Be the writer, as a kiosk is."""
    with opened(where.place.data_dir, where.clock, PROGRAM) as own:
        yield own


def votes(where: Settings, number: int) -> None:
    """That many ratings, as a kiosk writes them."""
    with office(where) as own:
        for n in range(number):
            own._keeper.append([vote(n % 5 + 1)])


def drafts(where: Settings, *more: Draft) -> None:
    with office(where) as own:
        own._keeper.append(list(more))


def entries(where: Settings) -> list[Entry]:
    return stored(where.place.ledger.parent)


def state(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a database but what is counted for people."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)
    try:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
            for name in names
            if name not in ("progress", "sqlite_sequence")
        }
    finally:
        connection.close()


def deliver_through(where: Settings, own: Office) -> int:
    """One contact by a writer that stays open, as a kiosk's is; up to which entry there is a receipt then."""
    with Store(where.place.database) as store:
        contact(where.terminal(OwnKiosk(own), store), heartbeat=True)
        return store.cursor(own._keeper.ledger.ledger_id).seq
