"""A terminal's ledger folder as the tests use it: votes in a line, and what a power cut would leave."""

import base64
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kiosk.ledger import chain, schema
from kiosk.ledger.chain import Entry
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind, parse
from kiosk.ledger.reader import reading
from kiosk.ledger.verify import rows, verify
from tests.kiosk.fakes import FakeClock

PATIENCE_S = 30.0


def vote(level: int = 4, **more: str) -> Draft:
    return Draft(Kind.RATING, {"level": level, "source": "key", **more})


@contextmanager
def kept(folder: Path, clock: FakeClock | None = None, *, clean: bool = True) -> Iterator[Keeper]:
    """An open keeper; closed in good order unless `clean` is false."""
    keeper = Keeper(folder, clock or FakeClock(), "hailong test")
    try:
        keeper.open()
        yield keeper
    finally:
        keeper.close(clean=clean)


def votes(keeper: Keeper, number: int, **more: str) -> list[Entry]:
    """That many ratings, each in its own transaction."""
    return [entry for i in range(number) for entry in keeper.append([vote(i % 5 + 1, **more)])]


def power_cut(folder: Path, to: Path) -> Path:
    """The folder as a power cut at this moment leaves it (everything that was written is on the disk)."""
    return Path(shutil.copytree(folder, to))


def stored(folder: Path, file: str = "ledger.db") -> list[Entry]:
    """Every entry of a ledger, read as any reader does."""
    with reading(folder / file) as opened:
        return list(rows(opened.connection))


def intact(folder: Path) -> bool:
    with reading(folder / "ledger.db") as opened:
        return verify(opened.connection).intact


def salvage_all(keeper: Keeper) -> None:
    """Run the chore of salvage until nothing is left, waiting for the copy that another thread makes."""
    give_up = time.monotonic() + PATIENCE_S
    while keeper.has_salvage():
        keeper.salvage()
        assert time.monotonic() < give_up
        time.sleep(0.001)


def brought_over(folder: Path) -> list[tuple[str, int, bytes, bool]]:
    """What the ledger in use carries for others: (ledger_id, seq, stored payload, whether its hash is right)."""
    bodies = [parse(entry.payload) for entry in stored(folder) if entry.kind == Kind.SALVAGED]
    return [
        (str(b["ledger"]), int(str(b["seq"])), base64.b64decode(str(b["stored"])), b["right"] is True)
        for b in bodies
        if "stored" in b
    ]


def without_triggers(path: Path) -> sqlite3.Connection:
    """A connection of somebody who owns the file and means harm. Close it."""
    connection = sqlite3.connect(path, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    return connection


def tamper(path: Path, *statements: str) -> None:
    with closing(without_triggers(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def fill(path: Path, ledger_id: bytes, number: int, boot_n: int = 1) -> None:
    """Append `number` ratings at once, past the keeper: a big ledger in little time."""
    connection = sqlite3.connect(path, isolation_level=None)
    with closing(connection):
        seq, prev = connection.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        for i in range(seq + 1, seq + 1 + number):
            payload = b'{"level":%d,"source":"key","wall":"2026-11-22T01:00:00.000Z","synced":false}' % (
                i % 5 + 1
            )
            digest = chain.link(prev, ledger_id, i, boot_n, i, "rating", payload)
            connection.execute(schema.INSERT, (i, boot_n, i, "rating", payload, prev, digest))
            prev = digest
        connection.execute("COMMIT")
