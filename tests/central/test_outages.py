"""The database dies, fills its disk or is put back from a backup while terminals deliver: nothing lost or doubled."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import psutil
import pytest
import requests
from django.conf import settings
from django.db import connection, connections

from central.counting.recount import check
from central.database import parameters
from central.embedded import Cluster
from central.ingest.errors import MissingBefore
from central.models import Entry, HourlyCount, Ledger, Receipt
from central.runner import runner
from sync.protocol import signed_checkpoint, verified_receipt
from tests.central import served
from tests.central.chains import Chain
from tests.central.conftest import binaries
from tests.central.delivered import Delivered
from tests.central.remote import Place, send
from tests.disks import SmallDisk
from tests.system.program import PATIENCE_S

KILLS, BATCH = 4, 20
_BACK_S = 4 * PATIENCE_S
"""A killed database reads its whole log again, and on a busy disk waits for every file of it."""


class Delivering:
    """A terminal that goes on until everything is signed for, whatever it is answered."""

    def __init__(self, place: Place, chain: Chain) -> None:
        self._place, self._chain = place, chain
        self.signed = 0
        self.wanted = 0
        self.refused = 0
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while self.signed < self.wanted:
            batch = self._chain.batch(self.signed, min(self.wanted, self.signed + BATCH))
            try:
                answer = send(self._place.url, self._chain, batch)
            except requests.RequestException:
                answer = None
            if answer is None or answer.status_code != 200:
                assert answer is None or answer.json()["code"] == "503.1", answer.text
                self.refused += 1
                time.sleep(0.05)
                continue
            checkpoint = signed_checkpoint(batch.checkpoint).checkpoint
            assert verified_receipt(answer.json()["receipt"], checkpoint, [self._place.central])
            self.signed = checkpoint.size

    def beyond(self, seq: int) -> bool:
        """Whether so much is signed for."""
        return self.signed >= seq

    @contextmanager
    def all_of(self, wanted: int) -> Iterator[None]:
        """Deliver so much while the caller does something else."""
        self.wanted = wanted
        self._thread.start()
        yield
        self._thread.join(_BACK_S)
        assert self.signed == wanted


def test_a_database_that_is_killed_again_and_again_loses_and_doubles_nothing() -> None:
    with served.data_folder() as data, served.serving(data) as program:
        place = Place(data, served.url(program))
        chain = place.begin()
        for n in range(3_000):
            chain.rate(1 + n % 5)
        delivering = Delivering(place, chain)
        with delivering.all_of(len(chain.entries)):
            for _ in range(KILLS):
                _until(partial(delivering.beyond, delivering.signed + 2 * BATCH))
                for process in served.database_processes(data):
                    for one in [*process.children(recursive=True), process]:
                        with _gone():
                            one.kill()
        assert delivering.refused
        assert len(place.lines("votes")) == 3_000
        assert place.lines("recount", "--check") == []


@contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except psutil.NoSuchProcess:
        return


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _BACK_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_full_disk_refuses_and_keeps_what_it_signed_for(central_disk: SmallDisk) -> None:
    with served.serving(central_disk.folder) as program:
        place = Place(central_disk.folder, served.url(program))
        chain = place.begin()
        assert send(place.url, chain, chain.batch()).status_code == 200
        signed = len(chain.entries)
        central_disk.fill()
        codes = set()
        while "503.1" not in codes:
            chain.add("fault", os.urandom(200_000))
            answer = send(place.url, chain, chain.batch(signed))
            if answer.status_code == 200:
                signed = len(chain.entries)
            else:
                codes.add(answer.json()["code"])
        assert codes == {"503.1"}
        central_disk.free()
        _until(lambda: send(place.url, chain, chain.batch(signed)).status_code == 200)
        assert place.lines("recount", "--check") == []
        held = served.said("ledger", "list", data=place.data)["held"]
        assert held == len(chain.entries)


def hashes() -> list[bytes]:
    return [bytes(one) for one in Entry.objects.order_by("seq").values_list("hash", flat=True)]


@contextmanager
def _database(cluster: Cluster, name: str) -> Iterator[None]:
    """Another database of the cluster is Django's."""
    before = connections.settings
    connections.close_all()
    other = {**parameters(cluster.url), "NAME": name}
    connections.settings = connections.configure_settings({"default": other})
    del connections["default"]
    try:
        yield
    finally:
        connections.close_all()
        connections.settings = before
        del connections["default"]


def test_10_000_votes_are_there_again_after_a_backup_of_4_000_was_put_back(
    terminal: Delivered, cluster: Cluster
) -> None:
    chain = terminal.chain
    chain.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    for n in range(10_000):
        chain.rate(1 + n % 5)
    deliver(terminal, 0, 4_001)
    tools = runner(binaries())
    assert settings.PLACE is not None
    folder = settings.PLACE.folder / "backup"
    tools.give(folder)
    dump = str(folder / "dump")
    assert tools.run("pg_dump", "--format=custom", "--file", dump, "--dbname", cluster.url).returncode == 0
    deliver(terminal, 4_001, 10_001)
    receipts = Receipt.objects.get().note
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE restored")
    restored = cluster.url.replace("/postgres?", "/restored?")
    done = tools.run("pg_restore", "--exit-on-error", "--dbname", restored, dump)
    assert done.returncode == 0, done.stdout
    with _database(cluster, "restored"):
        assert Ledger.objects.get().size == 4_001
        chain.rate(5)
        with pytest.raises(MissingBefore) as gap:
            terminal.send(chain.batch(10_001))
        assert (gap.value.size, gap.value.head) == (4_001, chain.entries[4_000].hash)
        deliver(terminal, 4_001, 10_002)
        assert hashes() == [entry.hash for entry in chain.entries]
        assert sum(row.n for row in HourlyCount.objects.all()) == 10_001
        assert check(terminal.device.pk) == []
        assert signed_checkpoint(receipts).checkpoint.head == Entry.objects.get(seq=10_001).hash
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE restored")


def deliver(terminal: Delivered, after: int, until: int) -> None:
    for first in range(after, until, 500):
        terminal.send(terminal.chain.batch(first, min(until, first + 500)))
