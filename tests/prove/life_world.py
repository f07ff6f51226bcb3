"""One terminal and one central for the state machine: the product's parts in one process, and what may be put back.

The ledger, ``sync.db`` and the evolving key are real files, written by the product; central is Django with its own API
on a real PostgreSQL. Requests do not go over a network: they are handed to the application, or lost on the way.
"""

import json
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.db import connection
from django.test import Client

from central import clock as central_clock
from central import server
from central.configs import issue
from central.counting import recount
from central.counting.admit import admit
from central.counting.rows import Owner
from central.models import Device, DeviceStatus, EvolvingKey, Ledger
from kiosk.ledger import evolve
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind, parse
from kiosk.ledger.office import Office
from kiosk.ledger.verify import rows
from kiosk.messages import wire
from sync.connect import OwnKiosk
from sync.contact import Terminal, contact
from sync.delivery import Pace
from sync.errors import SyncError, Trouble, Unreachable
from sync.place import Place
from sync.protocol import ACCEPTED, NONCE_HEADER
from sync.source import opened
from sync.store import Identity, Store
from sync.transport import USUAL, Channel
from sync.verdict import Reply
from tests.central import makers
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.terminal import brought_over, salvage_all, vote

PROGRAM = "hailong prove"
_MOST_CONTACTS = 12

# What of a database is a terminal's. The order does not matter: references are put aside meanwhile.
_OURS = "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'device_id'"

Rows = Mapping[str, Sequence[tuple[Any, ...]]]


