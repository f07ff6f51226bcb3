"""What attacks are tried on: a ledger that the product wrote, its office, and a central that takes batches in."""

import json
import random
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from central.cli.common import server
from kiosk.ledger.chain import Entry
from kiosk.ledger.export import as_jsonl, export
from kiosk.ledger.office import Office
from kiosk.ledger.reader import reading
from kiosk.ledger.verify import rows
from kiosk.messages import wire
from kiosk.messages.statements import Checkpoint, ConfigStatement
from sync import keys, verifier
from sync.keys import SigningKey
from tests.central import served
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import kept, vote, without_triggers

DEVICE = "4T8JQ2ZK7M"
_VOTES = 40
_UNDER_RECEIPT = 30


class Undetected(Exception):
    """An attack came through."""


class NothingChanged(Exception):
    """An attack that was none."""


@dataclass
class Stage:
    """What an attacker finds.

    Attributes:
        dice: For every decision.
        ledger: A ledger in good order, closed.
        entries: What is in it.
        receipts: Central's, for it.
        device, central, stranger: Keys; the stranger's is another central server's.
        office: Of another ledger of the same terminal, open.
        folder: For scratch.
    """

    dice: random.Random
    ledger: Path
    entries: Sequence[Entry]
    ledger_id: bytes
    receipts: Sequence[str]
    device: SigningKey
    central: SigningKey
    stranger: SigningKey
    office: Office
    folder: Path
    revision: int = 1

    def receipt(self, checkpoint: Checkpoint, by: SigningKey) -> str:
        """A receipt for this checkpoint."""
        return by.cosign(self.device.sign(checkpoint.text()), 1_795_309_200).render()

    def config(self, revision: int, by: SigningKey, device: str = DEVICE) -> str:
        """A configuration statement."""
        return by.sign(ConfigStatement(device, revision, "1", "1").text()).render()

    @contextmanager
    def copy(self) -> Iterator[Path]:
        """A copy of the ledger that may be hurt."""
        path = self.folder / "ledger.db"
        shutil.copyfile(self.ledger, path)
        try:
            yield path
        finally:
            for one in self.folder.glob("ledger.db*"):
                one.unlink()

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """The same, opened by somebody who means harm."""
        with self.copy() as path, closing(without_triggers(path)) as connection:
            yield connection

    def exported(self, connection: sqlite3.Connection) -> Path:
        """An export of what is in a ledger now, with the receipts."""
        (last,) = connection.execute("SELECT max(seq) FROM entry").fetchone()
        lines = list(as_jsonl(export(connection, self.ledger_id, last)))
        first = json.loads(lines[0])
        first |= {"receipts": list(self.receipts), "central_keys": [self.central.public.raw.hex()]}
        path = self.folder / "export.jsonl"
        path.write_text("".join([json.dumps(first, ensure_ascii=False) + "\n", *lines[1:]]), encoding="utf-8")
        return path

    def verdict(self, connection: sqlite3.Connection) -> verifier.Verdict:
        """What the independent verifier says of an export of it."""
        return verifier.verify(self.exported(connection), self.central.public.key_id)

    def ask(self, request: wire.Request) -> wire.Answer:
        """What the office answers: the kiosk's socket asks the same."""
        return self.office.handle(request)


@contextmanager
def stage(seed: int) -> Iterator[Stage]:
    """All of it, with a database of its own."""
    with (
        served.data_folder() as data,
        tempfile.TemporaryDirectory(prefix="hailong-tamper-") as scratch,
        server(data, "http://127.0.0.1:1"),
    ):
        from django.db import connection, connections

        from central import server as this_server

        with connection.cursor() as cursor:
            # Nothing here is about power cuts.
            cursor.execute("SET synchronous_commit TO off")
        place = Path(scratch)
        central, device = this_server.this().key, keys.generate("device")
        ledger, entries, ledger_id = _written(place / "written", central)
        checkpoint = Checkpoint(ledger_id, _UNDER_RECEIPT, entries[_UNDER_RECEIPT - 1].hash)
        receipt = central.cosign(device.sign(checkpoint.text()), 1_795_309_200).render()
        try:
            with kept(place / "open" / "ledger") as keeper:
                office = Office(keeper)
                office.handle(_enrolment(central))
                dice = random.Random(seed)  # noqa: S311 - to be repeatable
                (place / "scratch").mkdir()
                yield Stage(
                    dice,
                    ledger,
                    entries,
                    ledger_id,
                    [receipt],
                    device,
                    central,
                    keys.generate("central"),
                    office,
                    place / "scratch",
                )
        finally:
            connections.close_all()


def _enrolment(central: SigningKey) -> wire.PutEnrolment:
    config = central.sign(ConfigStatement(DEVICE, 1, "1", "1").text()).render()
    first_key = secrets.token_hex(32)
    return wire.PutEnrolment(DEVICE, "http://127.0.0.1:1", central.public.raw.hex(), first_key, config)


def _written(folder: Path, central: SigningKey) -> tuple[Path, list[Entry], bytes]:
    """A ledger as the product writes it, closed in good order."""
    clock = FakeClock()
    with kept(folder, clock) as keeper:
        Office(keeper).handle(_enrolment(central))
        for n in range(_VOTES):
            clock.advance(60)
            keeper.append([vote(n % 5 + 1)])
    with reading(folder / "ledger.db") as found:
        entries, ledger_id = list(rows(found.connection)), found.ledger_id
    assert len(entries) > _UNDER_RECEIPT
    return folder / "ledger.db", entries, ledger_id
