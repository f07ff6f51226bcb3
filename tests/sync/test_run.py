"""The loop: soon after a vote, patient after a failure, and without a fault while no kiosk runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger.office import Office
from kiosk.messages import wire
from sync.connect import OwnKiosk
from sync.contact import Settings
from sync.errors import KioskAway
from sync.progress import Progress, Why
from sync.run import Runner
from sync.schedule import HEARTBEAT_S, PENDING_S
from sync.store import Store
from tests.kiosk.ledger.terminal import vote
from tests.sync import world
from tests.sync.reference import Problem, Reference, serving
from tests.sync.world import clock_of, enrolled, settings


class Link:
    """A kiosk in this process. Waiting for it moves the clock; what is stored meanwhile is news.

    Attributes:
        news: How many seconds from now votes come, each once.
        there: Whether it runs.
    """

    def __init__(self, where: Settings, office: Office) -> None:
        self._kiosk = OwnKiosk(office)
        self._office = office
        self._where = where
        self.news: list[float] = []
        self.there = True
        self.waited: list[float] = []

    def ask(self, request: wire.Request) -> wire.Answer:
        if not self.there:
            raise KioskAway("gone")
        return self._kiosk.ask(request)

    def wait(self, timeout_s: float) -> bool:
        if not self.there:
            raise KioskAway("gone")
        self.waited.append(timeout_s)
        if self.news and self.news[0] <= timeout_s:
            clock_of(self._where).advance(self.news.pop(0))
            self._office._keeper.append([vote()])
            return True
        self.news = [after - timeout_s for after in self.news]
        clock_of(self._where).advance(timeout_s)
        return False

    def close(self) -> None:
        pass


class Bench:
    """A runner over a terminal that is enrolled at a reference server."""

    def __init__(self, where: Settings, central: Reference, link: Link) -> None:
        self.where, self.central, self.link = where, central, link
        self.slept: list[float] = []
        self.runner = Runner(where, self._connect, lambda: 0.5, self._pause)

    def _connect(self) -> Link:
        if not self.link.there:
            raise KioskAway("nobody serves the socket")
        return self.link

    def _pause(self, seconds: float) -> None:
        self.slept.append(seconds)
        clock_of(self.where).advance(seconds)

    def step(self, times: int = 1) -> None:
        for _ in range(times):
            self.runner.step()

    def progress(self) -> Progress:
        with Store(self.where.place.database) as store:
            return store.progress()

    def ratings(self) -> int:
        return sum(entry.kind == "rating" for held in self.central.ledgers.values() for entry in held)

    def now_s(self) -> float:
        return self.where.clock.boottime_ns() / 1e9


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    where = settings(tmp_path / "data")
    with serving(Reference()) as central:
        enrolled(where, central)
        with world.office(where) as office:
            yield Bench(where, central, Link(where, office))


def test_the_first_contact_is_at_once_and_a_vote_follows_within_two_seconds(bench: Bench) -> None:
    bench.step()
    assert len(bench.central.heartbeats) == 1
    began_s = bench.now_s()
    bench.link.news = [10.0, 0.5, 0.5]
    bench.step()
    assert bench.now_s() == began_s + 12
    assert bench.ratings() == 3
    assert len(bench.central.heartbeats) == 1
    bench.step()
    assert bench.now_s() == began_s + HEARTBEAT_S
    assert len(bench.central.heartbeats) == 2


def test_a_failure_is_waited_out_and_votes_do_not_hurry(bench: Bench) -> None:
    bench.step()
    bench.central.interfere = _busy
    bench.link.news = [1.0]
    bench.step()
    progress = bench.progress()
    assert (progress.failures, progress.why) == (1, Why.BACKOFF)
    assert progress.outcome is not None
    assert progress.outcome.code == "busy"
    began_s = bench.now_s()
    bench.link.news = [0.1]
    bench.step()
    assert bench.now_s() - began_s == pytest.approx(120 + 2.5)  # what was asked for, and half of 5 s
    bench.central.interfere = lambda _, __: None
    bench.step()
    assert bench.ratings() == 2
    assert bench.progress().failures == 0


def _busy(_: str, __: str) -> None:
    raise Problem("503.1", "120")


def test_a_kiosk_that_stops_is_no_fault_and_is_found_again(bench: Bench) -> None:
    bench.step()
    before = bench.progress()
    bench.link.there = False
    bench.step(3)
    assert bench.slept == [5.0] * 3
    after = bench.progress()
    assert (after.why, after.failures, after.tries) == (Why.KIOSK, 0, before.tries)
    bench.link.there = True
    bench.link._office._keeper.append([vote()])  # what came meanwhile nobody tells
    bench.step()
    assert bench.ratings() == 1
    assert bench.progress().why is Why.HEARTBEAT


def test_a_pending_terminal_asks_every_few_seconds(bench: Bench) -> None:
    bench.central.status = "pending"
    bench.step()
    assert bench.progress().outcome is not None
    bench.step()
    assert bench.progress().why is Why.PENDING
    began_s = bench.now_s()
    bench.step()
    assert bench.now_s() - began_s == pytest.approx(PENDING_S)
    bench.central.status = "accepted"
    bench.link._office._keeper.append([vote()])
    bench.step()
    assert bench.ratings() == 1


def test_before_an_enrolment_it_waits_and_writes_nothing(tmp_path: Path) -> None:
    where = settings(tmp_path / "data")
    with serving(Reference()) as central, world.office(where) as office:
        link = Link(where, office)
        bench = Bench(where, central, link)
        bench.step()
        first = where.place.database.stat().st_mtime_ns
        bench.step(5)
        assert where.place.database.stat().st_mtime_ns == first
        assert central.served == []
        assert bench.progress().outcome is not None
        assert bench.progress().why is Why.ENROLMENT


def test_a_key_that_cannot_be_used_is_a_fault_with_a_name(bench: Bench) -> None:
    bench.where.place.key_file.chmod(0o644)
    bench.step()
    outcome = bench.progress().outcome
    assert outcome is not None
    assert (outcome.kind, outcome.code) == ("local", "key")
    assert bench.central.ledgers == {}
    bench.where.place.key_file.chmod(0o600)
    bench.step()
    assert bench.progress().failures == 0


def test_sync_db_that_cannot_be_opened_is_waited_out(bench: Bench) -> None:
    bench.step()
    database = bench.where.place.database
    aside = database.rename(database.with_name("aside"))
    database.mkdir()
    bench.link.news = [1.0]
    bench.step(3)
    assert bench.ratings() == 0
    database.rmdir()
    aside.rename(database)
    bench.step()
    assert bench.ratings() == 1


def test_a_kiosk_that_stops_in_the_middle_of_a_contact_is_no_fault(bench: Bench) -> None:
    def gone(_: str, path: str) -> None:
        if path.endswith("/entries"):
            bench.link.there = False

    bench.central.interfere = gone
    bench.step()
    assert bench.progress().why is Why.KIOSK
    bench.central.interfere = lambda _, __: None
    bench.link.there = True
    bench.step()
    assert bench.progress().failures == 0