class InProcess(Channel):
    """A conversation that goes to the application in this process.

    Args:
        lost: Asked before each request: None = it passes; else what is lost, the request or the answer.
    """

    def __init__(self, lost: Callable[[], str | None]) -> None:
        self.url = server.this().public_url
        self._lost = lost
        self._client = Client(raise_request_exception=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __enter__(self) -> Self:
        return self

    def close(self) -> None:
        """Nothing is open."""

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """See `sync.transport.Channel`."""
        lost = self._lost()
        if lost == "request":
            raise Unreachable(Trouble.CUT, "lost on the way")
        given = dict(headers or {})
        kind = given.pop("Content-Type", "")
        found = self._client.generic(method, path, body or b"", content_type=kind, headers=given)
        if lost == "answer":
            raise Unreachable(Trouble.CUT, "lost on the way back")
        said = found.headers
        return Reply(
            found.status_code,
            found.content,
            said.get("Content-Type", ""),
            said.get("Content-Encoding", ""),
            said.get(NONCE_HEADER),
            said.get("Retry-After"),
            said.get("Date"),
        )


@dataclass
class _Connected(Terminal):
    lost: Callable[[], str | None] = lambda: None

    def channel(self, url: str, now_ms: Callable[[], int | None], *, is_for_time: bool = False) -> Channel:
        """In this process."""
        del url, now_ms, is_for_time
        return InProcess(self.lost)


class World:
    """A terminal that is enrolled, and its central.

    Args:
        folder: Empty.
    """

    def __init__(self, folder: Path) -> None:
        self.data, self._backup = folder / "card", folder / "copy of the card"
        self.clock = FakeClock()
        self._boots = 0
        self._votes = 0
        self.place = Place(self.data)
        self.data.mkdir()
        self._key = self.place.key_or_new()
        self.device = makers.device(self._key)
        self._owner = self.device.pk
        self._switch_on()
        self._enrol()
        self.acknowledged: set[str] = set()
        self.gone: set[str] = set()
        self._central_backup: Rows | None = None

    def _enrol(self) -> None:
        first_key = secrets.token_bytes(32)
        EvolvingKey.objects.create(
            device=self.device,
            first_key=first_key,
            evolve_check=evolve.check_of(first_key),
            created_at=central_clock.now(),
        )
        Ledger.objects.create(device=self.device, ledger_id=self.keeper.ledger.ledger_id, admitted=True)
        config = issue(self.device)
        public = server.this().key.public
        answer = self._office.handle(
            wire.PutEnrolment(
                self._owner,
                server.this().public_url,
                public.raw.hex(),
                first_key.hex(),
                config.note,
            )
        )
        assert isinstance(answer, wire.Done), answer
        with Store(self.place.database) as store:
            store.enrol(Identity(self._owner, server.this().public_url, public, ACCEPTED))

    def _switch_on(self) -> None:
        self._boots += 1
        self.clock.reboot(f"boot-{self._boots}")
        self.keeper = Keeper(self.data / "ledger", self.clock, PROGRAM)
        self.keeper.open()
        self._office = Office(self.keeper)

    # --- what happens

    def press(self, level: int) -> str:
        """Somebody votes; the name of the vote. It is acknowledged."""
        self._votes += 1
        name = f"v{self._votes}"
        self.clock.advance(5)
        self.keeper.append([vote(level, name=name)])
        self.acknowledged.add(name)
        return name

    def correct(self, level: int) -> None:
        """Somebody corrects the last rating of this ledger."""
        rated = [e.seq for e in rows(self.keeper.ledger.connection) if e.kind == Kind.RATING]
        if rated:
            self.keeper.append([Draft(Kind.CORRECTION, {"of": rated[-1], "level": level, "source": "touch"})])

    def push(self, losses: Sequence[str | None] = ()) -> SyncError | None:
        """A contact on whose way these are lost, one after the other; why it ended early."""
        left = list(losses)
        with Store(self.place.database) as store:
            terminal = _Connected(
                OwnKiosk(self._office),
                partial(opened, self.place.ledger),
                store,
                self.place,
                self.clock,
                None,
                "",
                PROGRAM,
                Pace(5),
                USUAL,
                lost=lambda: left.pop(0) if left else None,
            )
            try:
                contact(terminal, heartbeat=True)
            except SyncError as error:
                return error
            finally:
                salvage_all(self.keeper)
        return None

    def reboot(self, *, clean: bool) -> None:
        """Off and on."""
        self.keeper.close(clean=clean)
        self._switch_on()
        salvage_all(self.keeper)

    def set_status(self, status: DeviceStatus) -> None:
        """By an administrator."""
        now = central_clock.now()
        revoked_at = now if status == DeviceStatus.REVOKED else None
        Device.objects.filter(pk=self._owner).update(status=status, accepted_at=now, revoked_at=revoked_at)

    def copy_card(self) -> None:
        """An image of the card is made."""
        self.keeper.close(clean=False)
        shutil.rmtree(self._backup, ignore_errors=True)
        shutil.copytree(self.data, self._backup)
        self._switch_on()

    def put_card_back(self, *, only_ledger: bool) -> bool:
        """The image is put back, whole or only the ledger; False where there is none."""
        if not self._backup.exists():
            return False
        before = self.on_card()
        self.keeper.close(clean=False)
        if only_ledger:
            for suffix in ("", "-wal", "-shm"):
                name = f"ledger.db{suffix}"
                (self.data / "ledger" / name).unlink(missing_ok=True)
                with suppress(FileNotFoundError):
                    shutil.copyfile(self._backup / "ledger" / name, self.data / "ledger" / name)
        else:
            shutil.rmtree(self.data)
            shutil.copytree(self._backup, self.data)
        self._switch_on()
        salvage_all(self.keeper)
        self.gone |= before - self.on_card() - self.at_central()
        return True

    def back_central_up(self) -> None:
        """A dump of its database."""
        with connection.cursor() as cursor:
            found = {}
            for table in self._tables():
                cursor.execute(f"SELECT * FROM {table} WHERE device_id = %s", (self._owner,))
                found[table] = cursor.fetchall()
            self._central_backup = found

    def restore_central(self) -> bool:
        """The dump is put back; False where there is none."""
        if self._central_backup is None:
            return False
        before = self.at_central()
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table, kept in self._central_backup.items():
                cursor.execute(f"DELETE FROM {table} WHERE device_id = %s", (self._owner,))
                if kept:
                    places = ", ".join(["%s"] * len(kept[0]))
                    cursor.executemany(f"INSERT INTO {table} VALUES ({places})", kept)
            cursor.execute("SET session_replication_role = DEFAULT")
        self.gone |= before - self.at_central() - self.on_card()
        return True

    def _tables(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(_OURS)
            return sorted(name for (name,) in cursor.fetchall() if name.startswith("central_"))

    # --- what is where

    def on_card(self) -> set[str]:
        """Votes that the ledger in use holds, its own and those that it brought over."""
        own = {_name(e.payload) for e in rows(self.keeper.ledger.connection) if e.kind == Kind.RATING}
        carried = {_name(stored) for _, _, stored, _ in brought_over(self.data / "ledger")}
        return (own | carried) - {""}

    def at_central(self) -> set[str]:
        """Votes that central holds, as entries or brought over."""
        return {name for table in ("central_entry", "central_salvaged") for name in self._named(table)}

    def _named(self, table: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT payload FROM {table} WHERE device_id = %s AND kind = 'rating'", (self._owner,)
            )
            return [_name(bytes(payload)) for (payload,) in cursor.fetchall()]

    def counted(self) -> Counter[str]:
        """How often central counts each vote; what was brought over may have come by several ledgers."""
        sql = """
        SELECT coalesce(e.payload, (
                 SELECT s.payload FROM central_salvaged s
                  WHERE (s.device_id, s.ledger_id, s.seq, s.hash) = (r.device_id, r.ledger_id, r.seq, r.hash)
                  LIMIT 1))
          FROM central_rating r
          LEFT JOIN central_entry e ON (e.device_id, e.ledger_id, e.seq, e.hash)
                                     = (r.device_id, r.ledger_id, r.seq, r.hash)
         WHERE r.device_id = %s AND r.counted
        """
        with connection.cursor() as cursor:
            cursor.execute(sql, (self._owner,))
            return Counter(_name(bytes(payload)) for (payload,) in cursor.fetchall())

    # --- the end

    def settle(self) -> str:
        """Everything is well again: deliver, admit; why that is not possible, or empty."""
        self.set_status(DeviceStatus.ACCEPTED)
        error: SyncError | None = None
        for _ in range(_MOST_CONTACTS):
            error = self.push()
            with Store(self.place.database) as store, opened(self.place.ledger) as ledger:
                waiting = ledger.waiting(store.cursor(ledger.ledger_id).seq)
            if error is None and waiting.entries == 0:
                break
        else:
            return f"it cannot deliver: {error}"
        for ledger_id in Ledger.objects.filter(device=self.device).values_list("ledger_id", flat=True):
            admit(Owner(self._owner, bytes(ledger_id)), "prove")
        return ""

    def wrong(self) -> list[str]:
        """What is not as promised, once everything is settled."""
        counted = self.counted()
        found = [f"recount: {line}" for line in recount.check(self._owner)]
        twice = sorted(name for name, times in counted.items() if times > 1)
        missing = sorted(self.acknowledged - self.gone - set(counted))
        found += [f"counted twice: {twice}"] if twice else []
        found += [f"lost: {missing}"] if missing else []
        unknown = sorted(set(counted) - self.acknowledged)
        return found + ([f"nobody cast them: {unknown}"] if unknown else [])

    def close(self) -> None:
        """Let go."""
        self.keeper.close(clean=False)


def _name(payload: bytes) -> str:
    try:
        return str(parse(payload).get("name", ""))
    except json.JSONDecodeError:
        return ""
